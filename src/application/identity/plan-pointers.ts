/**
 * Pointers in a commit plan: units and claims follow their holders to another scope or customer.
 * @module
 */
import { claimKey, type ScopeId, unitItemKey } from '#application/shared/items.ts';
import type { Action } from '#application/shared/table.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { holdersOf, type Scope } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { type Homes, pointsHome } from './homes.ts';
import { staysListed } from './membership-writes.ts';
import { holdersIn } from './scope-holders.ts';
import type { World } from './world.ts';

/** Points units to their new home, where following the old pointer does not lead there. */
export const unitPointers = (
  changed: ReadonlySet<UnitKey>,
  homes: Homes,
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
): readonly Action[] =>
  [...homes.homeOf]
    .filter(([unit, home]) => !changed.has(unit) && !pointsHome(homes, cameFrom.get(unit), home))
    .map(([unit, home]) => ({
      kind: 'update',
      key: unitItemKey(unit),
      set: { scope: home },
      when: { exists: ['pk'] },
    }));

/** Claims that are there already follow their holders to another scope or customer, whoever joined or left them. */
export const claimPointers = (
  { world, policy }: { readonly world: World; readonly policy: MergePolicy },
  homes: Homes,
  before: Scope,
  after: Scope,
): readonly Action[] => {
  const written = new Set(
    world.memberships.flatMap((one) => (staysListed(one) ? [] : [one.identifier])),
  );
  const [owned, owns] = [ownersOf(before, policy), ownersOf(after, policy)];
  const holders = holdersOf(after, policy);
  const pointed = holdersIn(world.scopes, new Set(holders.keys())).scope;
  return [...holders].flatMap(([identifier, [holder]]): readonly Action[] => {
    if (holder === undefined || written.has(identifier)) return [];
    const home = must(homes.homeOf.get(holder), 'home of a holder');
    const owner = owns.get(identifier);
    const stays = pointsHome(homes, pointed.get(identifier), home);
    if (stays && owner === owned.get(identifier)) return [];
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
export const ownersOf = (scope: Scope, policy: MergePolicy): ReadonlyMap<IdentifierKey, OneId> => {
  const customerOf = new Map(
    scope.customers.flatMap(({ id, units }) => units.map((unit) => [unit, id] as const)),
  );
  return new Map(
    [...holdersOf(scope, policy)].flatMap(([identifier, units]) => {
      const owners = new Set(units.flatMap((unit) => customerOf.get(unit) ?? []));
      const [owner] = owners;
      return owner !== undefined && owners.size === 1 ? [[identifier, owner] as const] : [];
    }),
  );
};
