/** How scopes lie in the table: small ones in one item, large ones in parts, of which a change writes those that it concerns. */
import { describe, expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import {
  readScopeHere,
  readScopes,
  type StoredScope,
  scopeOfItem,
} from '#application/identity/scope-store.ts';
import {
  dropParts,
  partWrites,
  ScopeTooLargeError,
  type ScopeWrite,
  scopeWrites,
  transactWithParts,
} from '#application/identity/scope-writes.ts';
import { type PartId, type ScopeId, scopeKey } from '#application/shared/items.ts';
import type { Key, Table } from '#application/shared/table.ts';
import { EMPTY_SCOPE, type Scope } from '#domain/identity/scope.ts';
import { unit } from '../../support/builders/evidence.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

const ID = 's1' as ScopeId;
const SIZES = { whole: 800, part: 600 };

/** Rows in a line, each of which shares a value with the next. */
const lineOf = (rows: number): Scope => {
  const units = Array.from({ length: rows }, (_, n) =>
    unit(`member.row.${n}`, `phone#${n}`, `phone#${n + 1}`),
  );
  return { ...EMPTY_SCOPE, units: new Map(units.map((one) => [one.key, one])) };
};

/** A store in which scopes are committed as commits do it: parts before, the scope's item, what is given up after. */
const aStore = (table: Table = new MemoryTable()) => {
  let named = 0;
  const rules = { sizes: SIZES, newPart: () => `p${++named}` as PartId };
  const plan = (
    write: Partial<ScopeWrite> & Pick<ScopeWrite, 'scope'>,
    ...others: StoredScope[]
  ) => {
    const writes = scopeWrites({ id: ID, open: false, ...write }, rules);
    const read = [...(write.stored ? [write.stored] : []), ...others];
    return { ...writes, parts: partWrites(read, [writes]) };
  };
  const commit = async ({ commit: head, parts }: ReturnType<typeof plan>): Promise<boolean> => {
    await table.writeAll(parts.laid);
    const isCommitted = await table.write(head);
    await dropParts(table, parts, isCommitted);
    return isCommitted;
  };
  const read = async (id = ID): Promise<StoredScope> => {
    const [stored] = await readScopes(table, [id]);
    if (!stored) throw new Error('no scope');
    return stored;
  };
  return { plan, commit, read };
};

const keysOf = (table: MemoryTable) => table.dump().map(({ pk, sk }) => `${pk} ${sk}`);

const unitsOf = ({ scope }: StoredScope) => [...scope.units.values()].toSorted(byKey);
const byKey = (a: { readonly key: string }, b: { readonly key: string }) =>
  a.key < b.key ? -1 : 1;
const expected = (scope: Scope) => [...scope.units.values()].toSorted(byKey);

const withUnit = (scope: Scope, name: string, ...claims: readonly string[]): Scope => {
  const one = unit(name, ...claims);
  return { ...scope, units: new Map([...scope.units, [one.key, one]]) };
};

test('a small scope is one item', async () => {
  const table = new MemoryTable();
  const { plan, commit } = aStore(table);
  await commit(plan({ scope: lineOf(4) }));
  expect(keysOf(table)).toEqual(['K#s1 SCOPE']);
  expect((await readScopeHere(table, ID))?.scope).toEqual(lineOf(4));
});

test('a large one lies in parts, and is read as it was written', async () => {
  const table = new MemoryTable();
  const { plan, commit, read } = aStore(table);
  const { laid } = plan({ scope: lineOf(60) });
  expect(laid.length).toBeGreaterThan(5);
  await commit(plan({ scope: lineOf(60) }));
  expect(unitsOf(await read())).toEqual(expected(lineOf(60)));
  expect(await readScopeHere(table, ID)).toBeUndefined();
});

test.each([
  ['changes', 'member.row.30', 'phone#30', 'email#1'],
  ['comes', 'member.row.new', 'phone#30'],
])('of a large one, a row that %s writes one part', async (_, name, ...claims) => {
  const { plan, commit, read } = aStore();
  await commit(plan({ scope: lineOf(60) }));
  const stored = await read();
  const after = withUnit(stored.scope, name, ...claims);
  const next = plan({ stored, scope: after });
  expect([next.parts.laid.length, next.parts.left.length]).toEqual([1, 1]);
  expect(next.kept.length).toBe(stored.parts.length - 1);
  expect(await commit(next)).toBe(true);
  expect(unitsOf(await read())).toEqual(expected(after));
});

test('of two commits that saw the same, one comes, and nothing is left of the other', async () => {
  const table = new MemoryTable();
  const { plan, commit, read } = aStore(table);
  await commit(plan({ scope: lineOf(60) }));
  const stored = await read();
  const [first, second] = ['a', 'b'].map((name) =>
    plan({ stored, scope: withUnit(stored.scope, name, 'phone#30') }),
  );
  if (!first || !second) throw new Error('two');
  await table.writeAll(second.parts.laid);
  expect([await commit(first), await table.write(second.commit)]).toEqual([true, false]);
  await dropParts(table, second.parts, false);
  const now = await read();
  expect(now.scope.units.has('a' as never)).toBe(true);
  expect(now.scope.units.has('b' as never)).toBe(false);
  expect(keysOf(table)).toHaveLength(now.parts.length + 1);
});

test('a part that goes while it is looked for is read in its next state, and no other again', async () => {
  const table = new MemoryTable();
  const { plan, commit, read } = aStore(table);
  await commit(plan({ scope: lineOf(60) }));
  const stored = await read();
  const after = withUnit(stored.scope, 'member.row.30', 'email#1');
  const asked: (readonly Key[])[] = [];
  let calls = 0;
  const reader = interposed(
    table,
    (call) => {
      if (call.name === 'getAll') asked.push(call.args[0]);
      return call.name === 'getAll' && ++calls === 2;
    },
    () => commit(plan({ stored, scope: after })),
  );
  const [found] = await readScopes(reader, [ID]);
  expect(found && unitsOf(found)).toEqual(expected(after));
  expect(asked.map((keys) => keys.length)).toEqual([1, stored.parts.length, 1, 1]);
});

test('one whose parts have gone with it is read where another has taken it in', async () => {
  const table = new MemoryTable();
  const { plan, commit } = aStore(table);
  await commit(plan({ scope: lineOf(60) }));
  const other = 's2' as ScopeId;
  const absorbed = async () => {
    await commit(plan({ id: other, scope: lineOf(4) }));
    for (const { pk, sk } of table.dump())
      if (sk === 'PART') await table.write({ kind: 'delete', key: { pk, sk } });
    await table.write({ kind: 'put', item: { ...scopeKey(ID), ver: 9, into: other } });
  };
  const reader = interposed(table, nth(2, 'getAll'), absorbed);
  expect(await readScopes(reader, [ID])).toMatchObject([{ id: other, from: [ID] }]);
  expect(await readScopeHere(table, ID)).toBeUndefined();
  const [redirect] = await table.getAll([scopeKey(ID)]);
  expect(redirect && (await scopeOfItem(table, redirect))).toBeUndefined();
});

test('one that was written meanwhile is not read as it was before, though parts of that time were left', async () => {
  const table = new MemoryTable({ lag: () => 2 });
  const { plan, commit, read } = aStore(table);
  await commit(plan({ scope: lineOf(30) }));
  const first = await read();
  const second = plan({ stored: first, scope: withUnit(first.scope, 'member.row.30', 'email#1') });
  // Its worker dies before it drops the parts that it has replaced.
  await table.writeAll(second.parts.laid);
  await table.write(second.commit);
  const stored = await read();
  const after = withUnit(stored.scope, 'member.row.30', 'email#2');
  const reader = interposed(table, nth(2, 'getAll'), () => commit(plan({ stored, scope: after })));
  const [found] = await readScopes(reader, [ID]);
  expect(found && unitsOf(found)).toEqual(expected(after));
});

test('scopes that become one keep all parts that do not change', async () => {
  const { plan, commit, read } = aStore();
  const renamed = (prefix: string): Scope => {
    const units = expected(lineOf(60)).map((one) =>
      unit(`${prefix}.${one.key}`, `phone#${prefix}${one.key}`),
    );
    return { ...EMPTY_SCOPE, units: new Map(units.map((one) => [one.key, one])) };
  };
  const other = 's2' as ScopeId;
  await commit(plan({ scope: renamed('x') }));
  await commit(plan({ id: other, scope: renamed('y') }));
  const [one, two] = [await read(), await read(other)];
  const both = { ...EMPTY_SCOPE, units: new Map([...one.scope.units, ...two.scope.units]) };
  const next = plan({ stored: one, from: [...one.parts, ...two.parts], scope: both }, two);
  expect([next.parts, next.kept.length]).toEqual([
    { laid: [], left: [] },
    one.parts.length + two.parts.length,
  ]);
});

test('one that has become small is one item again, but not as soon as it would fit', async () => {
  const table = new MemoryTable();
  const { plan, commit, read } = aStore(table);
  await commit(plan({ scope: lineOf(60) }));
  for (const [rows, inParts] of [
    [12, true],
    [4, false],
  ] as const) {
    await commit(plan({ stored: await read(), scope: lineOf(rows) }));
    const now = await read();
    expect([unitsOf(now), now.parts.length > 0]).toEqual([expected(lineOf(rows)), inParts]);
    expect(keysOf(table)).toHaveLength(now.parts.length + 1);
  }
});

describe('bounds', () => {
  test('each item stays far below what the table takes', () => {
    const rules = {
      sizes: { whole: 8_000, part: 8_000 },
      newPart: () => `p${Math.random()}` as PartId,
    };
    const { commit, laid } = scopeWrites({ id: ID, scope: lineOf(10_000), open: false }, rules);
    for (const write of [commit, ...laid])
      expect(JSON.stringify(write).length).toBeLessThan(10_000);
  });

  test('a scope with more parts than it may have is refused', () => {
    const rules = { sizes: { whole: 10, part: 10 }, newPart: () => 'p' as PartId };
    const write = () => scopeWrites({ id: ID, scope: lineOf(2_501), open: false }, rules);
    expect(write).toThrow(ScopeTooLargeError);
  });
});

test('parts that are in force stay when the transaction that gives them up is refused', async () => {
  const table = new MemoryTable();
  const { plan, commit, read } = aStore(table);
  await commit(plan({ scope: lineOf(30) }));
  const { parts } = await read();
  const refused = {
    kind: 'check',
    key: scopeKey('other' as ScopeId),
    when: { exists: ['pk'] },
  } as const;
  const left = parts.map(({ id }) => id);
  expect(await transactWithParts(table, [refused], { laid: [], left })).toMatchObject({
    done: false,
  });
  expect((await read()).parts).toEqual(parts);
});
