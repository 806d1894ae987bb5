/**
 * Decision on fact changes: what each asks for, given the registry and the units as read.
 * @module
 */
import { rowNamesIn } from '#application/shared/contributions.ts';
import { bucketsIn, parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type DecidedFact, unitOf } from './decided-fact.ts';
import { skipLateChanges } from './late-changes.ts';
import { rereadFact } from './reread-fact.ts';
import { joinStored, placeAfter } from './rewrite-facts.ts';
import type { FactChange } from './row-change.ts';
import {
  bucketOf,
  bucketsFor,
  decideFact,
  earlierBuckets,
  type FactStep,
  type Place,
  powerOfTwo,
  ROWS_PER_BUCKET,
} from './write-facts.ts';

/** What is read to decide on changes: the registry items of their rows, then the units they name. */
export const factKeys = (changes: readonly FactChange[]): readonly Key[] => [
  ...changes.map((change) => rowItemKey(change.rowKey)),
  ...unitsNamed(changes).map(unitItemKey),
];

const unitsNamed = (changes: readonly FactChange[]): readonly UnitKey[] => [
  ...new Set(changes.flatMap((change) => unitOf(change) ?? [])),
];

/**
 * Decides, given the items of {@link factKeys}; reads when a row is to move, when a row whose columns are kept names
 * another unit than its change, and when a unit is not there.
 * @param again looks at the buckets, because something there was not as it was believed to be
 */
export const decideFacts = async (
  table: Table,
  given: readonly FactChange[],
  read: readonly (Item | undefined)[],
  again: boolean,
): Promise<readonly DecidedFact[]> => {
  const joined = given.map((change, index) => joinStored(change, read[index]));
  const units = await unitItemsOf(table, given, joined, read.slice(given.length));
  const steps = joined.map(({ change, step }, index) => ({
    change,
    step: step ?? rereadFact(change, read[index]) ?? decideFact(change, read[index]),
  }));
  const rowsOf = groupBy(steps, ({ change }) => unitOf(change));
  const decided = steps.map(({ change, step }, index) => {
    const row = read[index];
    const named = unitOf(change);
    const unit = units.get(named);
    const wanted = bucketsWanted(unit, rowsOf.get(named) ?? []);
    const place = placeOfStep(change, step, wanted);
    return {
      change,
      step,
      buckets: Math.max(wanted.buckets, powerOfTwo((place?.bucket ?? 0) + 1)),
      ...(row ? { row } : {}),
      ...(place ? { place } : {}),
      ...(unit ? { unit } : {}),
    };
  });
  return skipLateChanges(table, decided, again);
};

/** Buckets that a unit should have, and the first of those that new rows go to. */
interface BucketsWanted {
  readonly buckets: number;
  readonly first: number;
}

interface Step {
  readonly step: FactStep;
}

const bucketsWanted = (unit: Item | undefined, rows: readonly Step[]): BucketsWanted => {
  const had = bucketsIn(unit);
  const there = parseUnitItem(unit);
  // None of the buckets of a new unit is fuller than another. One that comes back has those where its rows lay.
  if (!there && had === 0) return { buckets: bucketsFor(rows.length), first: 0 };
  const coming = rows.filter(({ step }) => step.step !== 'contribute').length;
  const room = had === 1 ? ROWS_PER_BUCKET - rowNamesIn(unit).size : had * (ROWS_PER_BUCKET / 2);
  // A few too many in the only bucket are a price for once; growing costs a write.
  if (coming <= room + ROWS_PER_BUCKET / 2) return { buckets: had, first: earlierBuckets(had) };
  const buckets = Math.max(had, bucketsFor(had * ROWS_PER_BUCKET + coming));
  return { buckets, first: buckets > had ? had : earlierBuckets(had) };
};

const placeOfStep = (
  change: FactChange,
  step: FactStep,
  { buckets, first }: BucketsWanted,
): Place | undefined => {
  const newBucket = () => bucketOf(change.rowKey, buckets, first);
  switch (step.step) {
    case 'contribute':
      return step.place;
    case 'register':
      return { unit: step.unit, bucket: newBucket() };
    case 'move':
      return step.to === undefined ? undefined : { unit: step.to, bucket: newBucket() };
    case 'rewrite':
      return placeAfter(step, newBucket);
    default:
      return undefined;
  }
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
  const items = others.length > 0 ? await table.getAll(others.map(unitItemKey), 'eventual') : [];
  return new Map([
    ...named.map((unit, index) => [unit, read[index]] as const),
    ...others.map((unit, index) => [unit, items[index]] as const),
  ]);
};
