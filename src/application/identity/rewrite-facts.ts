/**
 * Rewriting fact rows: those of sources that send changed columns only, whose columns are kept.
 *
 * The registry keeps the columns, each at its own version, as that of a party row does. A change is joined with them, and
 * columns and contribution are written in one transaction, on the condition that the columns are still those that were
 * read. So a part may come before what it is a part of, and the same version may be written again with more columns.
 *
 * Which unit a row lies under depends on what it was joined with, so nobody could tell from a change that is delivered
 * again which unit a worker made for it before it died. The registry notes such a unit among those to be settled before
 * it is made, and it is made only while the registry says so.
 * @module
 */
import {
  imageAttributes,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import type {
  Action,
  Condition,
  Item,
  Key,
  Table,
  ValueMap,
  Write,
} from '#application/shared/table.ts';
import { formatParts, joinImages, type RowImage } from '#domain/capture/row-image.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { asReadThere } from './as-read.ts';
import { withImage } from './join-changes.ts';
import type { FactChange } from './row-change.ts';
import {
  bucketOf,
  contributionAt,
  type FactStep,
  type Place,
  placeOf,
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

/** Notes the units that are to be made for rewritten rows; a row that changed meanwhile is to be read again. */
export const noteUnits = async <Entry extends NotableFact>(
  table: Table,
  entries: readonly Entry[],
): Promise<readonly Entry[]> => {
  const notes = entries.flatMap((entry) => noteOf(entry) ?? []);
  if (notes.length === 0) return entries;
  const written = await table.writeAll(notes.map(({ action }) => action));
  const steps = new Map(
    notes.map(({ entry, step }, index): [NotableFact, FactStep] => [
      entry,
      written[index] ? step : { step: 'again' },
    ]),
  );
  return entries.map((entry) => ({ ...entry, step: steps.get(entry) ?? entry.step }));
};

interface NotableFact {
  readonly change: FactChange;
  readonly step: FactStep;
  /** The unit that the change names exists. */
  readonly known: boolean;
}

// The columns come with the note and the place stays, so a row that lies elsewhere than it says is written again. One
// that lay in the unit before names it already.
const noteOf = (entry: NotableFact) => {
  const { change, step, known } = entry;
  if (known || step.step !== 'rewrite' || step.to === undefined) return undefined;
  const { row, to } = step;
  if (row?.unit === to) return undefined;
  const image = imageOf(change);
  const leaving = [...(row?.leaving ?? []), to];
  const noted: RowItem = { ...row, version: image.version, image, leaving, deleted: image.gone };
  return {
    entry,
    action: registryUpdate(change, row, row && placeOf(row), leaving),
    step: { ...step, row: noted },
  };
};

/** Why a unit may be made: a row names it, as its registry says. */
export interface Reason {
  readonly key: Key;
  readonly row: RowItem;
}

/** The reason to make the unit of a row whose columns are kept, before and after it is written there. */
export const reasonOf = (
  change: FactChange,
  row: RowItem | undefined,
  place?: Place,
): { readonly reasons?: readonly Reason[] } => {
  if (!change.columns) return {};
  const believed = place ? writtenAt(change, place) : row;
  return { reasons: believed ? [{ key: rowItemKey(change.rowKey), row: believed }] : [] };
};

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

/** Fails a commit when the reason holds no longer. */
export const reasonCheck = ({ key, row }: Reason): Action => ({
  kind: 'check',
  key,
  when: asReadThere(row),
});

/** Whether the reason holds, given the registry as read. */
export const reasonHolds = ({ row }: Reason, item: Item | undefined): boolean => {
  const now = item && parseRowItem(item);
  return now !== undefined && stateOf(now) === stateOf(row);
};

const stateOf = ({ version, image, unit, bucket }: RowItem): string =>
  JSON.stringify([version, image ? formatParts(image) : '', unit, bucket]);

/** Where a rewritten row lies: where it did, unless its unit is another. */
export const placeAfter = (
  { rowKey }: FactChange,
  { row, to }: Extract<FactStep, { step: 'rewrite' }>,
  buckets: number,
): Place | undefined => {
  if (to === undefined) return undefined;
  const from = row && placeOf(row);
  return from?.unit === to ? from : { unit: to, bucket: bucketOf(rowKey, buckets) };
};

/** Writes a row's columns and what they say; `to` absent when it says nothing, or names nobody. */
export const rewriteActions = (
  change: FactChange,
  row: RowItem | undefined,
  to: Place | undefined,
): readonly Action[] => {
  const from = row && placeOf(row);
  const left = row?.leaving ?? [];
  if (!isPlaced(imageOf(change))) return [registryUpdate(change, row, from, left)];
  const now = placeNow(change, row, to);
  const contributed = now ? [contributionAt(change, now)] : [];
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
): Action & Write => {
  const image = imageOf(change);
  const leaving = [...new Set(left)];
  const values: ValueMap = {
    v: image.version,
    ...imageAttributes(image),
    ...(place ?? {}),
    ...(leaving.length > 0 ? { leaving } : {}),
    ...(image.gone ? { deleted: true } : {}),
  };
  const remove = OWN.filter((name) => values[name] === undefined);
  const key = rowItemKey(change.rowKey);
  return { kind: 'update', key, set: values, remove, when: asReadThere(row) };
};

/** Attributes of the registry of a row whose columns are kept. */
const OWN = ['unit', 'bucket', 'leaving', 'deleted', 'parts'] as const;
