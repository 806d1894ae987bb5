/**
 * Pointers in a commit plan: units and claims follow their holders to another scope or customer.
 * @module
 */
import {
  claimKey,
  FACT_UNIT_PREFIX,
  type ScopeId,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Action, Condition } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { links, type MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { holdersOf, type Scope } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type Homes, pointsHome } from './homes.ts';
import { staysListed } from './membership-writes.ts';
import { type CustomerTransition, leadsTo } from './plan-customers.ts';
import { holdersIn } from './scope-holders.ts';
import type { World } from './world.ts';

/** Units whose old pointer does not lead to their new home; those that are `changed` are written anyway. */
export const movedUnits = (
  changed: ReadonlySet<UnitKey>,
  homes: Homes,
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
): readonly UnitKey[] =>
  [...homes.homeOf]
    .filter(([unit, home]) => !changed.has(unit) && !pointsHome(homes, cameFrom.get(unit), home))
    .map(([unit]) => unit);

/** Points units to their new home. */
export const unitPointers = (units: readonly UnitKey[], { homeOf }: Homes): readonly Action[] =>
  units.map((unit) => ({
    kind: 'update',
    key: unitItemKey(unit),
    set: { scope: must(homeOf.get(unit), 'home of a unit') },
    when: isThere(unit),
  }));

// A fact unit that its scope lists may have yet to get its item: it would bring the old pointer.
const isThere = (unit: UnitKey): Condition =>
  unit.startsWith(FACT_UNIT_PREFIX) ? { exists: ['claims'] } : { exists: ['pk'] };

/**
 * Holders of a value that becomes shared are there: from then on they are found by their own items only.
 * @param written units whose items the commit writes anyway
 */
export const sharedHolders = (
  { world, policy }: { readonly world: World; readonly policy: MergePolicy },
  written: ReadonlySet<UnitKey>,
): readonly Action[] => {
  const crossing = world.memberships.filter(
    ({ identifier, by, shared }) => by === 'scope' && shared && links(policy, identifier),
  );
  const holders = new Set(crossing.flatMap(({ holders: of = [] }) => of)).difference(written);
  return [...holders]
    .filter((unit) => unit.startsWith(FACT_UNIT_PREFIX))
    .map((unit) => ({ kind: 'check', key: unitItemKey(unit), when: isThere(unit) }));
};

/** Who holds each identifier of a scope that links, and the one customer behind them. */
export interface Held {
  readonly holders: ReadonlyMap<IdentifierKey, readonly UnitKey[]>;
  readonly owners: ReadonlyMap<IdentifierKey, OneId>;
}

/** Finds who holds what in a scope. */
export const heldIn = (scope: Scope, policy: MergePolicy): Held => {
  const holders = holdersOf(scope, policy);
  return { holders, owners: ownersOf(scope, policy, holders) };
};

/**
 * Claims that are there already follow their holders to another scope or customer, whoever joined or left them. One that
 * names an id that leads there stays as it is; which of its customer's ids it names is not known.
 */
export const claimPointers = (
  { world, policy }: { readonly world: World; readonly policy: MergePolicy },
  homes: Homes,
  { was, now }: CustomerTransition,
  before: Scope,
  { holders, owners }: Held,
): readonly Action[] => {
  const written = new Set(
    world.memberships.flatMap((one) => (staysListed(one) ? [] : [one.identifier])),
  );
  const owned = ownersOf(before, policy);
  const idsOf = groupBy(was.keys(), (id) => leadsTo(was, id));
  const follow = (old: OneId, owner: OneId) =>
    (idsOf.get(old) ?? []).every((id) => leadsTo(now, id) === owner);
  const pointed = holdersIn(world.scopes, new Set(holders.keys())).scope;
  return [...holders].flatMap(([identifier, [holder]]): readonly Action[] => {
    if (holder === undefined || written.has(identifier)) return [];
    const home = must(homes.homeOf.get(holder), 'home of a holder');
    const owner = owners.get(identifier);
    const stays = pointsHome(homes, pointed.get(identifier), home);
    const old = owned.get(identifier);
    const leads = old === undefined || owner === undefined ? old === owner : follow(old, owner);
    if (stays && leads) return [];
    return [pointClaim(identifier, home, owner)];
  });
};

/** Points a claim to the scope of its holders, and to the one customer behind it. */
export const pointClaim = (
  identifier: IdentifierKey,
  scope: ScopeId,
  customer: OneId | undefined,
): Action => ({
  kind: 'update',
  key: claimKey(identifier),
  set: { scope, ...(customer === undefined ? {} : { customer }) },
  ...(customer === undefined ? { remove: ['customer'] } : {}),
  when: { exists: ['pk'] },
});

/** The one customer behind each identifier; an identifier whose holders belong to several is left out. */
export const ownersOf = (
  scope: Scope,
  policy: MergePolicy,
  holders: ReadonlyMap<IdentifierKey, readonly UnitKey[]> = holdersOf(scope, policy),
): ReadonlyMap<IdentifierKey, OneId> => {
  const customerOf = new Map(
    scope.customers.flatMap(({ id, units }) => units.map((unit) => [unit, id] as const)),
  );
  const owners = new Map<IdentifierKey, OneId>();
  for (const [identifier, units] of holders) {
    const owned = units.map((unit) => customerOf.get(unit)).filter((id) => id !== undefined);
    const [owner] = owned;
    if (owner !== undefined && owned.every((id) => id === owner)) owners.set(identifier, owner);
  }
  return owners;
};
