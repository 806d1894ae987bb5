/**
 * Servable: what is kept of how long changes took, and how often.
 */
import { expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { makeServableNotes, readServable } from '#application/profile/servable.ts';

const arrival = (source: string, committedAt: number) => ({ source, committedAt });

const aStore = () => {
  const meter = makeMeter();
  const table = new MemoryTable({ meter });
  let now = 100_000;
  const note = makeServableNotes(table, () => now);
  return {
    meter,
    note,
    pass: (ms: number) => {
      now += ms;
    },
    read: () => readServable(table, ['pos', 'crm', 'erp']),
  };
};

test('the longest of the changes of each source', async () => {
  const { note, read } = aStore();
  await note([arrival('pos', 99_000), arrival('pos', 99_900), arrival('crm', 98_000)]);
  expect(await read()).toEqual({
    pos: { commitToServableMs: 1_000, changes: 2, measuredAt: '1970-01-01T00:01:40.000Z' },
    crm: { commitToServableMs: 2_000, changes: 1, measuredAt: '1970-01-01T00:01:40.000Z' },
  });
});

test('is written once in five seconds, for all changes in between', async () => {
  const { note, pass, read, meter } = aStore();
  await note([arrival('pos', 99_990)]);
  for (let n = 0; n < 49; n++) {
    pass(100);
    await note([arrival('pos', 99_000)]);
  }
  expect(meter.writeUnits).toBe(1);
  pass(100);
  await note([]);
  expect(meter.writeUnits).toBe(2);
  expect((await read())['pos']).toMatchObject({ commitToServableMs: 5_900, changes: 49 });
});

test('a change ahead of our clock took no time; a source without changes is absent', async () => {
  const { note, read } = aStore();
  await note([arrival('pos', 200_000)]);
  expect(await read()).toMatchObject({ pos: { commitToServableMs: 0 } });
  expect(Object.keys(await read())).toEqual(['pos']);
});
