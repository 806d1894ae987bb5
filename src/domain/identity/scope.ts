/**
 * Scope: the part of the identity graph that is evaluated and committed together.
 *
 * A scope holds one or more whole components: every holder of an identifier that is not shared is in one scope, and so
 * are two rows whose likeness is worth a link or a look. So F on the scope equals F on the set of all units. Being
 * coarser than a component is allowed and only costs time. What rows are compared by stays with the rows: a scope as it
 * is stored has neither features nor blocking keys.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { append } from '#domain/shared/multimap.ts';
import type { HeldLink } from './constrained-clusters.ts';
import type { Claim, EvidenceUnit, IdentifierKey, UnitKey } from './evidence.ts';
import { concernsUnits, type HeldValue, heldValues, type ListedValue } from './held-value.ts';
import { isDecision, links, type MergePolicy } from './merge-policy.ts';
import { type AssignedIds, assignIds, type LedgerEntry, type OneId, passOn } from './one-id.ts';
import { linkingHolders, partition } from './partition.ts';
import { stepsBetween } from './steps.ts';

/** A customer within a scope. */
export interface Customer {
  readonly id: OneId;
  readonly units: readonly UnitKey[];
}

/** Units of one or more whole components, with what F made of them. */
export interface Scope {
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  /** Identifiers of these units that are shared: above their cap, over all units everywhere. */
  readonly shared: ReadonlySet<IdentifierKey>;
  /** Ids whose anchor is one of these units. */
  readonly ledger: readonly LedgerEntry[];
  readonly customers: readonly Customer[];
  /** Values that wait for review; while its commit goes on, at least those that are listed. */
  readonly held: readonly ListedValue[];
}

/** A unit that appears, changes what it claims, or (without `after`) goes. */
export interface UnitChange {
  readonly key: UnitKey;
  readonly after?: EvidenceUnit;
  /** The unit this one was before its row's primary key changed. */
  readonly renamedFrom?: UnitKey;
}

/** What F says of a scope after changes. */
export interface Evaluation {
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly shared: ReadonlySet<IdentifierKey>;
  /** Every id of the scope, anchors passed on. */
  readonly ledger: readonly LedgerEntry[];
  /** Customers with their ids; those without an entry need one minted. */
  readonly customers: readonly AssignedIds[];
  readonly components: readonly (readonly UnitKey[])[];
  readonly held: readonly HeldLink[];
  /** The held links by value, without those whose two units another link has joined. */
  readonly values: readonly HeldValue[];
}

/** A scope with nothing in it. */
export const EMPTY_SCOPE: Scope = {
  units: new Map(),
  shared: new Set(),
  ledger: [],
  customers: [],
  held: [],
};

/** Puts scopes together; they have no unit in common. */
export const mergeScopes = (scopes: readonly Scope[]): Scope => ({
  units: new Map(scopes.flatMap((scope) => [...scope.units])),
  shared: new Set(scopes.flatMap((scope) => [...scope.shared])),
  ledger: scopes.flatMap((scope) => scope.ledger),
  customers: scopes.flatMap((scope) => scope.customers),
  held: scopes.flatMap((scope) => scope.held),
});

/**
 * Applies changes to a scope and evaluates F.
 * @param shared identifiers that are shared after the changes, of those whose holders change; others keep their state
 * @param revived resting ids whose anchor comes back with these changes
 */
export const evaluateScope = (
  scope: Scope,
  changes: readonly UnitChange[],
  shared: ReadonlyMap<IdentifierKey, boolean>,
  revived: readonly LedgerEntry[],
  policy: MergePolicy,
): Evaluation => {
  const units = applyChanges(scope.units, changes);
  const sharedAfter = sharedOf(units, scope.shared, shared);
  const removed = new Set([...scope.units.keys()].filter((key) => !units.has(key)));
  const renamed = new Map(
    changes.flatMap(({ key, renamedFrom }) => (renamedFrom ? [[renamedFrom, key] as const] : [])),
  );
  const groups = scope.customers.map((customer) => customer.units);
  const ledger = [...passOn(scope.ledger, groups, removed, renamed), ...revived];
  const { groups: after, held, components } = partition([...units.values()], sharedAfter, policy);
  return {
    units,
    shared: sharedAfter,
    ledger,
    customers: assignIds(customerGroups(after, units, sharedAfter, policy), ledger),
    components,
    held,
    values: heldValues(held, after, units),
  };
};

