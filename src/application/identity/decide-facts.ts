/**
 * Decision on fact changes: what each asks for, given the registry and the units as read.
 * @module
 */
import { parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { UnitInUse } from './ensure-units.ts';
import { rereadFact } from './reread-fact.ts';
import { joinStored, placeAfter, reasonOf } from './rewrite-facts.ts';
import type { FactChange } from './row-change.ts';
import { skipStaleMoves } from './stale-moves.ts';
import { bucketsFor, decideFact, type FactStep, type Place } from './write-facts.ts';

/** A change, and what it asks for. */
export interface DecidedFact {
  readonly change: FactChange;
  /** The registry item as read. */
  readonly row?: Item;
  readonly step: FactStep;
  /** Buckets of the unit that the change names; of a unit that is new as many as this batch fills. */
  readonly buckets: number;
  /** The unit that the change names exists. */
  readonly known: boolean;
}

/** The unit that a change names. */
export const unitOf = (change: FactChange): UnitKey | undefined => change.after?.unit?.key;

/** What is read to decide on changes: the registry items of their rows, then the units they name. */
export const factKeys = (changes: readonly FactChange[]): readonly Key[] => [
  ...changes.map((change) => rowItemKey(change.rowKey)),
  ...unitsNamed(changes).map(unitItemKey),
];

const unitsNamed = (changes: readonly FactChange[]): readonly UnitKey[] => [
  ...new Set(changes.flatMap((change) => unitOf(change) ?? [])),
];

/**
 * Decides, given the items of {@link factKeys}; reads when a row is to move, and when a row whose columns are kept names
 * another unit than its change.
 */
export const decideFacts = async (
  table: Table,
  given: readonly FactChange[],
  read: readonly (Item | undefined)[],
): Promise<readonly DecidedFact[]> => {
  const joined = given.map((change, index) => joinStored(change, read[index]));
  const units = await unitItemsOf(table, given, joined, read.slice(given.length));
  const rowsOf = groupBy(joined, ({ change }) => unitOf(change));
  const decided = joined.map(({ change, step }, index) => {
    const row = read[index];
    const unit = units.get(unitOf(change));
    return {
      change,
      ...(row ? { row } : {}),
      step: step ?? rereadFact(change, row) ?? decideFact(change, row),
      buckets: unit ? parseUnitItem(unit).buckets : bucketsFor(rowsOf.get(unitOf(change)) ?? []),
      known: unit !== undefined,
    };
  });
  return skipStaleMoves(table, decided);
};

const unitItemsOf = async (
  table: Table,
  given: readonly FactChange[],
  joined: readonly { readonly change: FactChange }[],
  read: readonly (Item | undefined)[],
): Promise<ReadonlyMap<UnitKey | undefined, Item | undefined>> => {
  const named = unitsNamed(given);
  const others = unitsNamed(joined.map(({ change }) => change)).filter(
    (unit) => !named.includes(unit),
  );
  const items = others.length > 0 ? await table.getAll(others.map(unitItemKey)) : [];
  return new Map([
    ...named.map((unit, index) => [unit, read[index]] as const),
    ...others.map((unit, index) => [unit, items[index]] as const),
  ]);
};

/** The unit that must be made before the row is written. */
export const missingUnit = (entry: DecidedFact): readonly UnitInUse[] => {
  const { change, known, step } = entry;
  if (known || !MAKES_UNITS.has(step.step)) return [];
  const before = step.step === 'rewrite' ? reasonOf(change, step.row) : {};
  return unitInUse(entry).map((unit) => ({ ...unit, ...before }));
};

const MAKES_UNITS: ReadonlySet<FactStep['step']> = new Set(['register', 'move', 'rewrite']);

/** The unit that the row lies under once it is written. */
export const unitInUse = (entry: DecidedFact): readonly UnitInUse[] => {
  const { change, step, buckets } = entry;
  const evidence = change.after?.unit;
  if (!evidence || step.step === 'skip' || step.step === 'again') return [];
  const place = placeOfStep(entry);
  const reason = place ? reasonOf(change, undefined, place) : {};
  if (step.step === 'contribute') return [{ evidence, buckets: step.place.bucket + 1, ...reason }];
  return [{ evidence, buckets: Math.max(buckets, (place?.bucket ?? 0) + 1), ...reason }];
};

const placeOfStep = ({ change, step, buckets }: DecidedFact): Place | undefined => {
  if (step.step === 'contribute') return step.place;
  return step.step === 'rewrite' ? placeAfter(change, step, buckets) : undefined;
};
