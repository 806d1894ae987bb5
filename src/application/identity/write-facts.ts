/**
 * Fact rows: each is one attribute of a bucket under its evidence unit, gated by its own version.
 *
 * The registry goes first and fixes unit and bucket; a redelivery takes both from it. A row that changes its
 * identifiers moves in one transaction, which leaves a tombstone in the old bucket so that nothing late can land there.
 * What a bucket says of a row and of its unit is all that a contribution is conditioned on, so nobody has to look at
 * either again afterwards.
 * @module
 */
import {
  type Contribution,
  contributionName,
  formatContribution,
  movedAway,
} from '#application/shared/contributions.ts';
import {
  asMap,
  bucketKey,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import type { Action, Condition, Item, Table, ValueMap, Write } from '#application/shared/table.ts';
import { packedVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { asReadThere } from './as-read.ts';
import type { FactChange } from './row-change.ts';

/** Where a row's contribution lies. */
export interface Place {
  readonly unit: UnitKey;
  readonly bucket: number;
}

/** What a fact change asks for, given the registry as read. */
export type FactStep =
  /** Write the contribution, or its tombstone, where the registry says. */
  | { readonly step: 'contribute'; readonly place: Place }
  /** First sight: fix the place in the registry, then contribute. */
  | { readonly step: 'register'; readonly unit: UnitKey }
  /** The row names nobody, or did: only the registry changes. */
  | { readonly step: 'note'; readonly action: Write }
  /** Identifiers changed: move the contribution. */
  | { readonly step: 'move'; readonly row: RowItem; readonly to?: UnitKey }
  /** The row's columns are kept: write them and what they say in one transaction. */
  | { readonly step: 'rewrite'; readonly row?: RowItem; readonly to?: UnitKey }
  /** The row changed after it was read. */
  | { readonly step: 'again' }
  | { readonly step: 'skip' };

/** Decides what to do with a fact change. Pure. */
export const decideFact = (change: FactChange, item: Item | undefined): FactStep => {
  const unit = change.after?.unit?.key;
  if (item) return decideKnownFact(change, unit, parseRowItem(item));
  return unit === undefined
    ? { step: 'note', action: registryWrite(change, undefined) }
    : { step: 'register', unit };
};

const decideKnownFact = (change: FactChange, unit: UnitKey | undefined, row: RowItem): FactStep => {
  const place = placeOf(row);
  const stays = place !== undefined && (change.after === undefined || unit === place.unit);
  if (stays && change.version >= row.version) return { step: 'contribute', place };
  if (change.version <= row.version) return { step: 'skip' };
  if (unit === undefined && !place) return { step: 'note', action: registryWrite(change, row) };
  return { step: 'move', row, ...(unit === undefined ? {} : { to: unit }) };
};

/** Where the registry says that a row's contribution lies. */
export const placeOf = (row: RowItem): Place | undefined =>
  row.unit === undefined ? undefined : { unit: row.unit, bucket: must(row.bucket, 'bucket') };

/**
 * What the registry keeps of a row that names nobody, as a bucket would: sales count in figures over all rows. Of a row without
 * an amount it keeps nothing, for it may say anything.
 */
export const saidOfNobody = (change: FactChange): ValueMap => {
  const { after } = change;
  return after && !after.unit && hasAmount(after.contribution) ? contributed([change]) : {};
};

const hasAmount = ({ fields }: Contribution): boolean =>
  Object.values(fields).some((value) => typeof asMap(value)['amount'] === 'number');

/** The attribute of {@link saidOfNobody} goes when the row says something else. */
export const saidBefore = (change: FactChange): readonly string[] => {
  const name = contributionName(change.rowKey);
  return name in saidOfNobody(change) ? [] : [name];
};

const registryWrite = (change: FactChange, row: RowItem | undefined): Write => {
  const key = rowItemKey(change.rowKey);
  const state = change.after ? {} : { deleted: true };
  const set = { v: change.version, ...saidOfNobody(change), ...state };
  return row
    ? {
        kind: 'update',
        key,
        set,
        remove: [...(change.after ? ['deleted'] : []), ...saidBefore(change)],
        // One that named nobody may have been read anew, and placed, at the same version.
        when: asReadThere(row),
      }
    : { kind: 'put', item: { ...key, ...set }, when: { missing: ['pk'] } };
};

/** Fixes a row's place when it is first seen. */
export const registration = (change: FactChange, place: Place): Write => ({
  kind: 'put',
  item: {
    ...rowItemKey(change.rowKey),
    v: change.version,
    unit: place.unit,
    bucket: place.bucket,
  },
  when: { missing: ['pk'] },
});

/**
 * Writes rows' contributions, or their tombstones, to one bucket, unless a later one of any of them is there or the unit
 * is not.
 * @param besides what the write says of the unit besides, and on which conditions
 */
export const contribution = (
  place: Place,
  changes: readonly FactChange[],
  besides: { readonly set: ValueMap; readonly when: readonly Condition[] } = { set: {}, when: [] },
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: bucketKey(place.unit, place.bucket),
  set: { ...contributed(changes), ...besides.set },
  when: { all: [...changes.map(earlier), ...isOpenTo(place, changes), ...besides.when] },
});

/**
 * Makes a further bucket of a unit with the rows that come to it first: a seal would be there, for whoever removes the unit
 * puts one where there is no bucket yet.
 */
export const firstContribution = (place: Place, changes: readonly FactChange[]): Write => ({
  kind: 'put',
  item: { ...bucketKey(place.unit, place.bucket), ...contributed(changes) },
  when: { missing: ['pk'] },
});

/** What rows say, or that they are gone, as attributes of their bucket. */
export const contributed = (changes: readonly FactChange[]): ValueMap =>
  Object.fromEntries(
    changes.map(({ rowKey, version, committedAt, after }) => [
      contributionName(rowKey),
      formatContribution({
        version,
        ...(committedAt === undefined ? {} : { committedAt }),
        ...(after ? { fact: after.contribution } : {}),
      }),
    ]),
  );

/** Holds while nothing as late of the row is in its bucket; a row that moved away has left no version to compare with. */
export const earlier = ({ rowKey, version }: FactChange): Condition => {
  const name = contributionName(rowKey);
  return { any: [{ missing: [name] }, { less: [[name, 'v'], packedVersion(version)] }] };
};

/** A contribution that landed in a place while another change moved the row away is there already. */
export const notLater = (change: FactChange): Condition => {
  const name = contributionName(change.rowKey);
  const version = packedVersion(change.version);
  return {
    any: [
      earlier(change),
      { equals: [[name, 'v'], version] },
      { less: [[name, 'm'], version] },
      { equals: [[name, 'm'], version] },
    ],
  };
};

// A live row may only come to a unit that is there and that nobody is about to remove; that a row is gone may be noted
// anywhere. Buckets beyond the first stay sealed when their unit goes, so of those the mark tells enough.
const isOpenTo = ({ bucket }: Place, changes: readonly FactChange[]): readonly Condition[] => {
  if (!changes.some(({ after }) => after)) return [];
  return bucket === 0 ? [IS_THERE, IS_UNSEALED] : [IS_UNSEALED];
};

/** Holds of the first bucket of a unit that is there. */
export const IS_THERE: Condition = { exists: ['claims'] };

/** Holds of a bucket that nobody has sealed to remove its unit. */
export const IS_UNSEALED: Condition = { missing: ['dying'] };

/**
 * Moves a row's contribution in one transaction; `to` absent when it no longer names anybody.
 * @param arrival how the contribution is written in its new place
 */
export const moveActions = (
  change: FactChange,
  row: RowItem,
  to: Place | undefined,
  arrival: readonly Action[] = to ? [contributionAt(change, to)] : [],
): readonly Action[] => {
  const from = placeOf(row);
  const leaving = from ? [...new Set([...row.leaving, from.unit])] : row.leaving;
  const registry: ValueMap = {
    v: change.version,
    ...(to ?? {}),
    ...(leaving.length > 0 ? { leaving } : {}),
    ...saidOfNobody(change),
  };
  return [
    {
      kind: 'update',
      key: rowItemKey(change.rowKey),
      set: registry,
      remove: [...(to ? ['deleted'] : ['unit', 'bucket']), ...saidBefore(change)],
      when: asReadThere(row),
    },
    ...arrival,
    ...(from ? [tombstoneAt(change, from)] : []),
  ];
};

/** Writes a row's contribution, or its tombstone, unless a later one is there or the unit is not. */
export const contributionAt = (change: FactChange, place: Place): Action => ({
  kind: 'update',
  key: bucketKey(place.unit, place.bucket),
  set: contributed([change]),
  when: { all: [notLater(change), ...isOpenTo(place, [change])] },
});

/** Leaves a note that a row has moved away. */
export const tombstoneAt = (change: FactChange, place: Place): Action => ({
  kind: 'update',
  key: bucketKey(place.unit, place.bucket),
  set: { [contributionName(change.rowKey)]: movedAway(change.version) },
  when: notLater(change),
});

/** Forgets the units a row has left, once they are settled; a later move keeps its own. */
export const clearLeaving = (table: Table, key: SourceRowKey, when: Condition): Promise<boolean> =>
  table.write({ kind: 'update', key: rowItemKey(key), remove: ['leaving'], when });

/**
 * Bucket of a new row: spread by a hash of the row key over the unit's buckets from `first` on. That is the later half of
 * them, for the earlier ones were full when there came to be twice as many.
 */
export const bucketOf = (
  row: SourceRowKey,
  buckets: number,
  first = earlierBuckets(buckets),
): number => first + spread(row, buckets - first);

/** Buckets of a unit that are full: the earlier half of them. */
export const earlierBuckets = (buckets: number): number => Math.floor(buckets / 2);

// FNV-1a, 32 bits.
const spread = (row: SourceRowKey, places: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < row.length; index++) {
    hash = Math.imul(hash ^ row.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % places;
};

/** Rows that the first bucket of a unit should hold beside the unit: about one KB, which is one write unit. */
export const ROWS_PER_BUCKET = 5;

/** Rows that the second one should hold, while there are no more. */
export const ROWS_IN_SECOND_BUCKET = 6;

/** Most buckets of a unit. */
export const MAX_BUCKETS = 4096;

/** Buckets for so many rows: a power of two. */
export const bucketsFor = (rows: number): number =>
  Math.min(MAX_BUCKETS, powerOfTwo(rows / ROWS_PER_BUCKET));

/** The least power of two that is not less. */
export const powerOfTwo = (least: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, least)));
