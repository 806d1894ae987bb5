/**
 * Applies fact changes: registry first, then the contributions, then a look whether their units still live.
 *
 * Stages of a batch: one read of registry and units, registrations, contributions, one read of the units. Units that
 * do not exist yet and rows that move are structural and come in between; a move looks at its row first.
 * @module
 */

import { versionIn } from '#application/shared/contributions.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import { bucketKey, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Action, Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { assertNever, must } from '#domain/shared/assert.ts';
import type { Applied } from './applied.ts';
import { contribute } from './contribute.ts';
import {
  type DecidedFact,
  decideFacts,
  factKeys,
  missingUnit,
  unitInUse,
  unitOf,
} from './decide-facts.ts';
import { ensureUnits, type UnitsEnsured } from './ensure-units.ts';
import type { IdentityPorts } from './restructure.ts';
import { noteUnits, placeAfter, rewriteActions } from './rewrite-facts.ts';
import type { FactChange } from './row-change.ts';
import { settleUnit } from './settle-unit.ts';
import { type RowResult, settledAt, unitsLeft } from './units-left.ts';
import {
  bucketOf,
  clearLeaving,
  type FactStep,
  isPlacedAt,
  moveActions,
  type Place,
  registration,
} from './write-facts.ts';

/** Times a row is read again after it lost a race with another change of the same row. */
const MAX_REREADS = 12;

/**
 * Applies fact changes, at most one per row.
 * @param read the items of {@link factKeys}, when they were just read
 * @throws when the store fails; then all of them are delivered again
 */
export const applyFacts = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly FactChange[],
  read?: readonly (Item | undefined)[],
  attempt = 0,
): Promise<Applied> => {
  if (changes.length === 0) return NOTHING;
  if (attempt > MAX_REREADS)
    throw new Error(`${changes[0]?.rowKey} changed too often while it was written`);
  const items = read ?? (await ports.table.getAll(factKeys(changes)));
  const decided = await noteUnits(ports.table, await decideFacts(ports.table, changes, items));
  const units = await ensureUnits(ports, policy, decided.flatMap(missingUnit));
  const able = decided.filter(({ change }) => !units.failures.has(unitOf(change)));
  const written = await writeRows(ports, able);
  const { results, units: now, overtaken } = await readBack(ports, able, written);
  const responsible = able.filter(({ change }) => !overtaken.has(change));
  const revived = await ensureAlive(ports, policy, responsible, now);
  await settleLeft(ports, policy, able, results, [...revived.created, ...unplaced(able, results)]);
  const again = able.filter((_, index) => results[index] === 'again').map(({ change }) => change);
  const rest = await applyFacts(ports, policy, again, undefined, attempt + 1);
  return combine(results, decided, units, revived, rest);
};

const NOTHING: Applied = { applied: 0, stale: 0, held: 0, conflicts: 0, failures: [] };

