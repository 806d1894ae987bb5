/**
 * Fact rows: each is one attribute of a bucket under its evidence unit, gated by its own version.
 *
 * The registry goes first and fixes unit and bucket; a redelivery takes both from it. A row that changes its
 * identifiers moves in one transaction, which leaves a tombstone in the old bucket so that nothing late can land there.
 * @module
 */
import {
  contributionName,
  formatContribution,
  movedAway,
} from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem, type RowItem, rowItemKey } from '#application/shared/items.ts';
import type { Action, Condition, Item, Table, ValueMap, Write } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
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

const registryWrite = (change: FactChange, row: RowItem | undefined): Write => {
  const key = rowItemKey(change.rowKey);
  const set = { v: change.version, ...(change.after ? {} : { deleted: true }) };
  return row
    ? {
        kind: 'update',
        key,
        set,
        ...(change.after ? { remove: ['deleted'] } : {}),
        when: { equals: [['v'], row.version] },
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

/** Writes rows' contributions, or their tombstones, to one bucket, unless a later one of any of them is there. */
export const contribution = (
  place: Place,
  ...changes: readonly FactChange[]
): Extract<Action, { kind: 'update' }> => ({
  kind: 'update',
  key: bucketKey(place.unit, place.bucket),
  set: contributed(changes),
  when: { all: changes.map(earlier) },
});

/** Writes the first contributions of a bucket. */
export const firstContribution = (place: Place, ...changes: readonly FactChange[]): Write => ({
  kind: 'put',
  item: { ...bucketKey(place.unit, place.bucket), ...contributed(changes) },
  when: { missing: ['pk'] },
});

const contributed = (changes: readonly FactChange[]): ValueMap =>
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

const earlier = ({ rowKey, version }: FactChange): Condition => {
  const name = contributionName(rowKey);
  return { any: [{ missing: [name] }, { less: [[name, 'v'], version] }] };
};

// A contribution that landed in a place while another change moved the row away is there already.
const notLater = (change: FactChange): Condition => {
  const name = contributionName(change.rowKey);
  const { version } = change;
  return {
    any: [
      earlier(change),
      { equals: [[name, 'v'], version] },
      { less: [[name, 'm'], version] },
      { equals: [[name, 'm'], version] },
    ],
  };
};

/** Moves a row's contribution in one transaction; `to` absent when it no longer names anybody. */
export const moveActions = (
  change: FactChange,
  row: RowItem,
  to: Place | undefined,
): readonly Action[] => {
  const from = placeOf(row);
  const leaving = from ? [...new Set([...row.leaving, from.unit])] : row.leaving;
  const registry: ValueMap = {
    v: change.version,
    ...(to ?? {}),
    ...(leaving.length > 0 ? { leaving } : {}),
  };
  return [
    {
      kind: 'update',
      key: rowItemKey(change.rowKey),
      set: registry,
      remove: to ? ['deleted'] : ['unit', 'bucket'],
      when: { equals: [['v'], row.version] },
    },
    ...(to ? [contributionAt(change, to)] : []),
    ...(from ? [tombstoneAt(change, from)] : []),
  ];
};

/** Writes a row's contribution, or its tombstone, unless a later one is there. */
export const contributionAt = (change: FactChange, place: Place): Action => ({
  ...contribution(place, change),
  when: notLater(change),
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

/** Whether the registry still says that the row's contribution lies there. */
export const isPlacedAt = (item: Item | undefined, place: Place): boolean => {
  const now = item && placeOf(parseRowItem(item));
  return now?.unit === place.unit && now.bucket === place.bucket;
};

/** Bucket of a new row: spread over the unit's buckets by a hash of the row key (FNV-1a, 32 bits). */
export const bucketOf = (row: SourceRowKey, buckets: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < row.length; index++) {
    hash = Math.imul(hash ^ row.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash % buckets;
};

/** Rows that a bucket should hold: about one KB, which is one write unit. */
export const ROWS_PER_BUCKET = 6;

/** Buckets of a new unit that holds these rows: a power of two. */
export const bucketsFor = ({ length }: readonly unknown[]): number =>
  2 ** Math.ceil(Math.log2(Math.max(1, length / ROWS_PER_BUCKET)));
