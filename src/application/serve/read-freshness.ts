/**
 * Freshness of an answer: up to which commit of each source it is complete.
 * @module
 */
import { FRESHNESS_PARTITION } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
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

/** Freshness over all sources. `asOf` and `lagMs` are `null` until every source has sent a change from its log. */
export interface Freshness {
  readonly asOf: string | null;
  readonly lagMs: number | null;
  readonly positions: Readonly<Record<string, SourcePosition | null>>;
}

/** Sources that freshness is told of: those that are captured. One that feeds itself may be silent for days. */
export const capturedSources = ({ sources }: Definitions): readonly string[] =>
  Object.values(sources).flatMap(({ source, fedBy }) => (fedBy === undefined ? [source] : []));

/** Reads freshness: one query, whatever the number of sources and shards. */
export const readFreshness = async (
  table: Table,
  clock: Clock,
  sources: readonly string[],
): Promise<Freshness> => {
  const { items } = await table.query({ pk: FRESHNESS_PARTITION });
  const now = clock();
  const shards = groupBy(
    items.map((item) => ({
      source: item.sk.slice(0, item.sk.indexOf('#')),
      version: String(item['v']),
      committedAt: Number(item['committedAt']),
    })),
    ({ source }) => source,
  );
  const positions = Object.fromEntries(
    [...sources].sort().map((source) => [source, furthestBehind(shards.get(source) ?? [], now)]),
  );
  const known = Object.values(positions);
  const oldest = known.some((position) => position === null)
    ? null
    : known.map((position) => position?.committedAt ?? '').reduce((a, b) => (a < b ? a : b));
  return {
    asOf: oldest,
    lagMs: oldest === null ? null : Math.max(0, now - Date.parse(oldest)),
    positions,
  };
};

const furthestBehind = (
  shards: readonly { readonly version: string; readonly committedAt: number }[],
  now: number,
): SourcePosition | null => {
  const [first] = [...shards].sort((a, b) => a.committedAt - b.committedAt);
  return first
    ? {
        position: first.version.split('#')[2] ?? '',
        committedAt: new Date(first.committedAt).toISOString(),
        lagMs: Math.max(0, now - first.committedAt),
      }
    : null;
};
