/**
 * What the memory table has beyond the contract: turns that a scheduler owns, and a dump.
 * @module
 */
import { expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';

test('nothing takes effect before its turn', async () => {
  const waiting: (() => void)[] = [];
  const units: string[] = [];
  const table = new MemoryTable({
    turn: (unit) => {
      units.push(unit);
      return new Promise((resolve) => waiting.push(resolve));
    },
  });
  const write = table.write({ kind: 'put', item: { pk: 'P', sk: '1' } });
  const read = table.getAll([
    { pk: 'P', sk: '1' },
    { pk: 'P', sk: '2' },
  ]);
  expect(units).toEqual(['write', 'get', 'get']);
  expect(table.dump()).toEqual([]);
  waiting[1]?.();
  waiting[0]?.();
  expect(await write).toBe(true);
  waiting[2]?.();
  expect(await read).toEqual([undefined, undefined]);
});

test('keys of one getAll are read each in its own turn, as BatchGetItem reads no snapshot', async () => {
  const turns: (() => void)[] = [];
  const table = new MemoryTable({
    turn: (unit) =>
      (unit === 'get' ? new Promise((resolve) => turns.push(resolve)) : undefined) ??
      Promise.resolve(),
  });
  const [a, b] = [
    { pk: 'P', sk: 'a' },
    { pk: 'P', sk: 'b' },
  ] as const;
  const read = table.getAll([a, b]);
  turns[0]?.();
  await Promise.resolve();
  await table.transact([
    { kind: 'put', item: a },
    { kind: 'put', item: b },
  ]);
  turns[1]?.();
  expect(await read).toEqual([undefined, b]);
});

test('a dump holds every item, by partition and sort key, as copies', async () => {
  const table = new MemoryTable();
  for (const [pk, sk] of [
    ['Q', '1'],
    ['P', 'ä'],
    ['P', 'b'],
  ] as const) {
    await table.write({ kind: 'put', item: { pk, sk, list: [1] } });
  }
  const dump = table.dump();
  (dump[0]?.['list'] as number[] | undefined)?.push(2);
  expect(table.dump()).toEqual([
    { pk: 'P', sk: 'b', list: [1] },
    { pk: 'P', sk: 'ä', list: [1] },
    { pk: 'Q', sk: '1', list: [1] },
  ]);
});

test('an eventually consistent read is as many writes behind as it is told, at half the price', async () => {
  const lags = [0, 1, 2, 3, 9];
  const meter = makeMeter();
  const table = new MemoryTable({ meter, lag: () => lags.shift() ?? 0 });
  const key = { pk: 'P', sk: '1' };
  for (const n of [1, 2, 3]) await table.write({ kind: 'put', item: { ...key, n } });
  const seen: unknown[] = [];
  for (let read = 0; read < 5; read++) seen.push((await table.getAll([key], 'eventual'))[0]?.['n']);
  expect(seen).toEqual([3, 2, 1, undefined, undefined]);
  expect(meter.readUnits).toBe(2.5);
  expect(await table.getAll([key])).toEqual([{ ...key, n: 3 }]);
  expect(meter.readUnits).toBe(3.5);
});
