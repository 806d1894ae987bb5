import { expect, test } from 'vitest';
import { makeMark } from '#adapters/crypto/erasure-marks.ts';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { dropErased } from '#application/capture/drop-erased.ts';
import { GATE_MS, makeErasedRows } from '#application/shared/erased-rows.ts';
import { ERASED_HEAD } from '#application/shared/erasure-items.ts';
import { contact, deleted, receipt } from '../../support/builders/household.ts';
import { rowKey } from '../../support/builders/rows.ts';
import { batchOf, DEMO } from '../../support/pipeline.ts';

const mark = makeMark('a key of marks that nobody could guess');

const aList = () => {
  const meter = makeMeter();
  const table = new MemoryTable({ meter });
  let now = 0;
  const rows = makeErasedRows({ table, mark, clock: () => now });
  const drop = async (...texts: readonly string[]) =>
    (await dropErased(rows, DEMO.definitions, batchOf(...texts))).dropped;
  return {
    table,
    meter,
    rows,
    drop,
    begin: () => table.write({ kind: 'put', item: { ...ERASED_HEAD, since: now } }),
    wait: (ms: number) => {
      now += ms;
    },
  };
};

test('before the first erasure, readers look once in five seconds and at nothing else', async () => {
  const { meter, drop, wait } = aList();
  for (let n = 0; n < 20; n++) await drop(receipt(`R${n}`, {}));
  const once = meter.readUnits;
  expect(once).toBeGreaterThan(0);
  wait(GATE_MS);
  await drop(receipt('R1', {}));
  expect(meter.readUnits).toBe(2 * once);
});

test('whoever overlooked that erasures have begun knows it five seconds later, and never forgets', async () => {
  const { rows, drop, begin, wait, table } = aList();
  const text = receipt('R1', {});
  expect(await drop(text)).toBe(0);
  await begin();
  await rows.add([rowKey('pos.receipt.R1')]);
  expect(await drop(text)).toBe(0);
  wait(GATE_MS);
  expect(await drop(text)).toBe(1);
  await table.write({ kind: 'delete', key: ERASED_HEAD });
  wait(GATE_MS);
  expect(await drop(text)).toBe(1);
});

test.each([
  ['a change', receipt('R1', {}), 1],
  ['its deletion', deleted('pos', 'receipt', { receipt_no: 'R1' }), 1],
  ['a change of another row', receipt('R2', {}), 0],
  ['a row of the same key in another table', contact({ contact: 'R1', card: 'C', name: 'N' }), 0],
  ['what nobody understands', '{"receipt_no": "R1"', 0],
])('%s: %s is dropped %i times', async (_, text, expected) => {
  const { rows, drop, begin } = aList();
  await begin();
  await rows.add([rowKey('pos.receipt.R1')]);
  expect(await drop(text)).toBe(expected);
});

test('marks are the same for the same row, and tell nothing of it', async () => {
  expect(mark('row', 'pos.receipt.R1')).toBe(mark('row', 'pos.receipt.R1'));
  const others = [mark('row', 'pos.receipt.R2'), mark('customer', 'pos.receipt.R1')];
  expect(others).not.toContain(mark('row', 'pos.receipt.R1'));
  expect(mark('row', 'pos.receipt.R1')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(() => makeMark('short')).toThrow(RangeError);
});
