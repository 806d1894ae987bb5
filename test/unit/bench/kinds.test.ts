import { describe, expect, test } from 'vitest';
import type { StreamRecord } from '#application/shared/ports.ts';
import { CountedPipeline } from '../../../bench/costs/counted-pipeline.ts';
import { costsOf, kindsOf } from '../../../bench/costs/kinds.ts';
import { textOf } from '../../../bench/workload/memory-systems.ts';
import { readTableShapes } from '../../../bench/workload/table-shapes.ts';
import { rowRecord } from '../../../local/capture/dms-records.ts';
import type { Row, TableName } from '../../../local/sources/catalogue.ts';

const SHAPES = readTableShapes();
const AT = '2026-03-01T02:00:00.000Z';
let log = 0;

const record = (
  table: TableName,
  row: Row,
  operation: 'update' | 'delete' = 'update',
): StreamRecord => {
  const details = {
    transactionId: ++log,
    recordId: 1,
    committedAt: BigInt(log),
    commitLsn: `0/${log.toString(16)}`,
  };
  const context = { generation: 1, now: 0 };
  const { partitionKey, text } = rowRecord(
    SHAPES[table],
    { operation, row: textOf(row) },
    context,
    details,
  );
  return {
    bytes: new TextEncoder().encode(text),
    partitionKey,
    sequenceNumber: String(log),
    shardId: 'shardId-000000000000',
    arrivedAt: 0,
  };
};

const entry = (entry_id: number, card_no: string, delta = 1): Row => ({
  entry_id,
  card_no,
  delta,
  reason: 'adjust',
  booked_at: AT,
});

const contact = (mobile_phone: string, remark = ''): Row => ({
  contact_no: 'C-1',
  display_name: 'X',
  mobile_phone,
  market: 'Hong Kong',
  remark,
  residence: remark,
  created_on: AT,
  modified_on: AT,
});

describe('kinds', () => {
  const steps: readonly [string, readonly StreamRecord[], Readonly<Record<string, string>>][] = [
    [
      'the first fact of a card founds a unit, the second is a first sight',
      [record('pointsEntry', entry(1, '61000037')), record('pointsEntry', entry(2, '61000037'))],
      { 'member.points_ledger.1': 'structural', 'member.points_ledger.2': 'firstSight' },
    ],
    ['a correction is known', [record('pointsEntry', entry(1, '61000037', 5))], {}],
    [
      'a fact that moves to another card is structural',
      [record('pointsEntry', entry(2, '61000074'))],
      { 'member.points_ledger.2': 'structural' },
    ],
    [
      'the last fact of a card takes its unit along',
      [record('pointsEntry', entry(2, '61000074'), 'delete')],
      { 'member.points_ledger.2': 'structural' },
    ],
    [
      'a party row is structural',
      [record('contact', contact('91234567'))],
      { 'crm.contact.C-1': 'structural' },
    ],
    ['with the same identifiers it is known', [record('contact', contact('91234567', 'Y'))], {}],
    [
      'with another phone it is structural',
      [record('contact', contact('91234568'))],
      { 'crm.contact.C-1': 'structural' },
    ],
  ];

  test('of a small history, step by step, and every write unit is somebody’s', async () => {
    const pipeline = new CountedPipeline();
    for (const [title, records, expected] of steps) {
      const { actions, resolve } = await pipeline.take(records);
      expect(Object.fromEntries(kindsOf(actions)), title).toEqual(expected);
      const costs = costsOf(
        records.map(({ partitionKey }) => partitionKey),
        actions,
      );
      const units =
        costs.known.units + costs.firstSight.units + costs.structural.units + costs.batchUnits;
      expect(units, title).toBeCloseTo(
        actions.reduce((sum, { writeUnits }) => sum + writeUnits, 0),
      );
      expect(units, title).toBeLessThanOrEqual(resolve.writeUnits);
      expect(costs.known.changes + costs.firstSight.changes + costs.structural.changes).toBe(
        records.length,
      );
    }
  });
});
