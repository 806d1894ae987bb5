/**
 * Table contract, transactions.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Action } from '#application/shared/table.ts';
import { KEY, type MakeTable, readItem, tableWith, textOf } from './fixtures.ts';

/** Transactions: all or nothing, with reasons. */
export const describeTransactions = (make: MakeTable): void => {
  describe('transactions', () => {
    const other = { pk: 'C#2', sk: 'ROOT' };

    test('perform all actions when every condition holds', async () => {
      const table = await tableWith(make, { ...KEY, rev: 1 }, { pk: 'C#3', sk: 'ROOT' });
      const actions: Action[] = [
        { kind: 'update', key: KEY, add: { rev: 1 }, when: { equals: [['rev'], 1] } },
        { kind: 'put', item: { ...other, new: true }, when: { missing: ['pk'] } },
        { kind: 'delete', key: { pk: 'C#3', sk: 'ROOT' } },
        { kind: 'check', key: { pk: 'C#4', sk: 'ROOT' }, when: { missing: ['pk'] } },
      ];
      expect(await table.transact(actions)).toEqual({ done: true });
      const keys = [KEY, other, { pk: 'C#3', sk: 'ROOT' }, { pk: 'C#4', sk: 'ROOT' }];
      expect(await table.getAll(keys)).toEqual([
        { ...KEY, rev: 2 },
        { ...other, new: true },
        undefined,
        undefined,
      ]);
    });

    test('perform nothing when one fails, and give each its reason', async () => {
      const table = await tableWith(make, { ...KEY, rev: 1 });
      const actions: Action[] = [
        { kind: 'put', item: { ...other, new: true } },
        { kind: 'update', key: KEY, add: { rev: 1 }, when: { equals: [['rev'], 2] } },
        { kind: 'check', key: { pk: 'C#3', sk: 'ROOT' }, when: { missing: ['pk'] } },
        { kind: 'delete', key: { pk: 'C#4', sk: 'ROOT' }, when: { exists: ['pk'] } },
      ];
      const reasons = ['none', 'condition', 'none', 'condition'];
      expect(await table.transact(actions)).toEqual({ done: false, reasons });
      expect(await table.getAll([KEY, other])).toEqual([{ ...KEY, rev: 1 }, undefined]);
    });

    const puts = (count: number): Action[] =>
      Array.from({ length: count }, (_, n) => ({ kind: 'put', item: { pk: 'P', sk: `${n}` } }));

    test('take 100 actions, and none', async () => {
      const table = await make();
      expect(await table.transact(puts(100))).toEqual({ done: true });
      expect(await table.transact([])).toEqual({ done: true });
      expect((await table.query({ pk: 'P' })).items).toHaveLength(100);
    });

    test.each([
      ['101 actions', puts(101)],
      ['two actions on one item', [...puts(2), { kind: 'delete', key: { pk: 'P', sk: '1' } }]],
    ] as readonly (readonly [string, Action[]])[])('refuse %s', async (_, actions) => {
      const table = await make();
      await expect(table.transact(actions)).rejects.toThrow(RangeError);
      expect((await table.query({ pk: 'P' })).items).toEqual([]);
    });

    test('refuse more than 4 MB', async () => {
      const table = await make();
      const actions = Array.from({ length: 11 }, (_, n): Action => {
        return { kind: 'put', item: { pk: 'P', sk: `${n}`, b: textOf(400_000) } };
      });
      await expect(table.transact(actions)).rejects.toMatchObject({ rule: 'too-large' });
    });

    test('are broken by one update that cannot be, as a rule and not as an outcome', async () => {
      const table = await tableWith(make, { ...KEY, name: 'text', b: textOf(400_000) });
      const update = { kind: 'update', key: KEY } as const;
      const put: Action = { kind: 'put', item: other };
      await expect(table.transact([put, { ...update, add: { name: 1 } }])).rejects.toMatchObject({
        name: 'TableRuleError',
        rule: 'request',
      });
      await expect(
        table.transact([put, { ...update, set: { c: textOf(10_000) } }]),
      ).rejects.toMatchObject({ name: 'TableRuleError', rule: 'too-large' });
      expect(await readItem(table, other)).toBeUndefined();
    });
  });
};
