import { expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { dueDefects, recordDefects } from '#application/identity/defects.ts';
import { defectKey } from '#application/shared/items.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';
import { rowKey, version } from '../../support/builders/rows.ts';

/** A defect that version `n` of a row has. */
const defect = (n: number): RowDefect => ({
  source: 'pos',
  table: 'receipt',
  rowKey: rowKey('pos.receipt.1'),
  version: version(n),
  rule: 'amount-positive',
  column: 'amt',
  severity: 'warn',
});

/** What is to be recorded, as the table is now. */
const dueIn = async (table: MemoryTable, n: number) =>
  dueDefects([defect(n)], await table.getAll([defectKey(defect(n))]), 1_000);

test.each([
  ['both read before either is recorded', [5, 3]],
  ['the later one last', [3, 5]],
])('of two batches with a defect of one row the later version stays: %s', async (_, versions) => {
  const table = new MemoryTable();
  const read = await Promise.all(versions.map((n) => dueIn(table, n)));
  for (const due of read) await recordDefects(table, due);
  const [item] = await table.getAll([defectKey(defect(5))]);
  expect(item?.['last']).toMatchObject({ v: version(5) });
});

test('one that is known is replaced by a later version only', async () => {
  const table = new MemoryTable();
  for (const n of [3, 7, 5]) {
    await recordDefects(table, await dueIn(table, n));
  }
  const [item] = await table.getAll([defectKey(defect(5))]);
  expect(item?.['last']).toMatchObject({ v: version(7) });
});
