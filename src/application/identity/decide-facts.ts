/**
 * Decision on fact changes: what each asks for, given the registry and the units as read.
 * @module
 */
import { parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { UnitInUse } from './ensure-units.ts';
import type { FactChange } from './row-change.ts';
import { skipStaleMoves } from './stale-moves.ts';
import { bucketsFor, decideFact, type FactStep } from './write-facts.ts';

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

/** Decides, given the items of {@link factKeys}; reads only when a row is to move. */
export const decideFacts = async (
  table: Table,
  changes: readonly FactChange[],
  items: readonly (Item | undefined)[],
): Promise<readonly DecidedFact[]> => {
  const units = unitsNamed(changes);
  const unitItems = new Map(units.map((unit, index) => [unit, items[changes.length + index]]));
  const rowsOf = groupBy(changes, (change) => unitOf(change));
  const decided = changes.map((change, index) => {
    const [row, unit] = [items[index], unitItems.get(unitOf(change) as UnitKey)];
    return {
      change,
      ...(row ? { row } : {}),
      step: decideFact(change, row),
      buckets: unit ? parseUnitItem(unit).buckets : bucketsFor(rowsOf.get(unitOf(change)) ?? []),
      known: unit !== undefined,
    };
  });
  return skipStaleMoves(table, decided);
};

/** The unit that must be made before the row is written. */
export const missingUnit = (entry: DecidedFact): readonly UnitInUse[] =>
  !entry.known && (entry.step.step === 'register' || entry.step.step === 'move')
    ? unitInUse(entry)
    : [];

/** The unit that the row lies under once it is written. */
export const unitInUse = ({ change, step, buckets }: DecidedFact): readonly UnitInUse[] => {
  const evidence = change.after?.unit;
  if (!evidence || step.step === 'skip') return [];
  return [{ evidence, buckets: step.step === 'contribute' ? step.place.bucket + 1 : buckets }];
};
