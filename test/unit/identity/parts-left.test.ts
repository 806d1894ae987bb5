/**
 * Parts of scopes that no scope names: those of a worker who died are removed, and those of one who is about to commit only with
 * his commit.
 */
import { describe, expect, test } from 'vitest';
import { scopesAmong } from '#application/identity/scope-store.ts';
import type { Item, Write } from '#application/shared/table.ts';
import { fact, party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { isPart, removePartLeft } from '../../support/parts-left.ts';

/** A store whose scopes lie in parts of one unit. */
const aStore = () => {
  const store = anIdentityStore({
    limits: { actions: 100, scopes: 30, sizes: { whole: 60, part: 60 } },
  });
  const parts = () => store.table.dump().filter(isPart);
  const removeLeft = async (): Promise<number> => {
    const removed = await Promise.all(parts().map((part) => removePartLeft(store.table, part)));
    return removed.filter(Boolean).length;
  };
  const unitsListed = () =>
    [...scopesAmong(store.table.dump()).values()].flatMap(({ units }) => [...units.keys()]).sort();
  return { ...store, parts, removeLeft, unitsListed };
};

const left = (scope: unknown): Item => ({
  ...{ pk: 'P#left', sk: 'PART', scope: String(scope) },
  doc: '{"u":["pc gone"],"i":{},"l":[],"c":[]}',
});

const scopeItem = (store: ReturnType<typeof aStore>): Item => {
  const item = store.table.dump().find(({ sk }) => sk === 'SCOPE');
  if (!item) throw new Error('no scope');
  return item;
};

describe('a part that is laid and not committed yet', () => {
  test.each([
    ['joins a scope', [party('a', 1, 'phone#1'), party('b', 1, 'phone#1')]],
    ['begins one', []],
  ])('is removed only with its commit, where it %s', async (_, before) => {
    const store = aStore();
    for (const row of before) await store.parties(row);
    const removed: number[] = [];
    const slow = store.overtaken(nth(1, 'transact'), async () => {
      removed.push(await store.removeLeft());
    });
    const { failures } = await slow.parties(party('c', 1, 'phone#1'));
    expect([failures, removed.map((count) => count > 0)]).toEqual([[], [true]]);
    expect(store.unitsListed()).toEqual([...before.map(({ rowKey }) => rowKey), 'c']);
    store.expectSound();
  });
});

test('parts that scopes name are left alone, under whatever scope they were written', async () => {
  const store = aStore();
  await store.parties(party('a', 1, 'phone#1'), party('b', 1, 'phone#2'));
  await store.parties(party('c', 1, 'phone#1', 'phone#2'));
  expect([store.parts().length > 1, await store.removeLeft()]).toEqual([true, 0]);
  store.expectSound();
});

describe('one that nobody will name', () => {
  test('goes, and its scope gets another version', async () => {
    const store = aStore();
    await store.parties(party('a', 1, 'phone#1'));
    const { pk, ver } = scopeItem(store);
    await store.table.write({ kind: 'put', item: left(pk.slice(2)) });
    expect(await store.removeLeft()).toBe(1);
    expect(scopeItem(store)).toMatchObject({ ver: Number(ver) + 1 });
    store.expectSound();
  });

  test('and so does one of a scope that has ended', async () => {
    const store = aStore();
    await store.parties(party('a', 1, 'phone#1'));
    await store.parties(partyGone('a', 2));
    const { pk, ver } = scopeItem(store);
    await store.table.write({ kind: 'put', item: left(pk.slice(2)) });
    expect(await store.removeLeft()).toBe(1);
    expect(scopeItem(store)).toMatchObject({ ver: Number(ver) + 1 });
  });
});

test('parts of a commit whose answer is lost stay in force', async () => {
  const store = aStore();
  await store.parties(party('a', 1, 'card#1'));
  const isScope = (write: Write) => write.kind === 'put' && write.item.sk === 'SCOPE';
  const worker = store.workerOn({
    ...interposed(
      store.table,
      () => false,
      async () => {},
    ),
    writeAll: async (actions) => {
      const done = await store.table.writeAll(actions);
      return done.map((one, index) => one && !actions.slice(index, index + 1).some(isScope));
    },
  });
  expect(await worker.facts(fact('pos.1', 1, ['card#1']))).toMatchObject({ applied: 1 });
  store.expectSound();
});
