/** A table that keeps parts of scopes reads each once, everything else anew, and no more of them than it may keep. */
import { expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { keepingParts } from '#adapters/shared/kept-parts.ts';
import type { Key } from '#application/shared/table.ts';
import { interposed } from '../../../support/interposed-table.ts';

const part = (name: string): Key => ({ pk: `P#${name}`, sk: 'PART' });
const row: Key = { pk: 'R#a', sk: 'ROW' };

const aTable = async (most?: number) => {
  const memory = new MemoryTable();
  const keys = [part('a'), part('b'), part('c'), row];
  await memory.writeAll(
    keys.map((key) => ({ kind: 'put', item: { ...key, doc: `${key.pk} 45678` } })),
  );
  const asked: string[] = [];
  const counting = interposed(
    memory,
    (call) => {
      if (call.name === 'getAll') asked.push(call.args[0].map(({ pk }) => pk).join(' '));
      return false;
    },
    async () => {},
  );
  return { memory, table: keepingParts(counting, most), asked };
};

test('each part is read once, and what is no part every time', async () => {
  const { table, asked } = await aTable();
  const keys = [part('a'), row, part('none'), part('b'), part('a')];
  const first = await table.getAll(keys);
  expect(first.map((item) => item?.pk)).toEqual(['P#a', 'R#a', undefined, 'P#b', 'P#a']);
  expect(await table.getAll(keys)).toEqual(first);
  expect(asked).toEqual(['P#a R#a P#none P#b P#a', 'R#a P#none']);
  await table.getAll([part('a')]);
  expect(asked).toHaveLength(2);
});

test('those that were asked for last are kept', async () => {
  const { table, asked } = await aTable(20);
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await table.getAll([part(name)]);
  expect(asked).toEqual(['P#a', 'P#b', 'P#c', 'P#b']);
});

test('writes go through', async () => {
  const { memory, table } = await aTable();
  expect(await table.write({ kind: 'delete', key: row })).toBe(true);
  expect(await table.writeAll([{ kind: 'delete', key: part('c') }])).toEqual([true]);
  expect(await table.transact([{ kind: 'delete', key: part('b') }])).toEqual({ done: true });
  expect((await table.query({ pk: 'P#a' })).items).toEqual(memory.dump());
});
