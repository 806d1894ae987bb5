/**
 * Table contract, limits.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Action, Value } from '#application/shared/table.ts';
import { KEY, type MakeTable, readItem, tableWith, textOf } from './fixtures.ts';

/** Bytes of the key of KEY and of an attribute name `b`. */
const OVERHEAD = 12;

/** What an item and a request may be, and what is refused. */
export const describeLimits = (make: MakeTable): void => {
  describe('limits', () => {
    test('an item of 400 KB is stored, one byte more is not', async () => {
      const table = await make();
      const largest = { ...KEY, b: textOf(400 * 1024 - OVERHEAD) };
      expect(await table.write({ kind: 'put', item: largest })).toBe(true);
      const larger = { ...KEY, b: `${largest.b}x` };
      for (const action of [
        { kind: 'put', item: larger },
        { kind: 'update', key: KEY, set: { c: '' } },
      ] as const) {
        await expect(table.write(action)).rejects.toMatchObject({
          name: 'TableRuleError',
          rule: 'too-large',
        });
      }
      expect(await readItem(table)).toEqual(largest);
    });

    test('a Chinese character counts three bytes, in values and in names', async () => {
      const table = await make();
      const third = '金'.repeat((400 * 1024 - 10 - 14) / 3);
      const item = { ...KEY, 名: third, d: '' };
      expect(await table.write({ kind: 'put', item: { ...item, d: textOf(10) } })).toBe(true);
      await expect(
        table.write({ kind: 'put', item: { ...item, d: textOf(12) } }),
      ).rejects.toMatchObject({ rule: 'too-large' });
    });

    test('a condition that does not hold comes before the size of the result', async () => {
      const table = await tableWith(make, { ...KEY, b: textOf(400_000) });
      const set = { c: textOf(20_000) };
      const when = { missing: ['pk'] } as const;
      expect(await table.write({ kind: 'update', key: KEY, set, when })).toBe(false);
    });

    test('300 attributes may be set at once, and 80 comparisons made', async () => {
      const table = await make();
      const set = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`pos.r.${n}`, n]));
      const all = Array.from({ length: 80 }, (_, n) => ({ missing: [`a${n}`, `b${n}`] }) as const);
      expect(await table.write({ kind: 'update', key: KEY, set, when: { all } })).toBe(true);
      expect(Object.keys((await readItem(table)) ?? {})).toHaveLength(302);
    });

    const nested = (depth: number): Value => (depth === 0 ? [] : [nested(depth - 1)]);
    const update = { kind: 'update', key: KEY } as const;

    test.each([
      ['an empty set', { kind: 'put', item: { ...KEY, s: new Set<string>() } }, 'value'],
      ['an empty set inside', { ...update, set: { m: { s: new Set<string>() } } }, 'value'],
      ['a fraction', { ...update, set: { n: 0.5 } }, 'value'],
      ['an unsafe integer', { ...update, add: { n: 2 ** 53 } }, 'value'],
      ['not a number', { ...update, set: { n: Number.NaN } }, 'value'],
      ['half a surrogate pair', { ...update, set: { t: '\ud83d' } }, 'value'],
      ['an empty name', { ...update, set: { m: { '': 1 } } }, 'value'],
      ['a prototype as name', { ...update, set: JSON.parse('{"__proto__":1}') }, 'value'],
      ['nesting too deep', { ...update, set: { d: nested(40) } }, 'value'],
      ['undefined', { ...update, set: { u: undefined } as never }, 'value'],
      ['an empty key', { kind: 'delete', key: { pk: 'P', sk: '' } }, 'key'],
      ['a long sort key', { kind: 'delete', key: { pk: 'P', sk: textOf(1025) } }, 'key'],
      ['a long partition key', { kind: 'delete', key: { pk: textOf(2049), sk: '1' } }, 'key'],
      ['an update of the key', { ...update, set: { sk: 'x' } }, 'request'],
      ['an attribute named twice', { ...update, set: { a: 1 }, remove: ['a'] }, 'request'],
      ['an update of nothing', update, 'request'],
      ['only a removal', { ...update, remove: ['a'] }, 'request'],
      ['301 attributes', { ...update, remove: Array.from({ length: 301 }, String) }, 'request'],
    ] as readonly (readonly [string, Exclude<Action, { kind: 'check' }>, string])[])(
      'refuse %s',
      async (_, action, rule) => {
        const table = await make();
        const refusal = { name: 'TableRuleError', rule };
        await expect(table.write(action)).rejects.toMatchObject(refusal);
        await expect(table.writeAll([action])).rejects.toMatchObject(refusal);
        await expect(table.transact([action])).rejects.toMatchObject(refusal);
        expect(await readItem(table)).toBeUndefined();
      },
    );
  });
};
