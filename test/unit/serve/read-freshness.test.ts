import { describe, expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { readFreshness } from '#application/serve/read-freshness.ts';
import { formatPositions, positionsKey } from '#application/shared/positions.ts';
import { rowVersion } from '#domain/capture/row-version.ts';

const NOW = 10_000;

/** Freshness when shards say how far they are, as `source#shard` → commit time in milliseconds. */
const read = async (
  shards: Readonly<Record<string, number>>,
  sources: readonly string[] = ['crm', 'pos'],
) => {
  const table = new MemoryTable();
  for (const [shard, committedAt] of Object.entries(shards)) {
    const [source = '', name = ''] = shard.split('#');
    const version = rowVersion(2, 'cdc', `A${committedAt}`, 1);
    const set = formatPositions([{ source, version, committedAt }], committedAt);
    await table.write({ kind: 'update', key: positionsKey(name), set });
  }
  return readFreshness(table, () => NOW, sources);
};

const instant = (ms: number) => new Date(ms).toISOString();

describe('freshness', () => {
  test('is that of the source furthest behind', async () => {
    expect(await read({ 'crm#1': 9_000, 'pos#1': 4_000 })).toEqual({
      asOf: instant(4_000),
      lagMs: 6_000,
      positions: {
        crm: { position: 'A9000'.padStart(40, '0'), committedAt: instant(9_000), lagMs: 1_000 },
        pos: { position: 'A4000'.padStart(40, '0'), committedAt: instant(4_000), lagMs: 6_000 },
      },
    });
  });

  test('of a source is that of its shard furthest behind', async () => {
    const { positions, asOf } = await read({
      'crm#1': 9_000,
      'pos#1': 8_000,
      'pos#2': 5_000,
      'pos#3': 7_000,
    });
    expect([asOf, positions['pos']?.lagMs]).toEqual([instant(5_000), 5_000]);
  });

  test('is unknown until every source has sent a change', async () => {
    expect(await read({ 'crm#1': 9_000 })).toMatchObject({
      asOf: null,
      lagMs: null,
      positions: { crm: { lagMs: 1_000 }, pos: null },
    });
    expect(await read({})).toEqual({
      asOf: null,
      lagMs: null,
      positions: { crm: null, pos: null },
    });
  });

  test('does not wait for a source that is no longer defined', async () => {
    const { positions, asOf } = await read({ 'crm#1': 9_000, 'old#1': 1, 'pos#1': 9_500 });
    expect([Object.keys(positions), asOf]).toEqual([['crm', 'pos'], instant(9_000)]);
  });

  test('is never negative, when a source is ahead of our clock', async () => {
    expect(await read({ 'crm#1': NOW + 5, 'pos#1': NOW + 9 })).toMatchObject({
      lagMs: 0,
      positions: { crm: { lagMs: 0 } },
    });
  });

  test('of sources whose names begin alike are apart', async () => {
    const { positions } = await read({ 'pos#1': 5_000, 'pos2#1': 9_000 }, ['pos', 'pos2']);
    expect([positions['pos']?.lagMs, positions['pos2']?.lagMs]).toEqual([5_000, 1_000]);
  });

  test('is one request, whatever the number of shards', async () => {
    const meter = { requests: 0, readUnits: 0, writeUnits: 0 };
    await readFreshness(new MemoryTable({ meter }), () => NOW, ['a', 'b', 'c']);
    expect(meter.requests).toBe(1);
  });
});
