/**
 * Table contract, single writes.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Value } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { KEY, type MakeTable, readItem, tableWith } from './fixtures.ts';

/** Values that must come back as they went in. */
const VALUES: readonly Value[] = [
  '',
  '周大福 · Ångström · 😀',
  '\u0000\n"\\',
  0,
  -1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  1_000_000,
  true,
  false,
  null,
  [],
  {},
  [[1, []], { a: [null] }],
  { 'a.b': 'x', '#0': 1, ':0': 2, '名 称': { deep: [true] } },
  new Set(['x']),
  new Set(['', '乙', '甲']),
];

/** Attribute names that an expression must not misread. */
const NAMES = [
  'pos.receipt.7',
  'a b',
  '#0',
  ':v',
  'SET',
  'size',
  '名稱',
  '😀',
  '[0]',
  "o'clock",
  '"',
  '\\',
];

/** Single writes and what they leave. */
export const describeWrites = (make: MakeTable): void => {
  describe('writes', () => {
    test('a put replaces the whole item', async () => {
      const table = await tableWith(make, { ...KEY, gone: 1 });
      expect(await table.write({ kind: 'put', item: { ...KEY, only: 1 } })).toBe(true);
      expect(await readItem(table)).toEqual({ ...KEY, only: 1 });
    });

    test('an update sets, adds and removes, and leaves the rest', async () => {
      const table = await tableWith(make, { ...KEY, kept: 'k', count: 7, gone: 1 });
      await table.write({
        kind: 'update',
        key: KEY,
        set: { kept2: ['x'] },
        add: { count: -9, fresh: 3 },
        remove: ['gone', 'never there'],
      });
      expect(await readItem(table)).toEqual({
        ...KEY,
        kept: 'k',
        kept2: ['x'],
        count: -2,
        fresh: 3,
      });
    });

    test('an update creates the item when there is none', async () => {
      const table = await make();
      expect(await table.write({ kind: 'update', key: KEY, set: { a: 1 }, add: { b: 2 } })).toBe(
        true,
      );
      expect(await readItem(table)).toEqual({ ...KEY, a: 1, b: 2 });
    });

    test('an update may only remove, when its condition implies the item', async () => {
      const table = await tableWith(make, { ...KEY, a: 1, b: 2 });
      const removal = { kind: 'update', remove: ['a'], when: { exists: ['pk'] } } as const;
      const elsewhere = { pk: 'C#1', sk: 'elsewhere' };
      expect(await table.write({ ...removal, key: KEY })).toBe(true);
      expect(await table.write({ ...removal, key: elsewhere })).toBe(false);
      expect(await table.getAll([KEY, elsewhere])).toEqual([{ ...KEY, b: 2 }, undefined]);
    });

    test('a delete of a missing item is done', async () => {
      const table = await make();
      expect(await table.write({ kind: 'delete', key: KEY })).toBe(true);
      expect(await table.transact([{ kind: 'delete', key: KEY }])).toEqual({ done: true });
    });

    test('many writes have one outcome each, in their order', async () => {
      const table = await tableWith(make, { pk: 'P', sk: '10' });
      const outcomes = await table.writeAll(
        Array.from({ length: 120 }, (_, index) => ({
          kind: 'put',
          item: { pk: 'P', sk: String(index), index },
          when: { missing: ['pk'] },
        })),
      );
      expect(outcomes.map((done, index) => (done ? '' : index)).filter(String)).toEqual([10]);
      expect(await table.writeAll([])).toEqual([]);
    });

    test('updates of several attributes hold or fail as a whole, each for itself', async () => {
      const keys = ['a', 'b', 'c'].map((sk) => ({ pk: 'P', sk }));
      const table = await make();
      const [first, second] = keys;
      await table.write({ kind: 'put', item: { ...must(first, 'key'), 'pos/r/1': { v: '5' } } });
      await table.write({ kind: 'put', item: { ...must(second, 'key'), 'pos/r/1': { v: '7' } } });
      const outcomes = await table.writeAll(
        keys.map((key) => ({
          kind: 'update',
          key,
          set: { 'pos/r/1': { v: '6', d: '[]' }, 'pos/r/2': { v: '6' }, buckets: 2 },
          when: {
            all: [
              { less: [['pos/r/1', 'v'], '6'] },
              { any: [{ missing: ['pos/r/2'] }, { less: [['pos/r/2', 'v'], '6'] }] },
            ],
          },
        })),
      );
      expect(outcomes).toEqual([true, false, false]);
      const both = { 'pos/r/1': { v: '6', d: '[]' }, 'pos/r/2': { v: '6' }, buckets: 2 };
      expect(await table.getAll(keys)).toEqual([
        { ...first, ...both },
        { ...second, 'pos/r/1': { v: '7' } },
        undefined,
      ]);
    });

    test('values come back as they went in', async () => {
      const item = Object.fromEntries(VALUES.map((value, index) => [`v${index}`, value]));
      const table = await tableWith(make, { ...KEY, ...item });
      expect(await readItem(table)).toEqual({ ...KEY, ...item });
    });

    test('attribute names may hold anything', async () => {
      const item = Object.fromEntries(NAMES.map((name, index) => [name, { [name]: index }]));
      const table = await make();
      await table.write({ kind: 'update', key: KEY, set: item });
      expect(await readItem(table)).toEqual({ ...KEY, ...item });
      const all = NAMES.map((name, index) => ({ equals: [[name, name], index] }) as const);
      const when = { all };
      expect(await table.write({ kind: 'update', key: KEY, remove: NAMES, when })).toBe(true);
      expect(await readItem(table)).toEqual(KEY);
    });

    test('what is stored is a copy, and so is what is read', async () => {
      const list: Value[] = [1];
      const table = await tableWith(make, { ...KEY, list });
      list.push(2);
      const first = await readItem(table);
      (must(first, 'item')['list'] as Value[]).push(3);
      expect(await readItem(table)).toEqual({ ...KEY, list: [1] });
    });
  });
};
