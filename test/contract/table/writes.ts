/**
 * Table contract, single writes.
 * @module
 */
import { describe, expect, test } from 'vitest';
import { PackedText, type Value, type Write } from '#application/shared/table.ts';
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

/** Texts that a store may keep packed: short, long, long and hardly to be packed. */
const TEXTS = [
  '',
  '周大福 😀',
  '周大福 · Ångström · 😀 '.repeat(300),
  Array.from({ length: 2000 }, (_, n) => String.fromCharCode(33 + ((n * n * 7919) % 94))).join(''),
];

/** Single writes and what they leave. */
export const describeWrites = (make: MakeTable): void => {
  describe('writes', () => {
    test.each(TEXTS)(
      'a packed text is read as the text, and what is beside it is compared: %#',
      async (text) => {
        const table = await tableWith(make, { ...KEY, doc: { r: 1, d: new PackedText(text) } });
        expect(await readItem(table)).toEqual({ ...KEY, doc: { r: 1, d: text } });
        const next = (was: number): Write => ({
          kind: 'update',
          key: KEY,
          set: { doc: { r: was + 1, d: new PackedText(`${text}!`) } },
          when: { equals: [['doc', 'r'], was] },
        });
        const other = {
          kind: 'put',
          item: { pk: 'C#2', sk: 'ROOT', d: new PackedText(text) },
          when: { missing: ['pk'] },
        } as const;
        expect(await table.writeAll([next(1), other])).toEqual([true, true]);
        expect(await table.writeAll([next(1), next(0)])).toEqual([false, false]);
        const { items } = await table.query({ pk: KEY.pk });
        expect(items).toContainEqual({ ...KEY, doc: { r: 2, d: `${text}!` } });
        expect(await table.getAll([other.item])).toEqual([{ ...other.item, d: text }]);
      },
    );

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

    test('items with names of rows are put where there is none, each for itself', async () => {
      const rows = {
        'pos/receipt/HK-1': { v: '5', d: '["order",{"total":1}]' },
        'a/b%2Fc/~1': 'x',
      };
      const puts = ['a', 'b', 'c'].map(
        (sk): Write => ({ kind: 'put', item: { pk: 'P', sk, ...rows }, when: { missing: ['pk'] } }),
      );
      const table = await tableWith(make, { pk: 'P', sk: 'b', dying: 'mark' });
      expect(await table.writeAll(puts)).toEqual([true, false, true]);
      expect(await table.getAll(['a', 'b', 'c'].map((sk) => ({ pk: 'P', sk })))).toEqual([
        { pk: 'P', sk: 'a', ...rows },
        { pk: 'P', sk: 'b', dying: 'mark' },
        { pk: 'P', sk: 'c', ...rows },
      ]);
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
