/**
 * Freshness of an answer: up to which commit of each source it is complete.
 * @module
 */
import { FRESHNESS_PARTITION } from '#application/shared/items.ts';
import { positionsIn } from '#application/shared/positions.ts';
import type { Table } from '#application/shared/table.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { groupBy } from '#domain/shared/multimap.ts';

/** How far one source has been applied. */
export interface SourcePosition {
  /** Log position, fixed width, of the last change applied; of the shard that is furthest behind. */
  readonly position: string;
  /** Its commit time, ISO 8601 UTC. */
  readonly committedAt: string;
  /** Milliseconds between then and now. */
  readonly lagMs: number;
}

/** Freshness. `asOf` and `lagMs` are `null` until every source whose log is followed has sent a change from it. */
export interface Freshness {
  readonly asOf: string | null;
  readonly lagMs: number | null;
  readonly positions: Readonly<Record<string, SourcePosition | null>>;
}

/** How far a shard of the stream has been applied, of one source. */
export interface AppliedPosition {
  readonly source: string;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly committedAt: number;
}

/** Reads how far every source has been applied, by shard: one query, whatever the number of sources and shards. */
export const readPositions = async (table: Table): Promise<readonly AppliedPosition[]> => {
  const { items } = await table.query({ pk: FRESHNESS_PARTITION });
  return items.flatMap(positionsIn);
};

/** Reads positions, and says what they come to. */
export const readFreshness = async (
  table: Table,
  clock: Clock,
  sources: readonly string[],
  continuous: readonly string[] = sources,
): Promise<Freshness> => freshnessOf(await readPositions(table), clock(), sources, continuous);

/**
 * What positions come to. They may have been read a while before the data they are told with, never after.
 * @param continuous the sources whose log is followed; only they hold `asOf` back
 */
export const freshnessOf = (
  applied: readonly AppliedPosition[],
  now: number,
  sources: readonly string[],
  continuous: readonly string[],
): Freshness => {
  const shards = groupBy(applied, ({ source }) => source);
  const positions = Object.fromEntries(
    [...sources].sort().map((source) => [source, furthestBehind(shards.get(source) ?? [], now)]),
  );
  const known = continuous.map((source) => positions[source] ?? null);
  const oldest =
    known.length === 0 || known.some((position) => position === null)
      ? null
      : known.map((position) => position?.committedAt ?? '').reduce((a, b) => (a < b ? a : b));
  return {
    asOf: oldest,
    lagMs: oldest === null ? null : Math.max(0, now - Date.parse(oldest)),
    positions,
  };
};

const furthestBehind = (shards: readonly AppliedPosition[], now: number): SourcePosition | null => {
  const [first] = [...shards].sort((a, b) => a.committedAt - b.committedAt);
  return first
    ? {
        position: first.version.split('#')[2] ?? '',
        committedAt: new Date(first.committedAt).toISOString(),
        lagMs: Math.max(0, now - first.committedAt),
      }
    : null;
};
