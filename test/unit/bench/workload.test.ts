import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { CountedPipeline, demoDefinitions } from '../../../bench/costs/counted-pipeline.ts';
import { digestOf, linesOf } from '../../../bench/processor/result-lines.ts';
import { MemorySystems } from '../../../bench/workload/memory-systems.ts';
import {
  batchesOf,
  recordText,
  retailWorkload,
  WORKLOAD_START,
  workloadOf,
} from '../../../bench/workload/retail-workload.ts';
import { readTableShapes } from '../../../bench/workload/table-shapes.ts';

const OPTIONS = workloadOf(1_500);
const RECORDS = [...retailWorkload(OPTIONS)];

describe('retail workload', () => {
  test('is the same every time', () => {
    expect([...retailWorkload(OPTIONS)].map(recordText)).toEqual(RECORDS.map(recordText));
  });

  test('has about as many changes as asked for, half of them a load', () => {
    const concerning = RECORDS.filter(({ concernsCustomer }) => concernsCustomer);
    expect(concerning.length).toBeGreaterThan(1_300);
    expect(concerning.length).toBeLessThan(1_700);
    const loaded = concerning.filter(({ phase }) => phase === 'load').length;
    expect(loaded / concerning.length).toBeCloseTo(0.5, 1);
  });

  test('is understood by the decoder, record by record', () => {
    const { definitions } = demoDefinitions();
    const refused = RECORDS.filter(({ record }) => !decodeChange(record.bytes, definitions).ok);
    expect(refused).toEqual([]);
  });

  test('comes to the same customers in batches of any size', async () => {
    const records = [...retailWorkload(workloadOf(300))];
    const digests = await Promise.all(
      [100, 37].map(async (size) => {
        const pipeline = new CountedPipeline();
        for (const batch of batchesOf(records, size)) {
          await pipeline.take(batch.map(({ record }) => record));
        }
        return digestOf(
          linesOf(pipeline.memory, pipeline.definitions.definitions.view, WORKLOAD_START),
        );
      }),
    );
    expect(digests[0]).toBe(digests[1]);
  });
});

describe('table shapes', () => {
  test('are read from the SQL', () => {
    const { receipt, stock, account } = readTableShapes();
    expect(receipt.columns.find(({ name }) => name === 'amt')).toEqual({
      name: 'amt',
      type: 'NUMERIC',
      nullable: true,
    });
    expect(stock.key).toEqual(['store_code', 'sku']);
    expect(account.columns[0]).toEqual({ name: 'account_id', type: 'STRING', nullable: false });
    expect(account.columns).toHaveLength(17);
  });
});

describe('systems in memory', () => {
  const systems = new MemorySystems();
  systems.insert('serviceCase', { case_id: 1, contact_no: 'C-1', topic: 'repair' });
  systems.insert('serviceCase', { case_id: 2, contact_no: 'C-1', topic: 'repair' });
  systems.insert('contact', { contact_no: 'C-1', display_name: 'X' });

  test('rows are found by another column than the key, before and after it changed', () => {
    const moved = systems.apply({
      op: 'update',
      table: 'serviceCase',
      where: { contact_no: 'C-1' },
      set: { contact_no: 'C-2' },
    });
    expect(moved.map(({ change }) => change.row['case_id'])).toEqual(['1', '2']);
    const deleted = (contact_no: string) =>
      systems.apply({ op: 'delete', table: 'serviceCase', where: { contact_no } });
    expect(deleted('C-1')).toEqual([]);
    expect(deleted('C-2')).toHaveLength(2);
  });

  test('a change of the key carries the old one', () => {
    const [logged] = systems.apply({
      op: 'update',
      table: 'contact',
      where: { contact_no: 'C-1' },
      set: { contact_no: 'C-9' },
    });
    expect(logged?.change).toEqual({
      operation: 'update',
      row: { contact_no: 'C-9', display_name: 'X' },
      oldKey: { contact_no: 'C-1' },
    });
  });
});
