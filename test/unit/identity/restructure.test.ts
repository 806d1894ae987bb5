import { describe, expect, test } from 'vitest';
import { restructure } from '#application/identity/restructure.ts';
import type { StructuralChange } from '#application/identity/world.ts';
import type { Condition, Key, Table } from '#application/shared/table.ts';
import { key, POLICY } from '../../support/builders/evidence.ts';
import { fact, factUnit, party, partyGone, partyRenamed } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth, nthCommit } from '../../support/interposed-table.ts';

const scopesIn = (store: ReturnType<typeof anIdentityStore>) =>
  store.table.dump().filter(({ sk, doc }) => sk === 'SCOPE' && doc !== undefined).length;

/** A table that reads the scopes of one request one by one, with something in between. */
const tornBy = (table: Table, meanwhile: () => Promise<unknown>): Table => {
  let done = false;
  return {
    ...interposed(table, () => false, meanwhile),
    getAll: async (keys: readonly Key[]) => {
      if (done || keys.length < 2 || !keys.every(({ sk }) => sk === 'SCOPE'))
        return table.getAll(keys);
      done = true;
      const first = await table.getAll(keys.slice(0, 1));
      await meanwhile();
      return [...first, ...(await table.getAll(keys.slice(1)))];
    },
  };
};

describe('a world that changes while it is read', () => {
  /** Row `x` is with `s` by card; `t` is apart with an e-mail address. */
  const aStore = async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'));
    await store.parties(party('x', 1, 'card#1'));
    await store.parties(party('t', 1, 'email#1'));
    return store;
  };

  test('a unit that moves from one scope to the other between two reads', async () => {
    const store = await aStore();
    // So that the card's scope stays with the rows that x leaves.
    await store.parties(party('r', 1, 'card#1'));
    const slow = store.workerOn(tornBy(store.table, () => store.parties(party('x', 2, 'email#1'))));
    const { conflicts } = await slow.parties(party('w', 1, 'card#1', 'email#1'));
    expect(conflicts).toBeGreaterThan(0);
    expect(store.customers()).toContain('one_s: r s t w x');
    store.expectSound();
  });

  test('a pointer that leads to a scope which the holder has left', async () => {
    const store = await aStore();
    const split = () => store.parties(party('s', 2, 'card#2'), party('y', 1, 'card#1'));
    const slow = store.workerOn(
      interposed(
        store.table,
        nth(1, 'getAll', (args) => args.includes('SCOPE')),
        split,
      ),
    );
    await slow.parties(party('w', 1, 'card#1'));
    expect(store.customers()).toContain('one_x: w x y');
    store.expectSound();
  });

  test('a pointer that leads to a scope which the holder has left with all that it claims', async () => {
    const store = anIdentityStore();
    for (const name of ['s1', 's2']) await store.parties(party(name, 1, 'card#1'));
    await store.parties(party('bridge', 1, 'card#1', 'email#1'));
    await store.parties(party('x', 1, 'email#1', 'phone#5'));
    const slow = store.workerOn(
      interposed(
        store.table,
        nth(1, 'getAll', (args) => args.includes('SCOPE')),
        () => store.parties(party('bridge', 2, 'card#1')),
      ),
    );
    await slow.parties(party('w', 1, 'phone#5'));
    expect(store.customers()).toContain('one_x: w x');
    store.expectSound();
  });

  test('scopes that merge', async () => {
    const store = await aStore();
    const slow = store.workerOn(
      interposed(store.table, nthCommit(1), () =>
        store.parties(party('m', 1, 'card#1', 'email#1')),
      ),
    );
    await slow.parties(party('w', 1, 'email#1'));
    expect(store.customers()).toContain('one_s: m s t w x');
    store.expectSound();
  });

  test('a scope that is absorbed by one which another change of the commit has read before', async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'));
    for (const name of ['t1', 't2']) await store.parties(party(name, 1, 'email#1'));
    const merge = () => store.parties(party('m', 1, 'card#1', 'email#1'));
    const slow = store.workerOn(tornBy(store.table, merge));
    const facts = [fact('pos.1', 1, ['email#1']), fact('pos.2', 1, ['card#1'])];
    expect((await slow.facts(...facts)).conflicts).toBeGreaterThan(0);
    const [email, card] = [factUnit('email#1').key, factUnit('card#1').key];
    expect(store.customers()).toContain(`one_s: m s t1 t2 ${card} ${email}`);
    store.expectSound();
  });

  test('a scope whose last unit goes', async () => {
    const store = await aStore();
    const slow = store.workerOn(
      interposed(store.table, nthCommit(1), () => store.parties(partyGone('t', 2))),
    );
    await slow.parties(party('w', 1, 'email#1'));
    expect(store.customers()).toContain('one_w: w');
    store.expectSound();
  });

  test('two merges of the same two customers over different links', async () => {
    const store = await aStore();
    const slow = store.workerOn(
      interposed(store.table, nth(1, 'transact'), () =>
        store.parties(party('t', 2, 'card#1', 'email#1')),
      ),
    );
    await slow.parties(party('s', 2, 'card#1', 'email#1'));
    expect(store.customers()).toContain('one_s: s t x');
    store.expectSound();
  });
});

