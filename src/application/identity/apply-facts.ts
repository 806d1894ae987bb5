/**
 * Applies fact changes: registry first, then the contributions, then a look whether their units still live.
 *
 * Stages of a batch: one read of registry and units, registrations, contributions, one read of the units. Units that
 * do not exist yet and rows that move are structural and come in between.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import { parseRowItem, parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { ensureUnits, type UnitInUse, type UnitsEnsured } from './ensure-units.ts';
import type { Applied } from './resolve-batch.ts';
import type { IdentityPorts } from './restructure.ts';
import type { FactChange } from './row-change.ts';
import { settleUnit } from './settle-unit.ts';
import {
  bucketOf,
  clearLeaving,
  contribution,
  decideFact,
  type FactStep,
  isPlacedAt,
  moveActions,
  type Place,
  registration,
} from './write-facts.ts';

/** Times a row is read again after it lost a race with another change of the same row. */
const MAX_REREADS = 12;

interface Decided {
  readonly change: FactChange;
  readonly row?: Item;
  readonly step: FactStep;
  /** Buckets of the unit that the change names; 1 for a unit that is new. */
  readonly buckets: number;
  /** The unit that the change names exists. */
  readonly known: boolean;
}

/** How one row came out: `again` lost a race and must be read again. */
type RowResult = 'applied' | 'stale' | 'again';

/**
 * Applies fact changes, at most one per row.
 * @throws when the store fails; then all of them are delivered again
 */
export const applyFacts = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly FactChange[],
  attempt = 0,
): Promise<Applied> => {
  if (changes.length === 0) return NOTHING;
  if (attempt > MAX_REREADS)
    throw new Error(`${changes[0]?.rowKey} changed too often while it was written`);
  const decided = await decideAll(ports, changes);
  const units = await ensureUnits(ports, policy, decided.flatMap(missingUnit));
  const able = decided.filter(({ change }) => !units.failures.has(unitOf(change)));
  const written = await writeRows(ports, able);
  const { results, units: now } = await readBack(ports, able, written);
  const revived = await ensureAlive(ports, policy, able, now);
  await settleLeft(ports, policy, able, results, [...revived.created, ...unplaced(able, results)]);
  const again = able.filter((_, index) => results[index] === 'again').map(({ change }) => change);
  const rest = await applyFacts(ports, policy, again, attempt + 1);
  return combine(results, decided, units, revived, rest);
};

const NOTHING: Applied = { applied: 0, stale: 0, held: 0, conflicts: 0, failures: [] };

const unitOf = (change: FactChange): UnitKey | undefined => change.after?.unit?.key;

const combine = (
  results: readonly RowResult[],
  decided: readonly Decided[],
  units: UnitsEnsured,
  revived: UnitsEnsured,
  rest: Applied,
): Applied => {
  const failed = new Map([...units.failures, ...revived.failures]);
  return {
    applied: results.filter((result) => result === 'applied').length + rest.applied,
    stale: results.filter((result) => result === 'stale').length + rest.stale,
    held: units.held + revived.held + rest.held,
    conflicts: units.conflicts + revived.conflicts + rest.conflicts,
    failures: [
      ...decided
        .filter(({ change }) => failed.has(unitOf(change)))
        .map(({ change }) => ({ change, error: failed.get(unitOf(change)) })),
      ...rest.failures,
    ],
  };
};

const decideAll = async (
  ports: IdentityPorts,
  changes: readonly FactChange[],
): Promise<readonly Decided[]> => {
  const units = [...new Set(changes.flatMap((change) => unitOf(change) ?? []))];
  const keys = [...changes.map((change) => rowItemKey(change.rowKey)), ...units.map(unitItemKey)];
  const items = await ports.table.getAll(keys);
  const unitItems = new Map(units.map((unit, index) => [unit, items[changes.length + index]]));
  return changes.map((change, index) => {
    const [row, unit] = [items[index], unitItems.get(unitOf(change) as UnitKey)];
    return {
      change,
      ...(row ? { row } : {}),
      step: decideFact(change, row),
      buckets: unit ? parseUnitItem(unit).buckets : 1,
      known: unit !== undefined,
    };
  });
};

const missingUnit = (entry: Decided): readonly UnitInUse[] =>
  !entry.known && (entry.step.step === 'register' || entry.step.step === 'move')
    ? unitInUse(entry)
    : [];

const unitInUse = ({ change, step, buckets }: Decided): readonly UnitInUse[] => {
  const evidence = change.after?.unit;
  if (!evidence || step.step === 'skip') return [];
  const bucket = step.step === 'contribute' ? step.place.bucket : bucketOf(change.rowKey, buckets);
  return [{ evidence, buckets: bucket + 1 }];
};

const writeRows = async (
  ports: IdentityPorts,
  decided: readonly Decided[],
): Promise<readonly Written[]> => {
  const registered = await registerRows(ports, decided);
  const placed = await inParallel(decided, (entry) =>
    placeRow(ports, entry, registered.get(entry.change.rowKey) ?? true),
  );
  const ready = decided.flatMap((entry, index) => {
    const place = placed[index];
    return typeof place === 'object' ? [{ entry, place }] : [];
  });
  const written = await ports.table.writeAll(
    ready.map(({ entry, place }) => contribution(entry.change, place)),
  );
  const contributed = new Map(
    ready.map(({ entry, place }, index): [Decided, Written] => [
      entry,
      written[index] ? { result: 'applied', place } : { result: 'stale' },
    ]),
  );
  return decided.map((entry, index) => {
    const place = placed[index];
    return contributed.get(entry) ?? { result: typeof place === 'string' ? place : 'stale' };
  });
};

