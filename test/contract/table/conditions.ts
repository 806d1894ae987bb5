/**
 * Table contract, conditions.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Condition, Item } from '#application/shared/table.ts';
import { KEY, type MakeTable, readItem, tableWith } from './fixtures.ts';

const STORED: Item = {
  ...KEY,
  v: '0001#1#0000000200000010#00000001',
  count: 7,
  open: true,
  nothing: null,
  'pos.receipt.7': { v: '0001#0', total: 129_900, none: null },
  list: [1, 'two'],
  set: new Set(['a', 'b']),
};

/** Every kind of condition, and whether it holds of {@link STORED}. */
const CONDITIONS: readonly (readonly [Condition, boolean])[] = [
  [{ exists: ['pk'] }, true],
  [{ exists: ['sk'] }, true],
  [{ missing: ['pk'] }, false],
  [{ exists: ['nothing'] }, true],
  [{ missing: ['elsewhere'] }, true],
  [{ exists: ['pos.receipt.7', 'v'] }, true],
  [{ exists: ['pos.receipt.7', 'none'] }, true],
  [{ missing: ['pos.receipt.7', 'gone'] }, true],
  [{ missing: ['pos', 'receipt'] }, true],
  [{ missing: ['v', 'inside text'] }, true],
  [{ missing: ['list', 'inside list'] }, true],
  [{ exists: ['toString'] }, false],
  [{ equals: [['count'], 7] }, true],
  [{ equals: [['count'], '7'] }, false],
  [{ equals: [['open'], true] }, true],
  [{ equals: [['open'], false] }, false],
  [{ equals: [['gone'], false] }, false],
  [{ equals: [['pos.receipt.7', 'total'], 129_900] }, true],
  [{ less: [['v'], '0001#1#0000000200000011#00000001'] }, true],
  [{ less: [['v'], '0001#1#0000000200000010#00000001'] }, false],
  [{ less: [['v'], ''] }, false],
  [{ less: [['pos.receipt.7', 'v'], '0001#1'] }, true],
  [{ less: [['pos.receipt.7', 'v'], 9] }, false],
  [{ less: [['count'], 8] }, true],
  [{ less: [['count'], -8] }, false],
  [{ less: [['nothing'], 1] }, false],
  [{ less: [['gone'], 1] }, false],
  [{ all: [] }, true],
  [{ any: [] }, false],
  [{ all: [{ exists: ['v'] }, { missing: ['v'] }] }, false],
  [{ any: [{ exists: ['v'] }, { missing: ['v'] }] }, true],
  [{ any: [{ all: [{ missing: ['v'] }, { exists: ['v'] }] }, { equals: [['count'], 7] }] }, true],
];

/** Conditions hold or not, as DynamoDB evaluates them. */
export const describeConditions = (make: MakeTable): void => {
  describe('conditions', () => {
    test('hold or not, of a stored item, on every kind of action', async () => {
      const table = await tableWith(make, STORED);
      for (const [when, holds] of CONDITIONS) {
        const label = JSON.stringify(when);
        const check = await table.transact([{ kind: 'check', key: KEY, when }]);
        expect(check, label).toEqual(
          holds ? { done: true } : { done: false, reasons: ['condition'] },
        );
        const actions = [
          { kind: 'put', item: STORED, when },
          { kind: 'update', key: KEY, set: { count: 7 }, when },
        ] as const;
        expect(await table.writeAll(actions), label).toEqual([holds, holds]);
      }
      expect(await readItem(table)).toEqual(STORED);
    });

    test.each([
      [{ missing: ['pk'] }, true],
      [{ missing: ['a', 'b'] }, true],
      [{ exists: ['pk'] }, false],
      [{ equals: [['pk'], 'C#1'] }, false],
      [{ less: [['v'], 'z'] }, false],
      [{ all: [] }, true],
      [{ any: [] }, false],
    ] as readonly (readonly [Condition, boolean])[])(
      '%j of a missing item: %s',
      async (when, holds) => {
        const table = await make();
        expect(await table.write({ kind: 'delete', key: KEY, when })).toBe(holds);
        expect(await table.write({ kind: 'update', key: KEY, add: { n: 1 }, when })).toBe(holds);
        expect(await readItem(table)).toEqual(holds ? { ...KEY, n: 1 } : undefined);
      },
    );

    test('compare texts by their UTF-8 bytes', async () => {
      const table = await tableWith(make, { ...KEY, v: '\uFFFD' });
      const when = { less: [['v'], '😀'] } as const;
      expect(await table.write({ kind: 'update', key: KEY, set: { v: '😀' }, when })).toBe(true);
      expect(await table.write({ kind: 'update', key: KEY, set: { v: '' }, when })).toBe(false);
    });
  });
};
