/**
 * Facts of a source that sends changed columns only: what becomes of a receipt, change by change.
 */
import { expect, test } from 'vitest';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { parseRowItem, parseUnitItem, rowItemKey } from '#application/shared/items.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { SourceDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline, DEMO } from '../../support/pipeline.ts';

const WHOLE = { card_no: '610000001', mobile: '91234567', amt: '10.00', ccy: 'HKD' };

/** A till whose updates carry changed columns only, unless told otherwise. */
const aTill = () => {
  let images: NonNullable<SourceDefinition['images']> = 'partial';
  const definitions = async () => {
    const { sources } = DEMO.definitions;
    const pos = { ...must(sources['pos'], 'pos'), images };
    return { ...DEMO, definitions: { ...DEMO.definitions, sources: { ...sources, pos } } };
  };
  const pipeline = aPipeline({ definitions });
  const { resolve, table } = pipeline;
  return {
    ...pipeline,
    say: (kept: typeof images) => {
      images = kept;
    },
    change: (n: number, operation: string, data: JsonObject = {}) =>
      resolve(
        dmsText({
          operation,
          position: `00000002/0000000${n}`,
          data: { receipt_no: 'R1', ...data },
        }),
      ),
    registry: async () =>
      parseRowItem(
        must((await table.getAll([rowItemKey('pos.receipt.R1' as SourceRowKey)]))[0], 'registry'),
      ),
    /** Units, each with what the receipt contributes to it. */
    shown: () =>
      table.dump().flatMap((item) =>
        item.sk === 'BUCKET'
          ? liveContributionsIn(item).map(({ fact, version }) => ({
              unit: item.pk.slice(2, item.pk.lastIndexOf('#')),
              total: fact.fields['total'],
              version,
            }))
          : [],
      ),
    /** What the row itself keeps, of a sale that names nobody. */
    ofNobody: () =>
      table
        .dump()
        .filter(({ sk }) => sk === 'ROW')
        .flatMap((item) => liveContributionsIn(item).map(({ fact }) => fact.fields)),
  };
};

const hkd = (amount: number) => ({ amount, currency: 'HKD' });

test('columns that an update does not carry stay as they were', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  const [before] = till.shown();
  await till.change(2, 'update', { amt: '12.50' });
  expect(till.shown()).toEqual([{ ...before, total: hkd(1250), version: expect.any(String) }]);
});

test('a column of a value that takes two is joined with the other', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  await till.change(2, 'update', { ccy: 'CNY' });
  expect(till.shown()).toMatchObject([{ total: { amount: 1000, currency: 'CNY' } }]);
});

test('one identifier of two moves the row to the unit of both', async () => {
  const [till, other] = [aTill(), aTill()];
  await till.change(1, 'insert', WHOLE);
  await till.change(2, 'update', { card_no: '610000002' });
  await other.change(2, 'insert', { ...WHOLE, card_no: '610000002' });
  expect(till.shown()).toEqual(other.shown());
  expect((await till.registry()).leaving).toEqual([]);
  expect(till.table.dump().filter(parseUnitItem)).toHaveLength(1);
});

test('a part that comes first waits for the whole, which comes in under its version', async () => {
  const till = aTill();
  await till.change(2, 'update', { amt: '12.50' });
  expect(till.shown()).toEqual([]);
  await till.change(1, 'insert', WHOLE);
  expect(till.shown()).toMatchObject([{ total: hkd(1250) }]);
  expect(till.shown()[0]?.version).toBe((await till.registry()).version);
});

test('a deletion takes the row away, and a part that was later brings nothing back', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  await till.change(3, 'delete');
  await till.change(4, 'update', { amt: '12.50' });
  await till.change(2, 'update', { amt: '11.00' });
  expect(till.shown()).toEqual([]);
  await till.change(5, 'insert', WHOLE);
  expect(till.shown()).toMatchObject([{ total: hkd(1000) }]);
});

test('a row that names nobody any more is kept, and comes back with an identifier', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  await till.change(2, 'update', { card_no: null, mobile: null });
  expect(till.shown()).toEqual([]);
  expect((await till.registry()).unit).toBeUndefined();
  expect(till.ofNobody()).toMatchObject([{ total: hkd(1000) }]);
  await till.change(3, 'update', { card_no: '610000001' });
  expect(till.shown()).toMatchObject([{ total: hkd(1000) }]);
  expect(till.ofNobody()).toEqual([]);
});

test('an amount that cannot be read once it is joined stays out and is a finding', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  const report = await till.change(2, 'update', { amt: 'ten' });
  expect(till.shown()).toEqual([]);
  expect(report.defects).toMatchObject([{ rule: 'bad-amount', column: 'amt' }]);
  await till.change(3, 'update', { amt: '10.50' });
  expect(till.shown()).toMatchObject([{ total: hkd(1050) }]);
});

test('the same changes again write nothing new', async () => {
  const till = aTill();
  await till.change(1, 'insert', WHOLE);
  await till.change(2, 'update', { amt: '12.50', card_no: '610000002' });
  const before = till.table.dump();
  const again = await till.change(1, 'insert', WHOLE);
  await till.change(2, 'update', { amt: '12.50', card_no: '610000002' });
  expect(till.table.dump().filter(({ pk }) => !pk.startsWith('FRESH'))).toEqual(
    before.filter(({ pk }) => !pk.startsWith('FRESH')),
  );
  expect(again).toMatchObject({ applied: 0, stale: 1 });
});

test('of a row that was stored without columns a part changes nothing, until the row is loaded again', async () => {
  const till = aTill();
  till.say('whole');
  await till.change(1, 'insert', WHOLE);
  till.say('partial');
  await till.change(2, 'update', { amt: '12.50' });
  expect(till.shown()).toMatchObject([{ total: hkd(1000) }]);
  await till.change(3, 'insert', WHOLE);
  await till.change(4, 'update', { amt: '13.00' });
  expect(till.shown()).toMatchObject([{ total: hkd(1300) }]);
});