/** How a row was written, and where to, when outside a transaction. */
interface Written {
  readonly result: RowResult;
  readonly place?: Place;
}

/** Rows and units read once more after the writes. */
interface ReadBack {
  readonly results: readonly RowResult[];
  readonly units: ReadonlyMap<UnitKey, Item | undefined>;
}

// Another change of the same row may have moved it while this one wrote to the old place. A move writes the registry,
// and this looks at it after writing: one of the two always sees the other.
const readBack = async (
  { table }: IdentityPorts,
  decided: readonly Decided[],
  written: readonly Written[],
): Promise<ReadBack> => {
  const units = [...new Set(decided.flatMap(unitInUse).map(({ evidence }) => evidence.key))];
  const placed = decided.flatMap(({ change }, index) =>
    written[index]?.place ? [{ index, key: rowItemKey(change.rowKey) }] : [],
  );
  const items = await table.getAll([...placed.map(({ key }) => key), ...units.map(unitItemKey)]);
  const registry = new Map(placed.map(({ index }, position) => [index, items[position]]));
  return {
    results: written.map(({ result, place }, index) =>
      place && !isPlacedAt(registry.get(index), place) ? 'again' : result,
    ),
    units: new Map(units.map((unit, position) => [unit, items[placed.length + position]])),
  };
};

/** First writes to the registry; `false` for a row that somebody else registered or noted meanwhile. */
const registerRows = async (
  ports: IdentityPorts,
  decided: readonly Decided[],
): Promise<ReadonlyMap<string, boolean>> => {
  const writes = decided.flatMap(({ change, step, buckets }) => {
    if (step.step === 'note') return [{ change, action: step.action }];
    if (step.step !== 'register') return [];
    const place = { unit: step.unit, bucket: bucketOf(change.rowKey, buckets) };
    return [{ change, action: registration(change, place) }];
  });
  const written = await ports.table.writeAll(writes.map(({ action }) => action));
  return new Map(writes.map(({ change }, index) => [change.rowKey, written[index] === true]));
};

/** Where the row's contribution is to be written, or how the row came out already. */
const placeRow = async (
  ports: IdentityPorts,
  { change, step, buckets }: Decided,
  registered: boolean,
): Promise<Place | RowResult> => {
  if (!registered) return 'again';
  switch (step.step) {
    case 'contribute':
      return step.place;
    case 'register':
      return { unit: step.unit, bucket: bucketOf(change.rowKey, buckets) };
    case 'note':
      return 'applied';
    case 'skip':
      return 'stale';
    case 'move':
      return moveRow(ports, change, step, buckets);
    default:
      return assertNever(step);
  }
};

const moveRow = async (
  ports: IdentityPorts,
  change: FactChange,
  { row, to }: Extract<FactStep, { step: 'move' }>,
  buckets: number,
): Promise<RowResult> => {
  const place =
    to === undefined ? undefined : { unit: to, bucket: bucketOf(change.rowKey, buckets) };
  const outcome = await ports.table.transact(moveActions(change, row, place));
  if (outcome.done) return 'applied';
  const [registry, ...contributions] = outcome.reasons;
  return registry === 'none' && contributions.includes('condition') ? 'stale' : 'again';
};

// Whoever removes a unit looks for live rows after marking it; so whoever adds a row looks for the mark afterwards. A
// unit that is brought back here is settled again, for its row may have moved on meanwhile.
const ensureAlive = (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly Decided[],
  items: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<UnitsEnsured> => ensureUnits(ports, policy, decided.flatMap(unitInUse), items);

/** Settles the units that rows of this batch have left, or may have left before a crash. */
const settleLeft = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly Decided[],
  results: readonly RowResult[],
  alsoDoubtful: readonly UnitKey[],
): Promise<void> => {
  const doubtful = new Set([...decided.flatMap(unitsLeft), ...alsoDoubtful]);
  for (const unit of doubtful) await settleUnit(ports, policy, unit);
  const settled = decided.flatMap((entry, index) => settledAt(entry, results[index]) ?? []);
  for (const { row, version } of settled) await clearLeaving(ports.table, row, version);
};

// A move writes the units left together with its version, so the version tells which ones were settled here.
const settledAt = ({ change, row, step }: Decided, result: RowResult | undefined) => {
  if (step.step === 'move') {
    return result === 'applied' ? { row: change.rowKey, version: change.version } : undefined;
  }
  const registry = row && parseRowItem(row);
  return registry && registry.leaving.length > 0
    ? { row: change.rowKey, version: registry.version }
    : undefined;
};

const unitsLeft = ({ change, row, step }: Decided): readonly UnitKey[] => {
  const left = row ? parseRowItem(row).leaving : [];
  if (step.step === 'move') return [...left, ...(step.row.unit ? [step.row.unit] : [])];
  if (step.step === 'contribute' && !change.after) return [...left, step.place.unit];
  return left;
};

const unplaced = (decided: readonly Decided[], results: readonly RowResult[]): readonly UnitKey[] =>
  decided.flatMap((entry, index) => (results[index] === 'applied' ? [] : unitNamed(entry)));

// A row that did not get in may have brought its unit to life, now or before a crash.
const unitNamed = ({ change, known, step }: Decided): readonly UnitKey[] => {
  const named = unitOf(change);
  return named !== undefined && (known || step.step !== 'skip') ? [named] : [];
};
