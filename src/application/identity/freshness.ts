/**
 * Freshness: up to where the changes of a source have been applied, per stream shard.
 *
 * Written once per batch, after everything before the first failure is in place. Load rows carry no position and move
 * nothing. A shard may have several workers, and batches come again: no position ever goes back.
 * @module
 */

import type { StreamRecord } from '#application/shared/ports.ts';
import {
  formatPositions,
  isBehind,
  type Position,
  positionsIn,
  positionsKey,
} from '#application/shared/positions.ts';
import type { Item, Table, Write } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { RowChange } from './row-change.ts';

/** What a batch says about the freshness of its sources. */
export interface BatchFreshness {
  /** Milliseconds from the latest commit applied to now, by source. */
  readonly lagMs: Readonly<Record<string, number>>;
  /** What to note of its shard; absent when it moves no position. */
  readonly note?: PositionNote;
}

/** Positions of one shard that a batch came to. */
export interface PositionNote {
  readonly shard: string;
  readonly positions: readonly Position[];
  /** Epoch milliseconds. */
  readonly appliedAt: number;
}

/** Times that positions are read again which somebody else has written meanwhile. */
const MAX_ATTEMPTS = 24;

/**
 * Finds the highest position applied of each source in a batch of one shard.
 * @param now epoch milliseconds
 * @param before the shard's positions at some time before: what is not further need not be written
 */
export const freshnessOf = (
  now: number,
  records: readonly StreamRecord[],
  changes: readonly RowChange[],
  failed: ReadonlySet<string>,
  before?: Item,
): BatchFreshness => {
  const shard = records[0]?.shardId;
  if (shard === undefined) return { lagMs: {} };
  const applied = changes.filter((change) => beforeFailures(change, failed));
  const positions = latestOfSources(applied.filter(isFromLog));
  const lagMs = Object.fromEntries(
    positions.map(({ source, committedAt }) => [source, Math.max(0, now - committedAt)]),
  );
  const further = furtherThan(before, positions);
  return further.length > 0
    ? { lagMs, note: { shard, positions: further, appliedAt: now } }
    : { lagMs };
};

/** Writes positions together, as long as all of them are further than what is there. */
export const positionsWrite = ({ shard, positions, appliedAt }: PositionNote): Write => ({
  kind: 'update',
  key: positionsKey(shard),
  set: formatPositions(positions, appliedAt),
  when: { all: positions.map(isBehind) },
});

/**
 * Writes those positions that are further than what is there, when not all of them were. Where others write all the while it
 * is left to the next batch, and answers say that they are older than they are.
 */
export const notePositions = async (table: Table, note: PositionNote): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const [item] = await table.getAll([positionsKey(note.shard)]);
    const positions = furtherThan(item, note.positions);
    if (positions.length === 0) return;
    if (await table.write(positionsWrite({ ...note, positions }))) return;
  }
};

const furtherThan = (
  item: Item | undefined,
  positions: readonly Position[],
): readonly Position[] => {
  const there = new Map(positionsIn(item).map(({ source, version }) => [source, version]));
  return positions.filter(({ source, version }) => version > (there.get(source) ?? ''));
};

const latestOfSources = (changes: readonly RowChange[]): readonly Position[] =>
  [...groupBy(changes, (change) => change.source)].map(([source, ofSource]) => {
    const { version, committedAt } = ofSource.reduce((a, b) => (b.version > a.version ? b : a));
    return { source, version, committedAt: must(committedAt, 'commit time') };
  });

const isFromLog = (change: RowChange): boolean => change.committedAt !== undefined;

const beforeFailures = (change: RowChange, failed: ReadonlySet<string>): boolean =>
  failed.size === 0 ||
  change.sequences.every((sequence) => [...failed].every((one) => isBefore(sequence, one)));

// Sequence numbers are decimal integers of varying length (Kinesis API reference).
const isBefore = (a: string, b: string): boolean =>
  a.length === b.length ? a < b : a.length < b.length;
