/**
 * Contribute: writes the contributions of a batch, bucket by bucket.
 *
 * Rows of one bucket go in one write, since a write costs the whole bucket however many rows it changes. Whoever fills the
 * only bucket of a unit gives it a second one with the same write. Whoever takes a row out says which other row of the
 * bucket is live, as long as there is one: while that holds, nobody has to look whether the unit is still supported.
 * @module
 */
import {
  contributionName,
  liveContributionsIn,
  rowNamesIn,
} from '#application/shared/contributions.ts';
import { bucketKey, bucketsIn } from '#application/shared/items.ts';
import type { Condition, Item, Key, Table, ValueMap, Write } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { must } from '#domain/shared/assert.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type DecidedFact, isThere, placeIn, withBucketOf } from './decided-fact.ts';
import { contribution, firstContribution, ROWS_PER_BUCKET } from './write-facts.ts';

/** Most rows in one write: a condition names each of them twice. */
const MAX_ROWS_PER_WRITE = 30;

/**
 * Reads buckets, as far as they were not read: those that rows are taken out of, for what else is live there is support,
 * and further ones that new rows come to, which may not be there yet. Every write asks for what was seen.
 */
export const withBuckets = async (
  table: Table,
  entries: readonly DecidedFact[],
): Promise<readonly DecidedFact[]> => {
  const keys = new Map(entries.flatMap((entry) => lookAt(entry)).map((key) => [key.pk, key]));
  const items = await table.getAll([...keys.values()], 'eventual');
  const found = new Map([...keys.keys()].map((pk, index) => [pk, items[index]]));
  return entries.map((entry) => withBucketOf(entry, found));
};

const lookAt = ({ change, place, bucket, step }: DecidedFact): readonly Key[] => {
  if (!place || bucket) return [];
  const mayBeFirst = step.step === 'register' && place.bucket > 0;
  return mayBeFirst || !change.after ? [bucketKey(place.unit, place.bucket)] : [];
};

/** Rows whose contribution was written. */
export interface Contributed {
  readonly written: ReadonlySet<DecidedFact>;
  /** Those of which another row of the bucket was live at the same instant. */
  readonly supported: ReadonlySet<DecidedFact>;
}

/**
 * Writes contributions, at most one per row. One that was refused may have been refused for the sake of another row of
 * its bucket.
 */
export const contribute = async (
  table: Table,
  rows: readonly DecidedFact[],
): Promise<Contributed> => {
  const coming = new Set(rows.map(({ change }) => change.rowKey));
  const parts = partsOf(rows).map((part) => ({ part, support: supportOf(part, coming) }));
  const written = await table.writeAll(
    parts.map(({ part, support }) => writeOf(part, support ?? [])),
  );
  const done = parts.filter((_, index) => written[index]);
  return {
    written: new Set(done.flatMap(({ part }) => part)),
    supported: new Set(done.flatMap(({ part, support }) => (support ? part : []))),
  };
};

const partsOf = (rows: readonly DecidedFact[]): readonly (readonly DecidedFact[])[] => {
  const groups = groupBy(rows, (row) => bucketKey(placeIn(row).unit, placeIn(row).bucket).pk);
  return [...groups.values()].flatMap((group) => chunksOf(group, MAX_ROWS_PER_WRITE));
};

/** What shows that a live row is left in a bucket, when one is known: nothing more when the write brings one. */
const supportOf = (
  rows: readonly DecidedFact[],
  coming: ReadonlySet<SourceRowKey>,
): readonly Condition[] | undefined => {
  if (rows.some(({ change }) => change.after)) return [];
  const other = liveContributionsIn(bucketIn(rows)).find(({ rowKey }) => !coming.has(rowKey));
  return other && [{ exists: [contributionName(other.rowKey), 'd'] }];
};

const bucketIn = (rows: readonly DecidedFact[]): Item | undefined =>
  rows.find(({ bucket }) => bucket)?.bucket;

const writeOf = (rows: readonly DecidedFact[], support: readonly Condition[]): Write => {
  const changes = rows.map(({ change }) => change);
  const place = placeIn(must(rows[0], 'row of a bucket'));
  if (rows.some(({ isFirst }) => isFirst)) return firstContribution(place, changes);
  const { set, when } = growthBy(rows) ?? { set: {}, when: [] };
  return contribution(place, changes, { set, when: [...support, ...when] });
};

/** The buckets that a unit gets with a write that fills the only one it has, as read. */
const growthBy = (
  rows: readonly DecidedFact[],
): { readonly set: ValueMap; readonly when: readonly Condition[] } | undefined => {
  const filler = rows.find((row) => isThere(row) && placeIn(row).bucket === 0);
  if (!filler || bucketsIn(filler.unit) !== 1) return undefined;
  const coming = new Set(rows.map(({ change }) => contributionName(change.rowKey)));
  if (rowNamesIn(filler.unit).union(coming).size < ROWS_PER_BUCKET) return undefined;
  return { set: { buckets: 2 }, when: [{ equals: [['buckets'], 1] }] };
};
