/**
 * Contributions of a batch: what comes with them, so that nobody has to look at unit or bucket afterwards.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { FactChange } from '#application/identity/row-change.ts';
import { bucketKey } from '#application/shared/items.ts';
import { fact, factGone, factUnit } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;

const rows = (from: number, to: number, n = 1) =>
  Array.from({ length: to - from }, (_, index) => fact(`pos.${from + index}`, n, ['card#1']));

/** A store that counts its calls by name. */
const aCountingStore = async (...given: readonly FactChange[]) => {
  const store = anIdentityStore();
  await store.facts(...given);
  const calls: string[] = [];
  const counting = store.overtaken(
    ({ name, args }) => {
      if (JSON.stringify(args) !== '[[]]') calls.push(name);
      return false;
    },
    async () => {},
  );
  return { ...store, ...counting, calls };
};

describe('a batch takes', () => {
  test('one read and one write for rows that are known', async () => {
    const store = await aCountingStore(...rows(0, 3));
    await store.facts(...rows(0, 3, 2));
    expect(store.calls).toEqual(['getAll', 'writeAll']);
  });

  test('one write more for rows that are new', async () => {
    const store = await aCountingStore(...rows(0, 3));
    await store.facts(...rows(2, 5, 2));
    expect(store.calls).toEqual(['getAll', 'writeAll', 'writeAll']);
  });

  test('a look at the bucket, and none afterwards, for a row that goes while another stays', async () => {
    const store = await aCountingStore(...rows(0, 2));
    await store.facts(factGone('pos.0', 2));
    expect(store.calls).toEqual(['getAll', 'getAll', 'writeAll']);
    store.expectSound();
  });

  test('nothing but reads when it comes again', async () => {
    const store = await aCountingStore(...rows(0, 3));
    expect(await store.facts(...rows(0, 3))).toMatchObject({ applied: 0, stale: 3 });
    expect(store.calls).toEqual(['getAll', 'getAll']);
  });
});

test('two rows that go at once, each because of the other, take their unit with them', async () => {
  const store = anIdentityStore();
  await store.facts(...rows(0, 2));
  const slow = store.overtaken(
    nth(1, 'writeAll', (args) => args.includes('BUCKET')),
    () => store.facts(factGone('pos.1', 2)),
  );
  await slow.facts(factGone('pos.0', 2));
  expect(await store.unit(CARD)).toBeUndefined();
  store.expectSound();
});

test('whoever fills the only bucket of a unit gives it a second, where new rows go', async () => {
  const store = anIdentityStore();
  await store.facts(fact('pos.0', 1, ['card#1']));
  for (const row of rows(1, 7)) await store.facts(row);
  expect((await store.unit(CARD))?.buckets).toBe(2);
  const second = await store.item(bucketKey(CARD, 1));
  expect(Object.keys(second ?? {}).filter((name) => name.startsWith('pos/'))).toEqual([
    'pos/5',
    'pos/6',
  ]);
  store.expectSound();
});

describe('a bucket that somebody has sealed and left so', () => {
  const sealed = async (...buckets: readonly number[]) => {
    const store = anIdentityStore();
    for (const row of rows(0, 8)) await store.facts(row);
    for (const bucket of buckets) {
      const key = bucketKey(CARD, bucket);
      await store.table.write({ kind: 'update', key, set: { dying: 'mark' } });
    }
    return store;
  };

  test.each([
    ['the first', [0], rows(0, 1, 2)],
    ['a further one', [1], rows(6, 7, 2)],
    ['both', [0, 1], [...rows(0, 1, 2), ...rows(6, 8, 2)]],
  ])('is opened for a row: %s', async (_, buckets, changes) => {
    const store = await sealed(...buckets);
    expect(await store.facts(...changes)).toMatchObject({ applied: changes.length });
    expect(store.contributions()).toEqual(
      expect.arrayContaining(changes.map(({ rowKey }) => expect.stringContaining(`${rowKey} 2`))),
    );
    store.expectSound();
  });

  test('takes the note that a row is gone', async () => {
    const store = await sealed(1);
    expect(await store.facts(factGone('pos.6', 2))).toMatchObject({ applied: 1 });
    expect(store.contributions()).toHaveLength(7);
  });
});
