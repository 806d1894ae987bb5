/**
 * Contributions of a batch: what comes with them, so that nobody has to look at unit or bucket afterwards.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { FactChange } from '#application/identity/row-change.ts';
import { rowNamesIn } from '#application/shared/contributions.ts';
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
      if (JSON.stringify(args[0]) !== '[]') calls.push(name);
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

test('a row that is new where another goes is not written when somebody else has placed it meanwhile', async () => {
  const store = anIdentityStore();
  await store.facts(...rows(0, 2));
  const slow = store.overtaken(nth(1, 'writeAll'), () =>
    store.facts(fact('pos.2', 2, ['email#1'])),
  );
  await slow.facts(factGone('pos.0', 2), fact('pos.2', 1, ['card#1']));
  expect(store.contributions().filter((it) => it.includes('pos.2'))).toEqual([
    expect.stringContaining('email#1#0 pos.2 2'),
  ]);
  store.expectSound();
});

describe('a further bucket', () => {
  const grown = async () => {
    const store = anIdentityStore();
    for (const row of rows(0, 5)) await store.facts(row);
    return store;
  };
  const inSecond = async (store: Awaited<ReturnType<typeof grown>>) =>
    [...rowNamesIn(await store.item(bucketKey(CARD, 1)))].sort();

  test('is made by the row that comes to it first', async () => {
    const store = await grown();
    expect((await store.unit(CARD))?.buckets).toBe(2);
    expect(await store.item(bucketKey(CARD, 1))).toBeUndefined();
    await store.facts(fact('pos.5', 1, ['card#1']));
    expect(await inSecond(store)).toEqual(['pos/5']);
    store.expectSound();
  });

  test('is looked for beside the registration, and neither before nor after', async () => {
    const store = await aCountingStore(...rows(0, 4));
    await store.facts(fact('pos.4', 1, ['card#1']));
    store.calls.length = 0;
    await store.facts(fact('pos.5', 1, ['card#1']));
    await store.facts(fact('pos.6', 1, ['card#1']));
    expect(store.calls).toEqual([
      ...['getAll', 'getAll', 'writeAll', 'writeAll'],
      ...['getAll', 'getAll', 'writeAll', 'writeAll'],
    ]);
  });

  test('that another row makes at the same time takes both', async () => {
    const store = await grown();
    const slow = store.overtaken(
      nth(1, 'writeAll', (args) => args.includes('BUCKET')),
      () => store.facts(fact('pos.6', 1, ['card#1'])),
    );
    expect(await slow.facts(fact('pos.5', 1, ['card#1']))).toMatchObject({ applied: 1 });
    expect(await inSecond(store)).toEqual(['pos/5', 'pos/6']);
    store.expectSound();
  });

  test('is not made by a row that somebody else has placed elsewhere meanwhile', async () => {
    const store = await grown();
    const slow = store.overtaken(nth(1, 'writeAll'), () =>
      store.facts(fact('pos.5', 2, ['email#1'])),
    );
    await slow.facts(fact('pos.5', 1, ['card#1']));
    expect(await inSecond(store)).toEqual([]);
    store.expectSound();
  });

  test('is made by a redelivery when a crash came between the registration and the row', async () => {
    const store = await grown();
    const dying = store.overtaken(
      nth(1, 'writeAll', (args) => args.includes('BUCKET')),
      () => Promise.reject(new Error('crash')),
    );
    await expect(dying.facts(fact('pos.5', 1, ['card#1']))).rejects.toThrow('crash');
    await store.facts(fact('pos.5', 1, ['card#1']));
    expect(await inSecond(store)).toEqual(['pos/5']);
    store.expectSound();
  });
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
