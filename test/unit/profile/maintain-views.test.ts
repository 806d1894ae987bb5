import { describe, expect, test } from 'vitest';
import { maintainViews, recomputeViews } from '#application/profile/maintain-views.ts';
import { bucketsIn, customerKey, unitItemKey } from '#application/shared/items.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
import { fact, factGone, factUnit, party, partyGone } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { aViewStore, viewPortsOn } from '../../support/views.ts';

const order = (row: string, n: number, cents: number, ...claims: readonly string[]) =>
  fact(row, n, claims, {
    as: 'order',
    fields: { total: { amount: cents, currency: 'HKD' }, at: n },
  });

const CARD = factUnit('card#1').key;

describe('a summary', () => {
  test('follows the rows of its customer', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.facts(order('pos.1', 5, 700, 'card#1'));
    expect(await store.maintain()).toEqual({ written: 1, conflicts: 0 });
    expect(await store.revision('one_crm.1')).toBe(1);
    expect(await store.view('one_crm.1')).toMatchObject({
      profile: { name: { winner: { value: 'crm.1 1', source: 'crm', rowKey: 'crm.1' } } },
      measures: { orders: 1, spend: { HKD: 700 }, lastOrderAt: 5 },
      lastSeenAt: 5,
    });
  });

  test('subtracts what is deleted, corrected or found to be somebody else’s', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.facts(
      order('pos.1', 1, 700, 'card#1'),
      order('pos.2', 1, 50, 'card#1'),
      order('pos.3', 1, 9, 'card#1'),
    );
    await store.maintain();
    await store.facts(
      factGone('pos.1', 2),
      order('pos.2', 2, 60, 'card#1'),
      order('pos.3', 2, 9, 'card#2'),
    );
    await store.maintain();
    expect((await store.view('one_crm.1'))?.measures).toMatchObject({
      orders: 1,
      spend: { HKD: 60 },
    });
  });

  test('is refreshed once per batch, whatever the number of its changes', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    for (let n = 1; n <= 5; n++) await store.facts(order(`pos.${n}`, 1, n, 'card#1'));
    expect((await store.maintain()).written).toBe(1);
    expect(await store.revision('one_crm.1')).toBe(1);
  });

  test('of a repeated batch is the same again', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    const changes = store.take();
    await store.maintain(store.table, changes);
    const first = must(await store.view('one_crm.1'), 'view');
    await store.maintain(store.table, changes);
    expect(await store.view('one_crm.1')).toEqual(first);
  });

  test('nothing to do is nothing done', async () => {
    const store = aViewStore();
    expect(await store.maintain()).toEqual({ written: 0, conflicts: 0 });
    await store.facts(fact('pos.1', 1, []));
    expect((await store.maintain()).written).toBe(0);
  });
});

describe('merge and split', () => {
  test('move figures to and fro, exactly', async () => {
    const store = aViewStore();
    await store.facts(order('pos.1', 1, 100, 'card#1'), order('pos.2', 1, 20, 'email#1'));
    await store.maintain();
    const apart = await Promise.all(store.ids().map(store.view));
    await store.parties(party('crm.1', 1, 'card#1', 'email#1'));
    await store.maintain();
    const merged = await Promise.all(store.ids().map(store.view));
    expect(merged.map((view) => view?.measures['spend'])).toEqual([{ HKD: 120 }, undefined]);
    await store.parties(partyGone('crm.1', 2));
    await store.maintain();
    expect(await Promise.all(store.ids().map(store.view))).toEqual(apart);
  });

  test('a redirect and an id at rest keep an empty summary, whose revision goes on', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.parties(party('crm.2', 1, 'email#1'));
    await store.maintain();
    await store.parties(party('crm.2', 2, 'card#1'));
    await store.maintain();
    expect([await store.revision('one_crm.2'), await store.view('one_crm.2')]).toEqual([
      2,
      undefined,
    ]);
    await store.parties(partyGone('crm.1', 3), partyGone('crm.2', 3));
    await store.maintain();
    expect(await store.view('one_crm.1')).toBeUndefined();
  });
});

