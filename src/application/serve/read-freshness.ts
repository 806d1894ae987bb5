/**
 * Freshness of an answer: up to which commit of each source it is complete.
 * @module
 */
import { asMap, FRESHNESS_PARTITION } from '#application/shared/items.ts';
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

/**
 * Reads freshness: one query, whatever the number of sources and shards.
 * @param continuous the sources whose log is followed; only they hold `asOf` back
 */
export const readFreshness = async (
  table: Table,
  clock: Clock,
  sources: readonly string[],
  continuous: readonly string[] = sources,
): Promise<Freshness> => {
  const { items } = await table.query({ pk: FRESHNESS_PARTITION });
  const now = clock();
  const shards = groupBy(
    items.map(({ sk, last }) => {
      const { v, committedAt } = asMap(last);
      const source = sk.slice(0, sk.indexOf('#'));
      return { source, version: String(v), committedAt: Number(committedAt) };
    }),
    ({ source }) => source,
  );
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
