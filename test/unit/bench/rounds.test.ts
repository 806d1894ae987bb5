import { describe, expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import type { Table, Write } from '#application/shared/table.ts';
import { RoundsTable } from '../../../bench/costs/rounds.ts';

const KEY = { pk: 'p', sk: 's' };

const roundsOf = async (work: (table: Table) => Promise<unknown>): Promise<number> => {
  const meter = makeMeter();
  const table = new RoundsTable(new MemoryTable({ meter }), meter);
  await work(table);
  return table.takeRounds();
};

const update = (pk: string, when: Write['when']): Write => ({
  kind: 'update',
  key: { pk, sk: 's' },
  set: { a: 1 },
  ...(when ? { when } : {}),
});

describe('rounds', () => {
  test.each<[string, number, (table: Table) => Promise<unknown>]>([
    ['one read', 1, (table) => table.getAll([KEY])],
    ['a read of nothing', 0, (table) => table.getAll([])],
    ['three reads at once', 1, (table) => Promise.all([1, 2, 3].map(() => table.getAll([KEY])))],
    [
      'a write that waits for a read',
      2,
      async (table) => {
        await table.getAll([KEY]);
        await table.write({ kind: 'put', item: KEY });
      },
    ],
    [
      'two chains side by side, of two and of three',
      3,
      (table) =>
        Promise.all(
          [2, 3].map(async (length) => {
            for (let index = 0; index < length; index++) await table.query({ pk: 'p' });
          }),
        ),
    ],
    [
      'statements that find no item are sent again',
      2,
      (table) => table.writeAll([update('a', { missing: ['a'] }), update('b', { missing: ['a'] })]),
    ],
  ])('%s: %i', async (_, expected, work) => {
    expect(await roundsOf(work)).toBe(expected);
  });

  test('answers and refusals come through', async () => {
    const meter = makeMeter();
    const table = new RoundsTable(new MemoryTable({ meter }), meter);
    await table.write({ kind: 'put', item: { ...KEY, a: 1 } });
    expect(await table.getAll([KEY])).toEqual([{ ...KEY, a: 1 }]);
    expect(await table.write({ kind: 'put', item: KEY, when: { missing: ['pk'] } })).toBe(false);
    await expect(table.getAll([{ pk: '', sk: 's' }])).rejects.toThrow();
  });
});