describe('races', () => {
  const withCustomer = async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.facts(order('pos.1', 1, 100, 'card#1'));
    return store;
  };

  test('a writer that has read older rows loses, and reads again', async () => {
    const store = await withCustomer();
    const slow = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('SUMMARY')),
      async () => {
        await store.facts(order('pos.2', 1, 20, 'card#1'));
        await maintainViews(viewPortsOn(store.table), [
          {
            after: must(await store.item(customerKey('one_crm.1' as OneId)), 'customer'),
            sequence: '1',
          },
        ]);
      },
    );
    expect(await store.maintain(slow)).toMatchObject({ conflicts: 1 });
    await store.maintain();
    expect((await store.view('one_crm.1'))?.measures).toMatchObject({ spend: { HKD: 120 } });
  });

  test('the revision is read before the rows: what changes in between is seen by one of the two', async () => {
    const store = await withCustomer();
    const slow = interposed(
      store.table,
      nth(1, 'getAll', (args) => args.includes('BUCKET')),
      async () => {
        await store.facts(order('pos.2', 1, 20, 'card#1'));
        await maintainViews(viewPortsOn(store.table), [
          {
            after: must(await store.item(customerKey('one_crm.1' as OneId)), 'customer'),
            sequence: '1',
          },
        ]);
        await store.facts(factGone('pos.2', 2));
      },
    );
    await store.maintain(slow);
    await store.maintain();
    expect((await store.view('one_crm.1'))?.measures).toMatchObject({ spend: { HKD: 100 } });
  });

  test('a merge while a summary is computed leaves no figure behind', async () => {
    const store = await withCustomer();
    await store.parties(party('crm.2', 1, 'email#1'));
    await store.maintain();
    await store.parties(party('crm.2', 2, 'email#1'));
    const changes = store.take();
    const slow = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('SUMMARY')),
      async () => {
        await store.parties(party('crm.2', 3, 'card#1'));
        await store.maintain();
      },
    );
    await store.maintain(slow, changes);
    expect(await store.view('one_crm.2')).toBeUndefined();
    expect((await store.view('one_crm.1'))?.sources).toMatchObject([
      { source: 'crm', rows: 2 },
      { source: 'pos', rows: 1 },
    ]);
  });

  test('a customer that leaves and comes back at once leaves no view, though its summary had been empty all the time', async () => {
    const store = await withCustomer();
    await store.parties(party('crm.2', 1, 'email#1'));
    await store.parties(party('crm.2', 2, 'card#1'));
    await store.maintain();
    await store.parties(party('crm.2', 3, 'email#1'));
    const rows = store.take().filter(({ after }) => after?.sk === 'ROW');
    const slow = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('SUMMARY')),
      async () => {
        await store.parties(party('crm.2', 4, 'card#1'));
        await store.maintain();
      },
    );
    expect(await store.maintain(slow, rows)).toMatchObject({ conflicts: 1 });
    expect(await store.view('one_crm.2')).toBeUndefined();
  });

  test('a list that was read before another worker made the summary from a later one is read again', async () => {
    const store = await withCustomer();
    await store.maintain();
    await store.parties(party('crm.2', 1, 'card#1'));
    const slow = interposed(
      store.table,
      nth(1, 'getAll', (args) => args.includes('SUMMARY')),
      async () => {
        await store.parties(party('crm.3', 1, 'card#1'));
        await store.maintain();
      },
    );
    await store.maintain(slow, store.take());
    expect((await store.view('one_crm.1'))?.sources).toMatchObject([
      { source: 'crm', rows: 3 },
      { source: 'pos', rows: 1 },
    ]);
  });

  test('a list whose summary another worker has emptied meanwhile is read again', async () => {
    const store = await withCustomer();
    await store.parties(party('crm.2', 1, 'email#1'));
    await store.maintain();
    await store.parties(party('crm.2', 2, 'email#1', 'phone#1'), party('crm.3', 1, 'email#1'));
    const changes = store.take();
    const slow = interposed(
      store.table,
      nth(1, 'getAll', (args) => args.includes('SUMMARY')),
      async () => {
        await store.parties(party('crm.2', 3, 'card#1'), party('crm.3', 2, 'card#1'));
        await store.maintain();
      },
    );
    await store.maintain(slow, changes);
    expect(await store.view('one_crm.2')).toBeUndefined();
  });

  test('a list that says what the summary was made from writes nothing', async () => {
    const store = await withCustomer();
    const changes = store.take();
    await store.maintain(store.table, changes);
    await store.maintain(store.table, changes);
    expect(await store.revision('one_crm.1')).toBe(1);
  });

  test('a unit that goes to another scope, and stays with its customer, is found there', async () => {
    const store = aViewStore();
    await store.facts(order('pos.1', 1, 100, 'card#1'));
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.maintain();
    const id = `one_${factUnit('card#1').key}`;
    await store.facts(order('pos.1', 2, 70, 'card#1'));
    const changes = store.take();
    const slow = interposed(
      store.table,
      nth(1, 'getAll', (args) => args.includes('SCOPE')),
      () => store.parties(party('crm.1', 3, 'email#1')),
    );
    await store.maintain(slow, changes);
    await store.maintain();
    expect((await store.view(id))?.measures).toMatchObject({ spend: { HKD: 70 } });
  });

  test('a summary that is always taken by somebody else fails the batch', async () => {
    const store = await withCustomer();
    const busy = {
      ...interposed(
        store.table,
        () => false,
        async () => {},
      ),
      writeAll: async (actions: readonly unknown[]) => actions.map(() => false),
    };
    await expect(store.maintain(busy)).rejects.toThrow('written by others 20 times over');
  });
});

