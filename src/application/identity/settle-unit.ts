/**
 * Settling a fact unit: a unit lives while one live row supports it, and no longer.
 *
 * The unit is marked as dying before its rows are looked at; whoever adds a row looks for the mark afterwards and takes
 * it away. One of the two always sees the other, so no unit dies with a live row and none lives on without.
 * @module
 */
import { hasLiveRow } from '#application/shared/contributions.ts';
import {
  bucketKey,
  evidenceAttributes,
  parseUnitItem,
  type UnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import {
  ContentionError,
  type IdentityPorts,
  type RestructureOutcome,
  restructure,
} from './restructure.ts';
import { type Reason, reasonCheck } from './rewrite-facts.ts';
import type { StructuralChange } from './world.ts';

/** Buckets looked at in one request. */
const BUCKETS_AT_ONCE = 100;

/** Times a unit is looked at again after somebody else was at it. */
const MAX_ATTEMPTS = 24;

/**
 * Removes a unit from the identity graph when none of its rows is live. Safe to repeat and to race.
 * @throws ContentionError when it lost too many races
 */
export const settleUnit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  unit: UnitKey,
): Promise<void> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await settleOnce(ports, policy, unit)) return;
  }
  throw new ContentionError(`a unit was marked by others ${MAX_ATTEMPTS} times over`);
};

/** Tells whether the unit is settled; `false` when somebody else was at it. */
const settleOnce = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  unit: UnitKey,
): Promise<boolean> => {
  const { table, random } = ports;
  const found = await readUnit(table, unit);
  if (await isSupported(table, found)) {
    // Whoever marked it may have died before taking the mark away.
    if (found?.dying !== undefined) await keepAlive(table, unit);
    return true;
  }
  const mark = Math.floor(random() * 2 ** 52).toString(36);
  if (!(await markDying(table, unit, mark))) return true;
  // Buckets may have been added since the first look, and rows to them.
  const marked = await readUnit(table, unit);
  if (marked === undefined) return true;
  if (await isSupported(table, marked)) {
    await keepAlive(table, unit);
    return true;
  }
  return (await restructure(ports, policy, [removal(marked, mark)])).done;
};

/** Whether there is nothing to remove: the unit is gone already, or one of its rows is live. */
const isSupported = async (table: Table, unit: UnitItem | undefined): Promise<boolean> =>
  unit === undefined || holdsLiveRow(table, unit.evidence.key, unit.buckets);

const readUnit = async (table: Table, unit: UnitKey): Promise<UnitItem | undefined> => {
  const [item] = await table.getAll([unitItemKey(unit)]);
  return item && parseUnitItem(item);
};

const holdsLiveRow = async (table: Table, unit: UnitKey, buckets: number): Promise<boolean> => {
  for (let start = 0; start < buckets; start += BUCKETS_AT_ONCE) {
    const length = Math.min(BUCKETS_AT_ONCE, buckets - start);
    const keys = Array.from({ length }, (_, index) => bucketKey(unit, start + index));
    const items = await table.getAll(keys);
    if (items.some((item) => item !== undefined && hasLiveRow(item))) return true;
  }
  return false;
};

const markDying = (table: Table, unit: UnitKey, mark: string): Promise<boolean> =>
  table.write({
    kind: 'update',
    key: unitItemKey(unit),
    set: { dying: mark },
    when: { exists: ['pk'] },
  });

/** Takes the mark of death away; `false` when the unit is already gone. */
export const keepAlive = (table: Table, unit: UnitKey): Promise<boolean> =>
  table.write({
    kind: 'update',
    key: unitItemKey(unit),
    remove: ['dying'],
    when: { exists: ['pk'] },
  });

/** Gives a unit more buckets and takes the mark of death away; `false` when it is gone, or has as many already. */
export const growTo = (table: Table, unit: UnitKey, buckets: number): Promise<boolean> =>
  table.write({
    kind: 'update',
    key: unitItemKey(unit),
    set: { buckets },
    remove: ['dying'],
    when: { less: [['buckets'], buckets] },
  });

const removal = (found: UnitItem, mark: string): StructuralChange => ({
  key: found.evidence.key,
  before: found.evidence,
  scope: found.scope,
  own: () => [
    {
      kind: 'delete',
      key: unitItemKey(found.evidence.key),
      when: { equals: [['dying'], mark] },
    },
  ],
});

/** Adds fact units to the identity graph, each with its buckets, unless somebody else just did. */
export const createUnits = (
  ports: IdentityPorts,
  policy: MergePolicy,
  units: readonly NewUnit[],
): Promise<RestructureOutcome> => restructure(ports, policy, units.map(creation));

/** A fact unit to be made. */
interface NewUnit {
  readonly evidence: EvidenceUnit;
  readonly buckets: number;
  /** Only while the first of these holds. */
  readonly reasons?: readonly Reason[];
}

const creation = (unit: NewUnit): StructuralChange => ({
  key: unit.evidence.key,
  after: unit.evidence,
  own: (scope, evidence = unit.evidence) => [
    {
      kind: 'put',
      item: {
        ...unitItemKey(unit.evidence.key),
        ...evidenceAttributes(evidence),
        scope,
        buckets: unit.buckets,
      },
      when: { missing: ['pk'] },
    },
    ...(unit.reasons ?? []).slice(0, 1).map(reasonCheck),
  ],
});