const combine = (
  results: readonly RowResult[],
  decided: readonly DecidedFact[],
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

const writeRows = async (
  ports: IdentityPorts,
  decided: readonly DecidedFact[],
): Promise<readonly Written[]> => {
  const registered = await registerRows(ports, decided);
  const placed = await inParallel(decided, (entry) =>
    placeRow(ports, entry, registered.get(entry.change.rowKey) ?? true),
  );
  const ready = decided.flatMap((entry, index) => {
    const place = placed[index];
    return typeof place === 'object' ? [{ entry, place }] : [];
  });
  const written = await contribute(ports.table, ready);
  const contributed = new Map(
    ready.map(({ entry, place }, index): [DecidedFact, Written] => [
      entry,
      written[index] ? { result: 'applied', place } : { result: 'stale', lost: place },
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
  /** Where an equal or later version was found in place of this one. */
  readonly lost?: Place;
}

/** Rows and units read once more after the writes. */
interface ReadBack {
  readonly results: readonly RowResult[];
  readonly units: ReadonlyMap<UnitKey, Item | undefined>;
  /** Changes whose row has a later version: what that one needs is its own worker's to see to. */
  readonly overtaken: ReadonlySet<FactChange>;
}

// Another change of the same row may have moved it while this one wrote to the old place. A move writes the registry,
// and this looks at it after writing: one of the two always sees the other.
const readBack = async (
  { table }: IdentityPorts,
  decided: readonly DecidedFact[],
  written: readonly Written[],
): Promise<ReadBack> => {
  const units = [...new Set(decided.flatMap(unitInUse).map(({ evidence }) => evidence.key))];
  const rows = decided.flatMap(({ change }, index) => {
    const { place, lost } = written[index] ?? {};
    if (place) return [{ change, key: rowItemKey(change.rowKey) }];
    return lost ? [{ change, key: bucketKey(lost.unit, lost.bucket) }] : [];
  });
  const items = await table.getAll([...rows.map(({ key }) => key), ...units.map(unitItemKey)]);
  const found = new Map(rows.map(({ change }, index) => [change, items[index]]));
  return {
    results: decided.map(({ change }, index) =>
      resultAfter(change, written[index], found.get(change)),
    ),
    units: new Map(units.map((unit, index) => [unit, items[rows.length + index]])),
    overtaken: new Set(
      decided.flatMap(({ change }, index) =>
        written[index]?.lost && versionIn(found.get(change), change.rowKey) > change.version
          ? [change]
          : [],
      ),
    ),
  };
};

// Refused without an equal or later version: the row has moved away since its registry was read.
const resultAfter = (
  { rowKey, version }: FactChange,
  written: Written | undefined,
  item: Item | undefined,
): RowResult => {
  const { result, place, lost } = must(written, 'outcome of a row');
  if (lost && versionIn(item, rowKey) < version) return 'again';
  return place && !isPlacedAt(item, place) ? 'again' : result;
};

/** First writes to the registry; `false` for a row that somebody else registered or noted meanwhile. */
const registerRows = async (
  ports: IdentityPorts,
  decided: readonly DecidedFact[],
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
  { change, step, buckets }: DecidedFact,
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
    case 'again':
      return 'again';
    case 'move':
      return moveRow(ports, change, step, buckets);
    case 'rewrite': {
      const place = placeAfter(change, step, buckets);
      return transactRow(ports, rewriteActions(change, step.row, place));
    }
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
  return transactRow(ports, moveActions(change, row, place));
};

/** Writes a row in one transaction whose first action is on its registry. */
const transactRow = async (
  ports: IdentityPorts,
  actions: readonly Action[],
): Promise<RowResult> => {
  const outcome = await ports.table.transact(actions);
  if (outcome.done) return 'applied';
  const [registry, ...contributions] = outcome.reasons;
  return registry === 'none' && contributions.includes('condition') ? 'stale' : 'again';
};

// Whoever removes a unit looks for live rows after marking it; so whoever adds a row looks for the mark afterwards. A
// unit that is brought back here is settled again, for its row may have moved on meanwhile.
const ensureAlive = (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly DecidedFact[],
  items: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<UnitsEnsured> => ensureUnits(ports, policy, decided.flatMap(unitInUse), items);

/** Settles the units that rows of this batch have left, or may have left before a crash. */
const settleLeft = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  decided: readonly DecidedFact[],
  results: readonly RowResult[],
  alsoDoubtful: readonly UnitKey[],
): Promise<void> => {
  const doubtful = new Set([...decided.flatMap(unitsLeft), ...alsoDoubtful]);
  for (const unit of doubtful) await settleUnit(ports, policy, unit);
  const settled = decided.flatMap((entry, index) => settledAt(entry, results[index]) ?? []);
  for (const { key, when } of settled) await clearLeaving(ports.table, key, when);
};

const unplaced = (
  decided: readonly DecidedFact[],
  results: readonly RowResult[],
): readonly UnitKey[] =>
  decided.flatMap((entry, index) => (results[index] === 'applied' ? [] : unitNamed(entry)));

// A row that did not get in may have brought its unit to life, now or before a crash.
const unitNamed = ({ change, known, step }: DecidedFact): readonly UnitKey[] => {
  const named = unitOf(change);
  return named !== undefined && (known || step.step !== 'skip') ? [named] : [];
};