describe('recomputing', () => {
  test('reads the table, however old the images are that ask for it', async () => {
    const store = aViewStore();
    await store.parties(party('crm.1', 1, 'card#1'));
    await store.facts(order('pos.1', 1, 100, 'card#1'));
    const old = store.take();
    await store.facts(order('pos.1', 2, 70, 'card#1'), order('pos.2', 1, 5, 'card#1'));
    expect(await recomputeViews(viewPortsOn(store.table), old)).toEqual({
      written: 1,
      conflicts: 0,
    });
    expect((await store.view('one_crm.1'))?.measures).toMatchObject({ spend: { HKD: 75 } });
  });
});

describe('units that grow', () => {
  const rows = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => order(`pos.${from + n}`, 1, 1, 'card#1'));
  const bucketsOf = async (store: ReturnType<typeof aViewStore>) =>
    bucketsIn(await store.item(unitItemKey(CARD)));

  test('get twice the buckets when they are full, and keep every figure', async () => {
    const store = aViewStore();
    await store.facts(...rows(4));
    await store.maintain();
    expect(await bucketsOf(store)).toBe(1);
    for (const [from, count, buckets] of [
      [4, 1, 2],
      [10, 5, 2],
      [20, 1, 4],
      [30, 7, 4],
      [40, 1, 8],
    ] as const) {
      await store.facts(...rows(count, from));
      await store.maintain();
      expect(await bucketsOf(store)).toBe(buckets);
      store.expectSound();
    }
    await store.maintain();
    expect((await store.view(`one_${CARD}`))?.measures).toMatchObject({
      orders: 19,
      spend: { HKD: 19 },
    });
  });

  test('a row that comes back to a high bucket of a unit that began anew is counted', async () => {
    const store = aViewStore();
    const all = rows(20);
    for (let n = 0; n < 20; n += 4) {
      await store.facts(...all.slice(n, n + 4));
      await store.maintain();
    }
    await store.facts(...all.map(({ rowKey }) => factGone(rowKey, 2)));
    await store.facts(order('pos.new', 1, 5, 'card#1'));
    await store.maintain();
    for (const { rowKey } of all) await store.facts(order(rowKey, 3, 1, 'card#1'));
    await store.maintain();
    expect((await store.view(`one_${CARD}`))?.measures).toMatchObject({
      orders: 21,
      spend: { HKD: 25 },
    });
    store.expectSound();
  });

  test('a bucket that appears after its row was written still brings the row into view', async () => {
    const store = aViewStore();
    await store.facts(order('pos.1', 1, 5, 'card#1'));
    await store.maintain();
    // The unit knows one bucket; a row lies in the third.
    await store.table.write({
      kind: 'put',
      item: {
        pk: `U#${CARD}#2`,
        sk: 'BUCKET',
        'pos/9': { v: '1', d: '["order",{"total":{"amount":7,"currency":"HKD"}}]' },
      },
    });
    await store.maintain();
    await store.table.write({ kind: 'update', key: unitItemKey(CARD), set: { buckets: 4 } });
    await store.maintain();
    expect((await store.view(`one_${CARD}`))?.measures).toMatchObject({ spend: { HKD: 12 } });
  });
});

test('more customers than fit one read are all refreshed', async () => {
  const store = aViewStore();
  const rows = Array.from({ length: 95 }, (_, n) => party(`crm.${n}`, 1, `card#${n}`));
  await store.parties(...rows);
  expect(await store.maintain()).toEqual({ written: 95, conflicts: 0 });
  expect(await store.view('one_crm.94')).toBeDefined();
});
