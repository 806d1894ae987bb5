/**
 * Plan of a commit: the writes that bring the identity graph from what was read to what F says, as one transaction.
 *
 * Pure: world in, actions out. Every scope read is written, even an unchanged one, so two commits that saw the same
 * scope can never both succeed.
 * @module
 */

import {
  type CustomerItem,
  claimKey,
  formatCustomerItem,
  restingKey,
  type ScopeId,
  scopeKey,
  unitItemKey,
} from '#application/shared/items.ts';
import { type Action, MAX_TRANSACTION_ACTIONS } from '#application/shared/table.ts';
import type { HeldLink } from '#domain/identity/constrained-clusters.ts';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import { type MergePolicy, rulesOf } from '#domain/identity/merge-policy.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import {
  type Customer,
  type Evaluation,
  formatScope,
  holdersOf,
  mergeScopes,
  restrictScope,
  type Scope,
} from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { findHomes, type Homes, pointsHome } from './homes.ts';
import { membershipActions } from './membership.ts';
import { middleOf } from './part-changes.ts';
import type { StructuralChange, World } from './world.ts';

/** A customer with its ids, the new ones minted. */
export interface NamedCustomer {
  readonly units: readonly UnitKey[];
  /** At least one; the canonical id first. */
  readonly entries: readonly LedgerEntry[];
}

/** What to commit. */
export interface CommitPlan {
  /** First the changes' own writes, {@link CommitPlan.fences} of them, then everything else. */
  readonly actions: readonly Action[];
  readonly fences: number;
  readonly held: readonly HeldLink[];
}

/** What the plan is made from. */
export interface PlanInput {
  readonly world: World;
  readonly changes: readonly StructuralChange[];
  readonly evaluation: Evaluation;
  readonly customers: readonly NamedCustomer[];
  /** Ids minted by this commit; their items must not exist. */
  readonly minted: ReadonlySet<OneId>;
  readonly policy: MergePolicy;
  readonly newScope: () => ScopeId;
}

/** Plans a commit: split into as many scopes as there are components, or kept together where that is too much at once. */
export const planCommit = (input: PlanInput): CommitPlan => {
  const { components, held } = input.evaluation;
  const fences = input.changes.flatMap(({ own }) => own('' as ScopeId)).length;
  const split = actionsFor(input, components);
  // Several changes are taken apart by the caller before unrelated components are put into one scope.
  const isLastResort = middleOf(input.changes) === undefined;
  if (split.length <= MAX_TRANSACTION_ACTIONS || !isLastResort) {
    return { actions: split, fences, held };
  }
  const together = components.length > 1 ? [components.flat()] : components;
  return { actions: actionsFor(input, together), fences, held };
};

const actionsFor = (
  input: PlanInput,
  components: readonly (readonly UnitKey[])[],
): readonly Action[] => {
  const cameFrom = originsOf(input);
  const homes = findHomes(components, cameFrom, input.newScope);
  const before = mergeScopes(input.world.scopes.map(({ scope }) => scope));
  const after = scopeAfter(input);
  return [
    ...ownActions(input, homes),
    ...claimActions(input, homes, after),
    ...scopeActions(input, homes, after),
    ...customerActions(input, before, after),
    ...restingActions(input),
    ...unitPointers(input, homes, cameFrom),
    ...claimPointers(input, homes, cameFrom, before, after),
  ];
};

const originsOf = ({ world }: PlanInput): ReadonlyMap<UnitKey, ScopeId> =>
  new Map(
    world.scopes.flatMap(({ id, scope }) =>
      [...scope.units.keys()].map((key) => [key, id] as const),
    ),
  );

const scopeAfter = ({ evaluation, customers }: PlanInput): Scope => ({
  units: evaluation.units,
  shared: evaluation.shared,
  ledger: ledgerAfter(evaluation, customers),
  customers: customers.map(({ units, entries }) => ({ id: canonicalId(entries), units })),
});

// Entries whose anchor is gone rest with it, outside of any scope.
const ledgerAfter = (
  evaluation: Evaluation,
  customers: readonly NamedCustomer[],
): readonly LedgerEntry[] => {
  const known = new Map(evaluation.ledger.map((entry) => [entry.id, entry]));
  for (const { entries } of customers) for (const entry of entries) known.set(entry.id, entry);
  return [...known.values()].filter((entry) => evaluation.units.has(entry.anchor));
};

const canonicalId = (entries: readonly LedgerEntry[]): OneId =>
  must(entries[0], 'id of a customer').id;

const ownActions = ({ changes, world }: PlanInput, homes: Homes): readonly Action[] =>
  changes.flatMap(({ key, own }) =>
    own(homes.homeOf.get(key) ?? world.scopes[0]?.id ?? ('' as ScopeId)),
  );

const claimActions = (
  { world, policy }: PlanInput,
  homes: Homes,
  after: Scope,
): readonly Action[] => {
  const owners = ownersOf(after, policy);
  return world.memberships.flatMap((membership) => {
    const [holder] = membership.holders ?? [];
    const home = holder === undefined ? undefined : homes.homeOf.get(holder);
    const { cap } = rulesOf(policy, membership.identifier);
    return membershipActions(
      membership,
      home ?? membership.claim?.scope ?? ('' as ScopeId),
      owners.get(membership.identifier),
      cap,
    );
  });
};

