/**
 * Freshness: up to where the changes of a source have been applied, per stream shard.
 *
 * Written once per batch and source, after everything before the first failure is in place. Load rows carry no
 * position and move nothing.
 * @module
 */
import { freshnessKey } from '#application/shared/items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { Write } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { RowChange } from './row-change.ts';

/** What a batch says about the freshness of its sources. */
export interface BatchFreshness {
  readonly writes: readonly Write[];
  /** Milliseconds from the latest commit applied to now, by source. */
  readonly lagMs: Readonly<Record<string, number>>;
}

/** Notes the highest position applied of each source in a batch of one shard; `now` in epoch milliseconds. */
export const freshnessOf = (
  now: number,
  records: readonly StreamRecord[],
  changes: readonly RowChange[],
  failed: ReadonlySet<string>,
): BatchFreshness => {
  const shard = records[0]?.shardId;
  if (shard === undefined) return { writes: [], lagMs: {} };
  const applied = changes.filter((change) => beforeFailures(change, failed));
  const latest = latestOfSources(applied.filter(isFromLog));
  return {
    writes: latest.map(({ source, version, committedAt }) => ({
      kind: 'update',
      key: freshnessKey(source, shard),
      // One attribute, so that the sources of a batch are written with one request.
      set: { last: { v: version, committedAt, appliedAt: now } },
      when: { any: [{ missing: ['last'] }, { less: [['last', 'v'], version] }] },
    })),
    lagMs: Object.fromEntries(
      latest.map(({ source, committedAt }) => [source, Math.max(0, now - committedAt)]),
    ),
  };
};

const latestOfSources = (changes: readonly RowChange[]) =>
  [...groupBy(changes, (change) => change.source).values()].map((ofSource) => {
    const latest = ofSource.reduce((a, b) => (b.version > a.version ? b : a));
    return { ...latest, committedAt: must(latest.committedAt, 'commit time') };
  });

const isFromLog = (change: RowChange): boolean => change.committedAt !== undefined;

const beforeFailures = (change: RowChange, failed: ReadonlySet<string>): boolean =>
  failed.size === 0 ||
  change.sequences.every((sequence) => [...failed].every((one) => isBefore(sequence, one)));

// Sequence numbers are decimal integers of varying length (Kinesis API reference).
const isBefore = (a: string, b: string): boolean =>
  a.length === b.length ? a < b : a.length < b.length;
