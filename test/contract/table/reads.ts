/**
 * Table contract, reads.
 * @module
 */
import { describe, expect, test, vi } from 'vitest';
import type { Item } from '#application/shared/table.ts';
import { type MakeTable, tableWith, textOf } from './fixtures.ts';

/** Reads by key and by partition. */
export const describeReads = (make: MakeTable): void => {
  describe('reads', () => {
    test('getAll keeps the order, repeats duplicates and shows misses', async () => {
      const items = Array.from({ length: 130 }, (_, n) => ({ pk: `P${n % 7}`, sk: `${n}`, n }));
      const table = await tableWith(make, ...items);
      const keys = [...items, { pk: 'P0', sk: 'none' }, ...items.slice(0, 90)];
      const expected = [...items, undefined, ...items.slice(0, 90)];
      expect(await table.getAll(keys.map(({ pk, sk }) => ({ pk, sk })))).toEqual(expected);
      expect(await table.getAll([])).toEqual([]);
    });

    test('getAll reads eventually consistently, too', async () => {
      const items = Array.from({ length: 3 }, (_, n) => ({ pk: 'P', sk: `${n}`, n }));
      const table = await tableWith(make, ...items);
      const keys = [...items, { pk: 'P', sk: 'none' }].map(({ pk, sk }) => ({ pk, sk }));
      await vi.waitFor(async () =>
        expect(await table.getAll(keys, 'eventual')).toEqual([...items, undefined]),
      );
    });

    test('getAll reads more than one answer can carry', async () => {
      const items = Array.from({ length: 45 }, (_, n) => ({
        pk: 'P',
        sk: `${n}`,
        b: textOf(400_000),
      }));
      const table = await tableWith(make, ...items);
      const found = await table.getAll(items.map(({ pk, sk }) => ({ pk, sk })));
      expect(found.map((item) => item?.sk)).toEqual(items.map((item) => item.sk));
    });

    const SORT_KEYS = ['A', 'R#1', 'R#10', 'R#2', 'R#é', 'R#中', 'R#\uFFFD', 'R#😀', 'S', 'Ä'];
    const partition = () => tableWith(make, { pk: 'Q', sk: 'R#0' }, ...SORT_KEYS.map(inPartition));
    const inPartition = (sk: string): Item => ({ pk: 'P', sk });

    test.each([
      ['all of a partition', {}, SORT_KEYS],
      ['a prefix', { skPrefix: 'R#' }, SORT_KEYS.slice(1, 8)],
      ['an empty prefix', { skPrefix: '' }, SORT_KEYS],
      ['a prefix that nothing has', { skPrefix: 'X' }, []],
      ['after a key', { skPrefix: 'R#', after: 'R#10' }, SORT_KEYS.slice(3, 8)],
      ['after a key that is not there', { after: 'R#15' }, SORT_KEYS.slice(3)],
      ['after the last', { after: 'Ä' }, []],
    ])('query of %s, in the order of UTF-8 bytes', async (_, request, expected) => {
      const page = await (await partition()).query({ pk: 'P', ...request });
      expect(page).toEqual({ items: expected.map(inPartition) });
    });

    test('pages follow each other without gap or repetition', async () => {
      const table = await partition();
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await table.query({ pk: 'P', limit: 3, ...(after && { after }) });
        expect(page.items.length).toBeLessThanOrEqual(3);
        seen.push(...page.items.map((item) => item.sk));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toEqual(SORT_KEYS);
    });

    test('a page ends before 1 MB, and says so', async () => {
      const items = ['1', '2', '3'].map((sk) => ({ pk: 'P', sk, b: textOf(400_000) }));
      const table = await tableWith(make, ...items);
      const page = await table.query({ pk: 'P' });
      expect([page.items.length, page.next]).toEqual([2, '2']);
      const rest = await table.query({ pk: 'P', after: '2' });
      expect([rest.items.length, rest.next]).toEqual([1, undefined]);
    });

    test.each([
      [{ limit: 0 }],
      [{ limit: 1001 }],
      [{ limit: 1.5 }],
      [{ skPrefix: 'R#', after: 'A' }],
    ])('query %j is out of range', async (request) => {
      const table = await make();
      await expect(table.query({ pk: 'P', ...request })).rejects.toThrow(RangeError);
    });
  });
};