const scopeActions = ({ world }: PlanInput, homes: Homes, after: Scope): readonly Action[] => {
  const existing = new Map(world.scopes.map(({ id, version }) => [id, version]));
  const created = [...homes.living].filter((id) => !existing.has(id));
  return [
    ...[...existing].map(([id, version]) => writeScope(id, version, homes, after)),
    ...created.map(
      (id): Action => ({
        kind: 'put',
        item: { ...scopeKey(id), ver: 1, doc: docOf(id, homes, after) },
        when: { missing: ['pk'] },
      }),
    ),
  ];
};

const writeScope = (id: ScopeId, version: number, homes: Homes, after: Scope): Action => {
  const key = scopeKey(id);
  const when = { equals: [['ver'], version] } as const;
  const into = homes.redirects.get(id);
  if (homes.living.has(id)) {
    return { kind: 'put', item: { ...key, ver: version + 1, doc: docOf(id, homes, after) }, when };
  }
  return into === undefined
    ? { kind: 'delete', key, when }
    : { kind: 'put', item: { ...key, ver: version + 1, into }, when };
};

const docOf = (id: ScopeId, homes: Homes, after: Scope): string =>
  formatScope(
    restrictScope(
      after,
      new Set([...homes.homeOf].flatMap(([unit, home]) => (home === id ? [unit] : []))),
    ),
  );

const customerActions = (input: PlanInput, before: Scope, after: Scope): readonly Action[] => {
  const { world, evaluation, minted } = input;
  const resting = evaluation.ledger.filter((entry) => !evaluation.units.has(entry.anchor));
  const known = new Map([...before.ledger, ...world.revived].map((entry) => [entry.id, entry]));
  const items = [...after.ledger, ...resting].map((entry) => ({
    now: customerItem(entry, after.customers, after.ledger),
    was: known.get(entry.id),
  }));
  return items.flatMap(({ now, was }): readonly Action[] => {
    const old = was && JSON.stringify(customerItem(was, before.customers, before.ledger));
    if (JSON.stringify(now) === old) return [];
    const item = formatCustomerItem(now);
    return [
      minted.has(now.id) ? { kind: 'put', item, when: { missing: ['pk'] } } : { kind: 'put', item },
    ];
  });
};

// The canonical id carries the units; any other id whose anchor a customer holds redirects; the rest are at rest.
const customerItem = (
  entry: LedgerEntry,
  customers: readonly Customer[],
  ledger: readonly LedgerEntry[],
): CustomerItem => {
  const alive = ledger.some(({ id }) => id === entry.id);
  const owner = alive
    ? customers.find((customer) => customer.units.includes(entry.anchor))
    : undefined;
  if (owner === undefined) return { ...entry, units: [] };
  return owner.id === entry.id
    ? { ...entry, units: owner.units }
    : { ...entry, units: [], into: owner.id };
};

const restingActions = ({ world, evaluation }: PlanInput): readonly Action[] => {
  const resting = evaluation.ledger.filter((entry) => !evaluation.units.has(entry.anchor));
  const anchors = [...new Set(resting.map((entry) => entry.anchor))];
  return [
    ...world.restingItems.map(
      (anchor): Action => ({
        kind: 'delete',
        key: restingKey(anchor),
        when: { exists: ['pk'] },
      }),
    ),
    ...world.unfenced.map(
      (anchor): Action => ({
        kind: 'check',
        key: restingKey(anchor),
        when: { missing: ['pk'] },
      }),
    ),
    ...anchors.map(
      (anchor): Action => ({
        kind: 'put',
        item: {
          ...restingKey(anchor),
          entries: resting
            .filter((entry) => entry.anchor === anchor)
            .map(({ id, issuedAt }) => [id, issuedAt]),
        },
      }),
    ),
  ];
};

const unitPointers = (
  { changes }: PlanInput,
  homes: Homes,
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
): readonly Action[] => {
  const written = new Set(changes.map(({ key }) => key));
  return [...homes.homeOf]
    .filter(([unit, home]) => !written.has(unit) && !pointsHome(homes, cameFrom.get(unit), home))
    .map(([unit, home]) => ({
      kind: 'update',
      key: unitItemKey(unit),
      set: { scope: home },
      when: { exists: ['pk'] },
    }));
};

// Claims that nobody joined or left still follow their holders to another scope or customer.
const claimPointers = (
  { world, policy }: PlanInput,
  homes: Homes,
  cameFrom: ReadonlyMap<UnitKey, ScopeId>,
  before: Scope,
  after: Scope,
): readonly Action[] => {
  const written = new Set(world.memberships.map(({ identifier }) => identifier));
  const [owned, owns] = [ownersOf(before, policy), ownersOf(after, policy)];
  return [...holdersOf(after, policy)].flatMap(([identifier, [holder]]): readonly Action[] => {
    if (holder === undefined || written.has(identifier)) return [];
    const home = must(homes.homeOf.get(holder), 'home of a holder');
    const owner = owns.get(identifier);
    const stays = pointsHome(homes, cameFrom.get(holder), home);
    if (stays && owner === owned.get(identifier)) return [];
    return [pointClaim(identifier, home, owner)];
  });
};

const pointClaim = (
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
const ownersOf = (scope: Scope, policy: MergePolicy): ReadonlyMap<IdentifierKey, OneId> => {
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