/** The way from the customers of a scope to those of its evaluation. */
export interface CustomerSteps {
  readonly count: number;
  /** The customers after so many steps, with their ids; after `count` of them those of the evaluation. */
  readonly at: (taken: number) => readonly AssignedIds[];
}

/** Cuts the way from a scope to its evaluation into steps. See {@link stepsBetween}. */
export const stepsOf = (
  scope: Scope,
  changes: readonly UnitChange[],
  { units, shared, ledger, customers }: Evaluation,
  policy: MergePolicy,
): CustomerSteps => {
  const renamed = new Map(changes.map(({ key, renamedFrom }) => [renamedFrom, key] as const));
  const before = scope.customers.map((customer) =>
    [...new Set(customer.units.map((unit) => renamed.get(unit) ?? unit))].filter((unit) =>
      units.has(unit),
    ),
  );
  const steps = stepsBetween(
    before,
    customers.map((customer) => customer.units),
  );
  const at = (taken: number) =>
    assignIds(customerGroups(steps.at(taken), units, shared, policy), ledger);
  return { count: steps.count, at };
};

const applyChanges = (
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
  changes: readonly UnitChange[],
): ReadonlyMap<UnitKey, EvidenceUnit> => {
  const after = new Map(units);
  for (const { key, after: unit } of changes) {
    if (unit) after.set(key, unit);
    else after.delete(key);
  }
  return after;
};

const sharedOf = (
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
  before: ReadonlySet<IdentifierKey>,
  changed: ReadonlyMap<IdentifierKey, boolean>,
): ReadonlySet<IdentifierKey> => {
  const held = [...units.values()].flatMap((unit) => unit.claims.map((claim) => claim.identifier));
  return new Set(held.filter((identifier) => changed.get(identifier) ?? before.has(identifier)));
};

/** The groups that are customers: some unit may create one, and says who beyond values that everybody shares. */
export const customerGroups = (
  groups: readonly (readonly UnitKey[])[],
  units: ReadonlyMap<UnitKey, EvidenceUnit>,
  shared: ReadonlySet<IdentifierKey>,
  policy: MergePolicy,
): readonly (readonly UnitKey[])[] => {
  const identifies = ({ identifier }: Claim) =>
    !isDecision(identifier) && !shared.has(identifier) && links(policy, identifier);
  return groups.filter((group) =>
    group.some((key) => {
      const unit = must(units.get(key), 'unit of a group');
      return unit.mayCreate && (unit.party || unit.claims.some(identifies));
    }),
  );
};

/** The part of an evaluated scope that `keys` names. */
export const restrictScope = (scope: Scope, keys: ReadonlySet<UnitKey>): Scope => {
  const units = new Map([...scope.units].filter(([key]) => keys.has(key)));
  const claimed = new Set(
    [...units.values()].flatMap((unit) => unit.claims.map((claim) => claim.identifier)),
  );
  const concerned = concernsUnits(units);
  return {
    units,
    shared: new Set([...claimed].filter((identifier) => scope.shared.has(identifier))),
    ledger: scope.ledger.filter((entry) => keys.has(entry.anchor)),
    customers: scope.customers.filter((customer) => customer.units.some((unit) => keys.has(unit))),
    held: scope.held.filter(({ identifier }) => concerned(identifier)),
  };
};

/** Holders of each identifier of a scope that links. */
export const holdersOf = (
  scope: Scope,
  policy: MergePolicy,
): ReadonlyMap<IdentifierKey, readonly UnitKey[]> => {
  const holders = new Map<IdentifierKey, UnitKey[]>();
  for (const [identifier, units] of linkingHolders(
    [...scope.units.values()],
    scope.shared,
    policy,
  )) {
    for (const unit of units) append(holders, identifier, unit.key);
  }
  return holders;
};