describe('scopes', () => {
  test('absorbed again and again, they still lead home', async () => {
    const store = anIdentityStore();
    for (let n = 0; n < 6; n++) await store.parties(party(`a${n}`, 1, `email#${n}`));
    for (let n = 1; n < 6; n++) {
      await store.parties(party(`a${n}`, 2, `email#${n}`, `email#${n - 1}`));
      store.expectSound();
    }
    expect(scopesIn(store)).toBe(1);
    await store.parties(party('a2', 3, 'email#2'));
    await store.parties(party('a0', 2, 'email#0', 'card#1'));
    store.expectSound();
    expect(scopesIn(store)).toBe(2);
  });

  test('that lose their last unit leave their version, for whoever has read them before', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    await store.parties(partyGone('a', 2));
    expect(store.table.dump().filter(({ sk }) => sk === 'SCOPE')).toEqual([
      { pk: expect.any(String), sk: 'SCOPE', ver: 2, expiresAt: expect.any(Number) },
    ]);
    store.expectSound();
  });
});

/** A row that shares an e-mail address with each of so many others. */
const hub = async (spokes: number) => {
  const store = anIdentityStore();
  const emails = Array.from({ length: spokes }, (_, n) => `email#${n}`);
  for (const [n, email] of emails.entries()) await store.parties(party(`s${n}`, 1, email));
  for (let n = 10; n < spokes + 10; n += 10)
    await store.parties(party('hub', n, ...emails.slice(0, n)));
  return store;
};

describe('large commits', () => {
  test('a split that is too much at once keeps its parts in one scope, which changes no answer', async () => {
    const store = await hub(40);
    expect(store.customers()).toContain(
      `one_s0: ${['hub', ...Array.from({ length: 40 }, (_, n) => `s${n}`)].sort().join(' ')}`,
    );
    expect((await store.parties(partyGone('hub', 99))).failures).toEqual([]);
    expect(scopesIn(store)).toBe(1);
    expect(store.customers()).toHaveLength(40);
    store.expectSound();
    await store.parties(party('s7', 2, 'email#8'));
    expect(store.customers()).toContain('one_s8 -> one_s7');
    store.expectSound();
  });

  test('so does a changed primary key, which is two changes that cannot be parted', async () => {
    const store = await hub(40);
    const applied = await store.parties(...partyRenamed('hub', 'hub2', 99, 'card#1'));
    expect([applied.failures, scopesIn(store)]).toEqual([[], 1]);
    store.expectSound();
  });

  test('several changes that are too much together go one after the other', async () => {
    const store = anIdentityStore();
    const claims = (n: number) => Array.from({ length: 30 }, (_, index) => `email#${n}.${index}`);
    const rows = [0, 1, 2, 3, 4].map((n) => party(`r${n}`, 1, ...claims(n)));
    expect(await store.parties(...rows)).toMatchObject({ applied: 5, failures: [] });
    store.expectSound();
  });

  test('a changed primary key goes with the row it was, wherever the others are parted', async () => {
    const store = anIdentityStore();
    const claims = (name: string) => Array.from({ length: 25 }, (_, n) => `email#${name}.${n}`);
    await store.parties(party('m', 1, ...claims('m')));
    const others = ['p', 'q', 'r'].map((name) => party(name, 2, ...claims(name)));
    const [gone, come] = partyRenamed('m', 'z', 3, ...claims('m'));
    const applied = await store.parties(...others.slice(0, 1), gone, come, ...others.slice(1));
    expect(applied.failures).toEqual([]);
    expect(store.customers()).toContain('one_m: z');
    store.expectSound();
  });

  test('a single change may take more than a commit aims at', async () => {
    const store = anIdentityStore({ limits: { actions: 15, scopes: 3 } });
    const emails = Array.from({ length: 20 }, (_, n) => `email#${n}`);
    expect(await store.parties(party('a', 1, ...emails))).toMatchObject({ failures: [] });
    await store.close();
    store.expectSound();
  });

  test('scopes are put together when a change that spans them is too much', async () => {
    const store = anIdentityStore();
    const ids = (count: number, name: string) =>
      Array.from({ length: count }, (_, n) => `email#${name}${n}`);
    for (const email of ids(29, '')) await store.parties(party(`of.${email}`, 1, email));
    await store.parties(party('a', 1, ...ids(30, 'a')));
    const applied = await store.parties(
      ...partyRenamed('a', 'b', 2, ...ids(29, ''), ...ids(11, 'b')),
    );
    expect(applied.failures).toEqual([]);
    await store.close();
    store.expectSound();
  });

  test('one change that fits no transaction is given back with the reason', async () => {
    const store = anIdentityStore();
    const emails = Array.from({ length: 120 }, (_, n) => `email#${n}`);
    for (const [n, email] of emails.entries())
      for (let m = 0; m < 4; m++) await store.parties(party(`s${n}.${m}`, 1, email));
    const before = store.customers();
    const { failures } = await store.parties(party('a', 1, ...emails));
    expect(failures).toMatchObject([{ error: { name: 'CommitTooLargeError' } }]);
    expect(store.customers()).toEqual(before);
    store.expectSound();
  });

  test('one that brings any number of new identifiers fits', async () => {
    const store = anIdentityStore();
    const emails = Array.from({ length: 120 }, (_, n) => `email#${n}`);
    await store.parties(party('a', 1, ...emails));
    expect(store.customers()).toEqual(['one_a: a']);
    store.expectSound();
  });
});

