/**
 * Ensures that fact units are in the identity graph and not about to leave it.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import { parseUnitItem, unitItemKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { relatedBy } from './related-groups.ts';
import { ContentionError, type IdentityPorts } from './restructure.ts';
import { type Reason, reasonHolds } from './rewrite-facts.ts';
import { createUnits, growTo, keepAlive } from './settle-unit.ts';

/** A unit that rows name, and how many buckets it must have to hold them. */
export interface UnitInUse {
  readonly evidence: EvidenceUnit;
  /** A row keeps its bucket when its unit goes and comes back, so a unit may have to begin with several. */
  readonly buckets: number;
  /** Rows for which it may be made, as long as one of them is as it was; unconditionally when absent. */
  readonly reasons?: readonly Reason[];
}

/** What ensuring units came to; a unit that failed fails the rows that name it. */
export interface UnitsEnsured {
  readonly failures: ReadonlyMap<UnitKey | undefined, unknown>;
  /** Units that were not there. */
  readonly created: readonly UnitKey[];
  readonly held: number;
  readonly conflicts: number;
}

/** Times units are looked at again after somebody else was at them. */
const MAX_ATTEMPTS = 24;

type GroupCreated = Omit<UnitsEnsured, 'created'>;

/**
 * Creates the units that are missing, takes the mark of death off the others and gives them the buckets they need.
 * @param known their items, when they were just read
 */
export const ensureUnits = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  units: readonly UnitInUse[],
  known?: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<UnitsEnsured> => {
  const missing = await missingOf(ports.table, distinct(units), known);
  const groups = relatedBy(missing, {
    touches: ({ evidence }) => evidence.claims.map(({ identifier }) => identifier),
  });
  const results = await inParallel(groups, (group) => createGroup(ports, policy, group));
  return {
    failures: new Map(results.flatMap(({ failures }) => [...failures])),
    created: missing.map(({ evidence }) => evidence.key),
    held: results.reduce((sum, { held }) => sum + held, 0),
    conflicts: results.reduce((sum, { conflicts }) => sum + conflicts, 0),
  };
};

const distinct = (units: readonly UnitInUse[]): readonly UnitInUse[] =>
  [...groupBy(units, ({ evidence }) => evidence.key).values()].map((same) => same.reduce(together));

const together = (a: UnitInUse, b: UnitInUse): UnitInUse => ({
  evidence: a.evidence,
  buckets: Math.max(a.buckets, b.buckets),
  ...(a.reasons && b.reasons ? { reasons: [...a.reasons, ...b.reasons] } : {}),
});

/** The units for which there still is a reason, each with those that hold. */
const wantedOf = async (
  table: Table,
  units: readonly UnitInUse[],
): Promise<readonly UnitInUse[]> => {
  const all = units.flatMap(({ reasons = [] }) => reasons);
  if (all.length === 0) return units.filter(({ reasons }) => reasons === undefined);
  const items = await table.getAll(all.map(({ key }) => key));
  const holding = new Set(all.filter((reason, index) => reasonHolds(reason, items[index])));
  return units.flatMap((unit) => {
    if (!unit.reasons) return [unit];
    const reasons = unit.reasons.filter((reason) => holding.has(reason));
    return reasons.length > 0 ? [{ ...unit, reasons }] : [];
  });
};

const missingOf = async (
  table: Table,
  units: readonly UnitInUse[],
  known?: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<readonly UnitInUse[]> => {
  const items = known
    ? units.map(({ evidence }) => known.get(evidence.key))
    : await table.getAll(units.map(({ evidence }) => unitItemKey(evidence.key)));
  const found = await inParallel([...units.entries()], ([index, unit]) =>
    isAlive(table, unit, items[index]),
  );
  return units.filter((_, index) => !found[index]);
};

const isAlive = async (
  table: Table,
  { evidence, buckets }: UnitInUse,
  item: Item | undefined,
): Promise<boolean> => {
  if (!item) return false;
  const unit = parseUnitItem(item);
  if (unit.buckets < buckets) return growTo(table, evidence.key, buckets);
  return unit.dying === undefined || keepAlive(table, evidence.key);
};

const createGroup = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly UnitInUse[],
): Promise<GroupCreated> => {
  try {
    return await createAll(ports, policy, group);
  } catch (error) {
    const failures = new Map(group.map(({ evidence }) => [evidence.key, error]));
    return { failures, held: 0, conflicts: 0 };
  }
};

const createAll = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly UnitInUse[],
): Promise<GroupCreated> => {
  let open: readonly UnitInUse[] = group.filter(({ reasons }) => reasons?.length !== 0);
  let conflicts = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && open.length > 0; attempt++) {
    const outcome = await createUnits(ports, policy, open);
    conflicts += outcome.conflicts;
    if (outcome.done) return { failures: new Map(), held: outcome.held.length, conflicts };
    open = await wantedOf(ports.table, await missingOf(ports.table, open));
  }
  if (open.length === 0) return { failures: new Map(), held: 0, conflicts };
  throw new ContentionError(`units were made and removed by others ${MAX_ATTEMPTS} times over`);
};
