/**
 * Ensures that fact units are in the identity graph and not about to leave it.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import { parseUnitItem, unitItemKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { relatedBy } from './related-groups.ts';
import type { IdentityPorts } from './restructure.ts';
import { createUnit, keepAlive } from './settle-unit.ts';

/** What ensuring units came to; a unit that failed fails the rows that name it. */
export interface UnitsEnsured {
  readonly failures: ReadonlyMap<UnitKey | undefined, unknown>;
  /** Units that were not there. */
  readonly created: readonly UnitKey[];
  readonly held: number;
  readonly conflicts: number;
}

type GroupCreated = Omit<UnitsEnsured, 'created'>;

/**
 * Creates the units that are missing and takes the mark of death off the others.
 * @param known their items, when they were just read
 */
export const ensureUnits = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  units: readonly EvidenceUnit[],
  known?: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<UnitsEnsured> => {
  const distinct = [...new Map(units.map((unit) => [unit.key, unit])).values()];
  const missing = await missingOf(ports.table, distinct, known);
  const groups = relatedBy(missing, (unit) => unit.claims.map((claim) => claim.identifier));
  const results = await inParallel(groups, (group) => createGroup(ports, policy, group));
  return {
    failures: new Map(results.flatMap(({ failures }) => [...failures])),
    created: missing.map((unit) => unit.key),
    held: results.reduce((sum, { held }) => sum + held, 0),
    conflicts: results.reduce((sum, { conflicts }) => sum + conflicts, 0),
  };
};

const missingOf = async (
  table: Table,
  units: readonly EvidenceUnit[],
  known?: ReadonlyMap<UnitKey, Item | undefined>,
): Promise<readonly EvidenceUnit[]> => {
  const items = known
    ? units.map((unit) => known.get(unit.key))
    : await table.getAll(units.map((unit) => unitItemKey(unit.key)));
  const missing = units.filter((_, index) => items[index] === undefined);
  const dying = units.filter((_, index) => {
    const item = items[index];
    return item !== undefined && parseUnitItem(item).dying !== undefined;
  });
  const kept = await inParallel(dying, (unit) => keepAlive(table, unit.key));
  return [...missing, ...dying.filter((_, index) => !kept[index])];
};

const createGroup = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly EvidenceUnit[],
): Promise<GroupCreated> => {
  try {
    return await createAll(ports, policy, group);
  } catch (error) {
    return { failures: new Map(group.map((unit) => [unit.key, error])), held: 0, conflicts: 0 };
  }
};

const createAll = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  group: readonly EvidenceUnit[],
): Promise<GroupCreated> => {
  let [open, held, conflicts] = [group, 0, 0];
  while (open.length > 0) {
    const outcome = await createUnit(ports, policy, open);
    conflicts += outcome.conflicts;
    if (outcome.done) {
      held += outcome.held.length;
      break;
    }
    open = await missingOf(ports.table, open);
  }
  return { failures: new Map(), held, conflicts };
};