describe('contention', () => {
  const losing = (store: ReturnType<typeof anIdentityStore>, waits: number[]) => ({
    ...store.ports,
    sleep: async (ms: number) => void waits.push(ms),
    table: {
      ...interposed(
        store.table,
        () => false,
        async () => {},
      ),
      transact: async () => ({ done: false, reasons: ['none', 'conflict'] }) as const,
    },
  });
  const creation: StructuralChange = {
    key: key('a'),
    after: party('a', 1).after?.evidence ?? expect.fail(),
    own: () => [{ kind: 'put', item: { pk: 'R#a', sk: 'ROW' } }],
  };

  test('a commit that loses every race gives up and says so', async () => {
    const waits: number[] = [];
    const attempt = restructure(losing(anIdentityStore(), waits), POLICY, [creation]);
    await expect(attempt).rejects.toMatchObject({ name: 'ContentionError' });
    expect(waits).toHaveLength(23);
    expect(Math.max(...waits)).toBeLessThanOrEqual(400);
  });

  test('a fence that does not hold is no race: the rows are to be read again', async () => {
    const store = anIdentityStore();
    const fenced = { ...losing(store, []) };
    fenced.table.transact = async () => ({ done: false, reasons: ['condition', 'none'] }) as never;
    expect(await restructure(fenced, POLICY, [creation])).toEqual({ done: false, conflicts: 0 });
  });
});

describe('of changes that are too much together', () => {
  /** A row that comes with sixty items of its own, the first of which asks for something. */
  const large = (name: string, when: Condition = { missing: ['pk'] }): StructuralChange => ({
    key: key(name),
    after: party(name, 1).after?.evidence ?? expect.fail(),
    own: () =>
      Array.from({ length: 60 }, (_, n) => ({
        kind: 'put',
        item: { pk: `R#${name}${n === 0 ? '' : n}`, sk: 'ROW' },
        ...(n === 0 ? { when } : {}),
      })),
  });
  const NOT_THERE: Condition = { exists: ['pk'] };

  test.each([
    ['neither is refused', [large('a'), large('b')], true, ['one_a: a', 'one_b: b']],
    ['the first is refused', [large('a', NOT_THERE), large('b')], false, []],
    ['the second is refused', [large('a'), large('b', NOT_THERE)], false, ['one_a: a']],
  ])('%s', async (_, changes, done, customers) => {
    const store = anIdentityStore();
    expect(await restructure(store.ports, POLICY, changes)).toMatchObject({ done });
    expect(store.customers()).toEqual(customers);
  });
});
