/**
 * Decided fact: a fact change with what it asks for and what was read for it.
 * @module
 */
import { bucketKey, parseUnitItem } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import type { FactChange } from './row-change.ts';
import type { FactStep, Place } from './write-facts.ts';

/** A change, and what it asks for. */
export interface DecidedFact {
  readonly change: FactChange;
  /** The registry item as read. */
  readonly row?: Item;
  readonly step: FactStep;
  /** Where the contribution, or its tombstone, is to be written. */
  readonly place?: Place;
  /** The bucket of that place, when it was read. */
  readonly bucket?: Item;
  /** A further bucket, and none was found there: the row makes it. */
  readonly isFirst?: boolean;
  /** The first bucket of the unit that the change names, as read. */
  readonly unit?: Item;
  /** Buckets that the unit must have. */
  readonly buckets: number;
}

/** The unit that a change names. */
export const unitOf = (change: FactChange): UnitKey | undefined => change.after?.unit?.key;

/** Whether the unit that a change names is there, as read. */
export const isThere = ({ unit }: DecidedFact): boolean => parseUnitItem(unit) !== undefined;

/** Whether the row comes to lie, live, in a place: its unit must be there then. */
export const isLiving = ({ change, place }: DecidedFact): boolean =>
  place !== undefined && change.after?.unit !== undefined;

/** The place of a change that has one. */
export const placeIn = ({ place }: DecidedFact): Place => must(place, 'place of a row');

/** A fact with the bucket of its place, if that was looked for. */
export const withBucketOf = (
  entry: DecidedFact,
  read: ReadonlyMap<string, Item | undefined>,
): DecidedFact => {
  const { place } = entry;
  const pk = place && bucketKey(place.unit, place.bucket).pk;
  if (pk === undefined || !read.has(pk)) return entry;
  const bucket = read.get(pk);
  if (bucket) return { ...entry, bucket };
  return place && place.bucket > 0 ? { ...entry, isFirst: true } : entry;
};
