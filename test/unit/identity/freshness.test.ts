import { describe, expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { freshnessOf } from '#application/identity/freshness.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { asMap, FRESHNESS_PARTITION } from '#application/shared/items.ts';
import { fact, party, version } from '../../support/builders/rows.ts';
import { streamRecord } from '../../support/pipeline.ts';

const NOW = 100_000;

/** A change of version `n`, committed at `n` seconds, that came with these sequence numbers. */
const change = (n: number, ...sequences: readonly string[]): RowChange => ({
  ...fact(`pos.${n}`, n, []),
  sequences,
});

const loaded = (n: number, ...sequences: readonly string[]): RowChange => {
  const { committedAt: _, ...row } = change(n, ...sequences);
  return row as RowChange;
};

const aStore = () => {
  const table = new MemoryTable();
  return {
    record: async (
      changes: readonly RowChange[],
      failed: readonly string[] = [],
      shardId = 's1',
    ) => {
      const records = [{ ...streamRecord('x'), shardId }];
      const { writes, lagMs } = freshnessOf(NOW, records, changes, new Set(failed));
      await table.writeAll(writes);
      return lagMs;
    },
    items: async () =>
      (await table.query({ pk: FRESHNESS_PARTITION })).items.map(({ sk, last }) => {
        const { v, committedAt } = asMap(last);
        return [sk, v, committedAt];
      }),
  };
};

describe('freshness', () => {
  test('is the highest position applied, by source and shard', async () => {
    const { record, items } = aStore();
    const crm = { ...party('crm.1', 7), sequences: ['3'] };
    expect(await record([change(5, '1'), change(9, '2'), change(6, '3'), crm])).toEqual({
      pos: 91_000,
      crm: 93_000,
    });
    await record([change(2, '1')], [], 's2');
    expect(await items()).toEqual([
      ['crm#s1', version(7), 7_000],
      ['pos#s1', version(9), 9_000],
      ['pos#s2', version(2), 2_000],
    ]);
  });

  test('never goes back: a repeated or late batch leaves it', async () => {
    const { record, items } = aStore();
    await record([change(9, '1')]);
    await record([change(9, '1')]);
    await record([change(5, '2')]);
    expect(await items()).toEqual([['pos#s1', version(9), 9_000]]);
  });

  test('is moved by heartbeats, and not by load rows', async () => {
    const { record, items } = aStore();
    expect(await record([loaded(9, '1')])).toEqual({});
    expect(await items()).toEqual([]);
    await record([{ ...change(3, '1'), kind: 'heartbeat' } as RowChange, loaded(9, '2')]);
    expect(await items()).toEqual([['pos#s1', version(3), 3_000]]);
  });

  test('a commit of the future counts as now', async () => {
    expect(
      await aStore().record([{ ...change(1, '1'), committedAt: NOW + 5 } as RowChange]),
    ).toEqual({ pos: 0 });
  });

  test('of no records is nothing', () => {
    expect(freshnessOf(NOW, [], [], new Set())).toEqual({ writes: [], lagMs: {} });
  });
});

describe('a failure holds it back', () => {
  test.each([
    ['before the first failure counts', [change(1, '5'), change(2, '9')], ['9'], version(1)],
    ['after it does not', [change(1, '9'), change(2, '11')], ['10'], version(1)],
    ['numbers are compared as numbers', [change(1, '9'), change(2, '100')], ['99'], version(1)],
    [
      'with several failures the first decides',
      [change(1, '2'), change(2, '6')],
      ['9', '5'],
      version(1),
    ],
    [
      'a row that came with several records needs all before it',
      [change(1, '1'), change(2, '2', '8')],
      ['5'],
      version(1),
    ],
    ['nothing before it, nothing moves', [change(1, '5')], ['5'], undefined],
  ])('what is %s', async (_, changes, failed, expected) => {
    const { record, items } = aStore();
    await record(changes, failed);
    expect((await items())[0]?.[1]).toBe(expected);
  });
});
