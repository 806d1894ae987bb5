/**
 * Freshness: up to where the changes of a source have been applied, per stream shard.
 *
 * Written once per batch and source, after everything before the first failure is in place. Load rows carry no
 * position and move nothing.
 * @module
 */
import { freshnessKey } from '#application/shared/items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { Table } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { RowChange } from './row-change.ts';

/**
 * Records the highest position applied of each source in a batch of one shard.
 * @returns milliseconds from the latest commit applied to now, by source
 */
export const recordFreshness = async (
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  records: readonly StreamRecord[],
  changes: readonly RowChange[],
  failed: ReadonlySet<string>,
): Promise<Readonly<Record<string, number>>> => {
  const shard = records[0]?.shardId;
  if (shard === undefined) return {};
  const applied = changes.filter((change) => beforeFailures(change, failed));
  const latest = latestOfSources(applied.filter(isFromLog));
  const appliedAt = clock();
  await table.writeAll(
    latest.map(({ source, version, committedAt }) => ({
      kind: 'update',
      key: freshnessKey(source, shard),
      set: { v: version, committedAt, appliedAt },
      when: { any: [{ missing: ['v'] }, { less: [['v'], version] }] },
    })),
  );
  return Object.fromEntries(
    latest.map(({ source, committedAt }) => [source, Math.max(0, appliedAt - committedAt)]),
  );
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
