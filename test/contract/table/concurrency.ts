/**
 * Table contract, concurrency.
 * @module
 */
import { describe, expect, test } from 'vitest';
import type { Action } from '#application/shared/table.ts';
import { KEY, type MakeTable, readItem, tableWith } from './fixtures.ts';

/** Many writers at one item. */
export const describeConcurrency = (make: MakeTable): void => {
  describe('concurrency', () => {
    const racers = Array.from({ length: 50 }, (_, n) => n);

    test('of 50 creations of one item, one is done', async () => {
      const table = await make();
      const done = await Promise.all(
        racers.map((n) =>
          table.write({ kind: 'put', item: { ...KEY, n }, when: { missing: ['pk'] } }),
        ),
      );
      expect(done.filter(Boolean)).toHaveLength(1);
      expect(await readItem(table)).toEqual({ ...KEY, n: done.indexOf(true) });
    });

    test('of 50 transactions from one version, one is done, wholly', async () => {
      const table = await tableWith(
        make,
        { pk: 'A', sk: '1', rev: 0 },
        { pk: 'B', sk: '1', rev: 0 },
      );
      const step = (pk: string, n: number): Action => ({
        kind: 'update',
        key: { pk, sk: '1' },
        set: { by: n },
        add: { rev: 1 },
        when: { equals: [['rev'], 0] },
      });
      const outcomes = await Promise.all(
        racers.map((n) =>
          table.transact(n % 2 ? [step('A', n), step('B', n)] : [step('B', n), step('A', n)]),
        ),
      );
      const winner = outcomes.findIndex((outcome) => outcome.done);
      expect(outcomes.filter((outcome) => outcome.done)).toHaveLength(1);
      expect(await table.query({ pk: 'A' })).toEqual({
        items: [{ pk: 'A', sk: '1', rev: 1, by: winner }],
      });
      expect(await table.query({ pk: 'B' })).toEqual({
        items: [{ pk: 'B', sk: '1', rev: 1, by: winner }],
      });
    });

    test('50 additions are all kept, among them those of transactions', async () => {
      const table = await make();
      const add: Action = { kind: 'update', key: KEY, add: { n: 1 } };
      const transact = async (): Promise<void> => {
        const outcome = await table.transact([add]);
        if (!outcome.done) await transact();
      };
      await Promise.all(racers.map((n) => (n % 2 ? table.write(add) : transact())));
      expect(await readItem(table)).toEqual({ ...KEY, n: 50 });
    });
  });
};
