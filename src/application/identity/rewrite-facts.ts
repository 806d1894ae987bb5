/**
 * Rewriting fact rows: those of sources that send changed columns only, whose columns are kept.
 *
 * The registry keeps the columns, each at its own version, as that of a party row does. A change is joined with them, and
 * columns and contribution are written in one transaction, on the condition that the columns are still those that were
 * read. So a part may come before what it is a part of, and the same version may be written again with more columns.
 * @module
 */
import {
  imageAttributes,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import type { Action, Condition, Item, ValueMap } from '#application/shared/table.ts';
import { formatParts, joinImages, type RowImage } from '#domain/capture/row-image.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { asReadThere } from './as-read.ts';
import { withImage } from './join-changes.ts';
import type { FactChange } from './row-change.ts';
import {
  contributionAt,
  type FactStep,
  type Place,
  placeOf,
  saidBefore,
  saidOfNobody,
  tombstoneAt,
} from './write-facts.ts';

/** A change joined with the columns that are stored of its row, and what it asks for when they are kept. */
export interface JoinedFact {
  readonly change: FactChange;
  readonly step?: FactStep;
}

/** Joins a change with the stored columns of its row; one whose columns are not kept is as it was. */
export const joinStored = (change: FactChange, item: Item | undefined): JoinedFact => {
  if (!change.columns) return { change };
  if (!item) return { change, step: decideKept(change, undefined) };
  const row = parseRowItem(item);
  const joined = row.image ? withImage(change, joinImages(imageOf(change), row.image)) : change;
  return { change: joined, step: decideKept(joined, row) };
};

const decideKept = (change: FactChange, row: RowItem | undefined): FactStep => {
  const to = change.after?.unit?.key;
  if (!row || !isKnown(change, row)) {
    return { step: 'rewrite', ...(row ? { row } : {}), ...(to === undefined ? {} : { to }) };
  }
  // It is there already. What follows from it may not be, after a crash: going on as if it were to be written sees to it.
  const place = placeOf(row);
  return place && isPlaced(imageOf(change)) ? { step: 'contribute', place } : { step: 'skip' };
};

/**
 * Whether the stored row holds all of the change, and lies where it says; one that was stored without columns holds
 * whatever is not later.
 */
const isKnown = (change: FactChange, { image, version, unit }: RowItem): boolean => {
  if (!image) return change.version <= version;
  const joined = imageOf(change);
  const isSame = joined.version === image.version && formatParts(joined) === formatParts(image);
  return isSame && (!change.after || change.after.unit?.key === unit);
};

const imageOf = ({ columns }: FactChange): RowImage => must(columns, 'columns of a row').image;

/** Parts of a row that is not known as a whole are only noted. */
const isPlaced = ({ base }: RowImage): boolean => base !== undefined;

const writtenAt = (change: FactChange, place: Place | undefined): RowItem => {
  const image = imageOf(change);
  return { ...place, version: image.version, image, leaving: [], deleted: image.gone };
};

/** Holds while the registry is as a rewrite has left it. */
export const asRewritten = (
  change: FactChange,
  row: RowItem | undefined,
  to: Place | undefined,
): Condition => asReadThere(writtenAt(change, placeNow(change, row, to)));

// What is only noted, or gone, stays where it lay.
const placeNow = (
  change: FactChange,
  row: RowItem | undefined,
  to: Place | undefined,
): Place | undefined => (isPlaced(imageOf(change)) && change.after ? to : row && placeOf(row));

/** Where a rewritten row lies: where it did, unless its unit is another. */
export const placeAfter = (
  { row, to }: Extract<FactStep, { step: 'rewrite' }>,
  newBucket: () => number,
): Place | undefined => {
  if (to === undefined) return undefined;
  const from = row && placeOf(row);
  return from?.unit === to ? from : { unit: to, bucket: newBucket() };
};

/**
 * Writes a row's columns and what they say; `to` absent when it says nothing, or names nobody.
 * @param arrival how a live row is written in its place
 */
export const rewriteActions = (
  change: FactChange,
  row: RowItem | undefined,
  to: Place | undefined,
  arrival?: readonly Action[],
): readonly Action[] => {
  const from = row && placeOf(row);
  const left = row?.leaving ?? [];
  if (!isPlaced(imageOf(change))) return [registryUpdate(change, row, from, left)];
  const now = placeNow(change, row, to);
  const contributed = arrival ?? (now ? [contributionAt(change, now)] : []);
  return from && from.unit !== now?.unit
    ? [
        registryUpdate(change, row, now, [...left, from.unit]),
        ...contributed,
        tombstoneAt(change, from),
      ]
    : [registryUpdate(change, row, now, left), ...contributed];
};

const registryUpdate = (
  change: FactChange,
  row: RowItem | undefined,
  place: Place | undefined,
  left: readonly UnitKey[],
): Action => {
  const image = imageOf(change);
  const leaving = [...new Set(left)];
  const values: ValueMap = {
    v: image.version,
    ...imageAttributes(image),
    ...(place ?? {}),
    ...(leaving.length > 0 ? { leaving } : {}),
    ...(image.gone ? { deleted: true } : {}),
    ...saidOfNobody(change),
  };
  const remove = [...OWN.filter((name) => values[name] === undefined), ...saidBefore(change)];
  const key = rowItemKey(change.rowKey);
  return { kind: 'update', key, set: values, remove, when: asReadThere(row) };
};

/** Attributes of the registry of a row whose columns are kept. */
const OWN = ['unit', 'bucket', 'leaving', 'deleted', 'parts'] as const;
