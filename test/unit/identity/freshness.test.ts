import { describe, expect, test } from 'vitest';
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable, type MemoryTableOptions } from '#adapters/memory/table.ts';
import { recordDefects } from '#application/identity/defects.ts';
import { freshnessOf, notePositions, positionsWrite } from '#application/identity/freshness.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import { FRESHNESS_PARTITION } from '#application/shared/items.ts';
import { positionsIn, positionsKey } from '#application/shared/positions.ts';
import type { Table } from '#application/shared/table.ts';
import { fact, party, version } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { streamRecord } from '../../support/pipeline.ts';
import { seededRandom } from '../../support/scheduler.ts';

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

const aStore = (options: MemoryTableOptions = {}) => {
  const table = new MemoryTable(options);
  /** Records on a table of its own, as one of several workers does. */
  const recordOn = async (
    through: Table,
    changes: readonly RowChange[],
    failed: readonly string[] = [],
    shardId = 's1',
  ) => {
    const records = [{ ...streamRecord('x'), shardId }];
    const { note, lagMs } = freshnessOf(NOW, records, changes, new Set(failed));
    const noted = await recordDefects(through, [], note && positionsWrite(note));
    if (note && !noted) await notePositions(through, note);
    return lagMs;
  };
  return {
    table,
    recordOn,
    record: (...asked: Rest<Parameters<typeof recordOn>>) => recordOn(table, ...asked),
    items: async () =>
      (await table.query({ pk: FRESHNESS_PARTITION })).items
        .flatMap((item) =>
          positionsIn(item).map(
            ({ source, version: v, committedAt }) =>
              [`${source}#${item.sk}`, v, committedAt] as const,
          ),
        )
        .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  };
};

type Rest<All extends readonly unknown[]> = All extends readonly [unknown, ...infer Others]
  ? Others
  : never;

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

  test('of a batch that is late with one source moves for the others', async () => {
    const { record, items } = aStore();
    await record([change(9, '1'), { ...party('crm.1', 7), sequences: ['2'] }]);
    await record([change(5, '3'), { ...party('crm.1', 8), sequences: ['4'] }]);
    expect(await items()).toEqual([
      ['crm#s1', version(8), 8_000],
      ['pos#s1', version(9), 9_000],
    ]);
  });

  test('of all sources of a shard is one write', async () => {
    const meter = makeMeter();
    const { record } = aStore({ meter });
    const of = (n: number) =>
      ['pos', 'crm', 'erp', 'shop', 'member'].map((source) => ({ ...change(n, '1'), source }));
    await record(of(1));
    Object.assign(meter, makeMeter());
    await record(of(2));
    expect(meter).toEqual({ requests: 1, readUnits: 0, writeUnits: 1 });
  });

  test('that was known to be as far before is not written again', async () => {
    const { table, record } = aStore();
    await record([change(9, '1')]);
    const [item] = await table.getAll([positionsKey('s1')]);
    const records = [{ ...streamRecord('x'), shardId: 's1' }];
    const crm = { ...party('crm.1', 8), sequences: ['2'] };
    const told = freshnessOf(NOW, records, [change(5, '1'), crm], new Set(), item);
    expect(told.note?.positions.map(({ source }) => source)).toEqual(['crm']);
    expect(Object.keys(told.lagMs)).toEqual(['pos', 'crm']);
    expect(freshnessOf(NOW, records, [change(9, '1')], new Set(), item).note).toBeUndefined();
  });

  test('never goes back when somebody else writes between the look and the write', async () => {
    const { table, record, recordOn, items } = aStore();
    const crm = (n: number) => ({ ...party('crm.1', n), sequences: ['2'] });
    await record([change(5, '1')]);
    const slow = interposed(table, nth(1, 'write'), () => record([change(6, '1'), crm(9)]));
    await recordOn(slow, [change(4, '1'), crm(7)]);
    expect(await items()).toEqual([
      ['crm#s1', version(9), 9_000],
      ['pos#s1', version(6), 6_000],
    ]);
  });

  test('is the highest of all workers of a shard, whoever comes first, and never less than it was', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed);
      const versions: string[][] = [];
      const { record, items } = aStore({
        turn: async () => {
          for (let n = Math.floor(random() * 4); n > 0; n--) await new Promise(setImmediate);
        },
        onAction: ({ after }) =>
          versions.push(positionsIn(after).map(({ source, version: v }) => `${source} ${v}`)),
      });
      const batches = Array.from({ length: 8 }, () =>
        ['pos', 'crm', 'erp'].flatMap((source) =>
          random() < 0.7 ? [{ ...change(1 + Math.floor(random() * 20), '1'), source }] : [],
        ),
      );
      await Promise.all(batches.map((batch) => record(batch)));
      for (const source of ['pos', 'crm', 'erp']) {
        const ofSource = (all: readonly string[]) => all.find((it) => it.startsWith(source)) ?? '';
        const history = versions.map(ofSource);
        expect(history).toEqual(history.toSorted());
        const highest = batches.flat().filter((it) => it.source === source);
        const last = highest.map((it) => it.version).reduce((a, b) => (a > b ? a : b), '' as never);
        expect((await items()).find(([name]) => name === `${source}#s1`)?.[1] ?? '').toBe(last);
      }
    }
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
    expect(freshnessOf(NOW, [], [], new Set())).toEqual({ lagMs: {} });
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
