import { describe, expect, test } from 'vitest';
import { maintainViews } from '#application/profile/maintain-views.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { must } from '#domain/shared/assert.ts';
import { fact, factGone, factUnit, party, partyGone } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { aViewStore, viewPortsOn } from '../../support/views.ts';

const order = (row: string, n: number, cents: number, card = 'card#1') =>
  fact(row, n, [card], {
    as: 'order',
    fields: { total: { amount: cents, currency: 'HKD' }, at: n },
  });

const ID = `one_${factUnit('card#1').key}`;

/** A customer whose facts lie apart; a summary holds none here. */
const aLargeCustomer = async (...rows: readonly ReturnType<typeof order>[]) => {
  const store = aViewStore();
  const limits = { buckets: 0, text: 64_000 };
  const maintain = (
    table = store.table as Parameters<typeof store.maintain>[0],
    changes = store.take(),
  ) => maintainViews({ ...viewPortsOn(table ?? store.table), limits }, changes);
  await store.facts(...rows);
  await maintain();
  const spend = async () => (await store.view(ID))?.measures['spend'];
  const parts = () => store.table.dump().filter(({ sk }) => sk.startsWith('PART#'));
  const entry = async () =>
    [...(parseSummaryItem(await store.summary(ID)).summary?.units.values() ?? [])][0];
  /** The scope whose one customer has the one unit. */
  const scope = () =>
    must(
      store.table.dump().find(({ sk }) => sk === 'SCOPE'),
      'scope',
    );
  return { store, maintain, spend, parts, entry, scope };
};

describe('a unit whose parts lie apart', () => {
  test('has a summary that a change of its rows leaves as it is', async () => {
    const { store, maintain, spend, parts } = await aLargeCustomer(order('pos.1', 1, 100));
    const revision = await store.revision(ID);
    await store.facts(order('pos.1', 2, 70), order('pos.2', 1, 5));
    await maintain();
    expect([await spend(), parts().length]).toEqual([{ HKD: 75 }, 1]);
    expect(await store.revision(ID)).toBe(revision);
  });

  test('an image that comes late or again changes nothing', async () => {
    const { store, maintain, spend } = await aLargeCustomer(order('pos.1', 1, 100));
    await store.facts(order('pos.1', 2, 70));
    const first = store.take();
    await store.facts(factGone('pos.1', 3), order('pos.2', 1, 5));
    await maintain();
    await maintain(store.table, first);
    expect(await spend()).toEqual({ HKD: 5 });
  });

  test('a change between reading the buckets and laying them is not missed', async () => {
    const { store, maintain, spend } = await aLargeCustomer();
    await store.facts(order('pos.1', 1, 100));
    const slow = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('PART#')),
      async () => {
        const pending = store.take();
        await store.facts(order('pos.1', 2, 70));
        await maintain(store.table, [...pending, ...store.take()].slice(-1));
      },
    );
    await maintain(slow);
    expect(await spend()).toEqual({ HKD: 70 });
  });

  test('whoever finds it half laid completes it', async () => {
    const { store, maintain, spend, entry } = await aLargeCustomer();
    await store.facts(order('pos.1', 1, 100));
    const changes = store.take();
    const dying = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('PART#')),
      async () => {
        throw new Error('died');
      },
    );
    await expect(maintain(dying, changes)).rejects.toThrow('died');
    expect((await entry())?.kind).toBe('pending');
    expect(await spend()).toEqual({});
    await maintain(store.table, changes);
    expect([(await entry())?.kind, await spend()]).toEqual(['apart', { HKD: 100 }]);
  });

  test('moves to another customer and back without a figure or a part left behind', async () => {
    const { store, maintain, spend, parts } = await aLargeCustomer(order('pos.1', 1, 100));
    await store.parties(party('crm.1', 1, 'card#1', 'email#1'));
    await store.facts(order('pos.9', 1, 11, 'email#1'));
    await maintain();
    expect(await spend()).toEqual({ HKD: 111 });
    await store.parties(partyGone('crm.1', 2));
    await store.facts(order('pos.1', 2, 90));
    await maintain();
    expect(await spend()).toEqual({ HKD: 90 });
    expect(parts().length).toBe(2);
  });

  test('one that left and came back in one batch is read again', async () => {
    const { store, maintain, spend, scope } = await aLargeCustomer(order('pos.1', 1, 100));
    const told = scope();
    await store.facts(order('pos.1', 2, 70));
    store.take();
    await maintain(store.table, [
      { after: { ...told, lists: '0:' }, sequence: '8' },
      { after: { ...told, lists: '0:0' }, sequence: '9' },
    ]);
    expect(await spend()).toEqual({ HKD: 70 });
  });

  test.each([
    ['in the batch that has it read again', true],
    ['after it was read again', false],
  ])('an image that comes late %s changes nothing', async (_, isTogether) => {
    const { store, maintain, spend, scope } = await aLargeCustomer(order('pos.1', 1, 100));
    const again = [{ after: { ...scope(), lists: '0:0' }, sequence: '99' }];
    await store.facts(order('pos.1', 2, 70));
    const late = store.take();
    await store.facts(order('pos.1', 3, 50));
    await maintain();
    await maintain(store.table, isTogether ? [...again, ...late] : again);
    await maintain(store.table, isTogether ? [] : late);
    expect(await spend()).toEqual({ HKD: 50 });
  });

  test('a reader that met neither the old nor the new parts is told so', async () => {
    const { store, parts } = await aLargeCustomer(order('pos.1', 1, 100));
    const items = store.table.dump().filter(({ pk }) => pk === `C#${ID}`);
    expect(wholeSummary(items).torn).toBe(false);
    expect(wholeSummary(items.filter((item) => item.sk !== parts()[0]?.sk)).torn).toBe(true);
  });
});

test('a summary that grows too long has its largest units laid apart', async () => {
  const store = aViewStore();
  const limits = { buckets: 16, text: 400 };
  const maintain = () => maintainViews({ ...viewPortsOn(store.table), limits }, store.take());
  await store.parties(party('crm.1', 1, 'card#1', 'email#1'));
  const rows = Array.from({ length: 30 }, (_, n) => order(`pos.${n}`, 1, 1));
  for (let n = 0; n < 30; n += 6) {
    await store.facts(...rows.slice(n, n + 6));
    await maintain();
  }
  await store.facts(order('pos.99', 1, 1, 'email#1'));
  await maintain();
  const text = JSON.stringify(await store.summary('one_crm.1'));
  expect(text.length).toBeLessThan(600);
  expect(text).toContain('apart');
  expect((await store.view('one_crm.1'))?.measures['spend']).toEqual({ HKD: 31 });
});
