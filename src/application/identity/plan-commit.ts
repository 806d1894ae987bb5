/**
 * Plan of a commit: the writes that bring the identity graph from what was read to what F says, as one transaction.
 *
 * Pure: world in, actions out. Every scope read is written, even an unchanged one, so two commits that saw the same
 * scope can never both succeed.
 * @module
 */

import { eventsKey, openKey, type ScopeId } from '#application/shared/items.ts';
import type { Action, ValueMap, Write } from '#application/shared/table.ts';
import { bareScope } from '#domain/identity/bare-scope.ts';
import type { HeldLink } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { ListedValue } from '#domain/identity/held-value.ts';
import { customerEvents, type IdentityEvent } from '#domain/identity/identity-event.ts';
import { links, type MergePolicy, policyMark, rulesOf } from '#domain/identity/merge-policy.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import { type Evaluation, mergeScopes, restrictScope, type Scope } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { findHomes, type Homes } from './homes.ts';
import { eventAttributes } from './identity-events.ts';
import { joinUpdates } from './join-updates.ts';
import { type MembershipWrites, membershipWrites } from './membership-writes.ts';
import { customerTransition, customerWrites, restingActions } from './plan-customers.ts';
import { planHeld } from './plan-held.ts';
import {
  claimPointers,
  type Held,
  heldIn,
  movedUnits,
  sharedHolders,
  unitPointers,
} from './plan-pointers.ts';
import {
  type PartRules,
  type PartWrites,
  partWrites,
  type ScopeWrites,
  scopeEnd,
  scopeWrites,
} from './scope-writes.ts';
import type { StructuralChange, World } from './world.ts';

/** A customer with its ids, the new ones minted. */
export interface NamedCustomer {
  readonly units: readonly UnitKey[];
  /** At least one; the canonical id first. */
  readonly entries: readonly LedgerEntry[];
}

/** Seconds for which events that no scope carries are kept: longer than the table's stream. */
const EVENTS_KEPT_S = 7 * 86_400;

/** What to commit. */
export interface CommitPlan {
  /** First the changes' own writes, {@link CommitPlan.fences} of them, then everything else. */
  readonly actions: readonly Action[];
  readonly fences: number;
  /** Claims to be laid before. */
  readonly laid: readonly Write[];
  /** Parts of scopes, to be laid before and deleted after. */
  readonly parts: PartWrites;
  readonly held: readonly HeldLink[];
  /** More steps are to follow. */
  readonly open: boolean;
}

/** What the plan is made from. */
export interface PlanInput {
  readonly world: World;
  readonly changes: readonly StructuralChange[];
  readonly evaluation: Evaluation;
  readonly customers: readonly NamedCustomer[];
  /** Ids minted by this commit; their items must not exist. */
  readonly minted: ReadonlySet<OneId>;
  /** Ids that it takes up from somebody who laid them. */
  readonly laidBefore: ReadonlySet<OneId>;
  readonly policy: MergePolicy;
  readonly newScope: () => ScopeId;
  readonly parts: PartRules;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * How much one commit settles. `split`: each component gets a scope of its own. `together`: they stay in one. `open`: in
 * one that is marked as open, because its customers or what points to them are not yet all as they shall be.
 */
export type PlanShape = 'split' | 'together' | 'open';

/** Plans a commit. */
export const planCommit = (input: PlanInput, shape: PlanShape): CommitPlan => {
  const { components, held } = input.evaluation;
  const fences = joinUpdates(input.changes.flatMap(({ own }) => own('' as ScopeId))).length;
  const kept = shape === 'split' || components.length < 2 ? components : [components.flat()];
  const open = shape === 'open';
  return { ...writesFor(input, kept, open), fences, held, open };
};

const writesFor = (
  input: PlanInput,
  components: readonly (readonly UnitKey[])[],
  open: boolean,
): MembershipWrites & Pick<CommitPlan, 'parts'> => {
  const { world, changes, evaluation } = input;
  const cameFrom = originsOf(world);
  const homes = findHomes(components, cameFrom, input.newScope);
  const before = mergeScopes(world.scopes.map(({ scope }) => scope));
  const { values, units } = evaluation;
  const memberships = world.memberships.filter((one) => links(input.policy, one.identifier));
  const waiting = planHeld(
    { before: before.held, values, memberships, units, now: input.now },
    open,
  );
  const after = scopeAfter(input, waiting.listed);
  const customers = customerTransition(input, before, after);
  const events = [...customerEvents(customers.was, customers.now), ...waiting.events];
  const changed = new Set(changes.map(({ key }) => key));
  const held = heldIn(after, input.policy);
  const claims = claimWrites(input, homes, held);
  const ids = customerWrites(input, customers, open);
  const moved = movedUnits(changed, homes, cameFrom);
  const scopes = writtenScopes(input, homes, after, {
    before,
    open,
    rules: policyMark(input.policy),
    events: eventAttributes(events, input.now),
  });
  const actions = [
    ...ownActions(input, homes),
    ...claims.flatMap((claim) => claim.actions),
    ...scopes.map(({ commit }) => commit),
    ...endedScopes(world, homes, input.now),
    ...(open ? [...homes.living].map(openMark) : []),
    ...lastEvents(input, homes, events),
    ...ids.actions,
    ...waiting.actions,
    ...restingActions(world, evaluation),
    ...unitPointers(moved, homes),
    ...sharedHolders(input, changed.union(new Set(moved))),
    ...(open ? [] : claimPointers(input, homes, customers, before, held)),
  ];
  return {
    actions: joinUpdates(actions),
    laid: [...claims.flatMap(({ laid }) => laid), ...ids.laid],
    parts: partWrites(world.scopes, scopes),
  };
};

const originsOf = (world: World): ReadonlyMap<UnitKey, ScopeId> =>
  new Map(
    world.scopes.flatMap(({ id, scope }) =>
      [...scope.units.keys()].map((key) => [key, id] as const),
    ),
  );

const scopeAfter = (
  { evaluation, customers, policy }: PlanInput,
  held: readonly ListedValue[],
): Scope =>
  bareScope(
    {
      units: evaluation.units,
      shared: evaluation.shared,
      ledger: ledgerAfter(evaluation, customers),
      held,
      customers: customers.map(({ units, entries }) => ({ id: canonicalId(entries), units })),
    },
    policy,
  );

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
  changes.flatMap(({ key, after, own }) =>
    own(homes.homeOf.get(key) ?? world.scopes[0]?.id ?? ('' as ScopeId), after),
  );

const claimWrites = (
  { world, policy }: PlanInput,
  homes: Homes,
  { owners }: Held,
): readonly MembershipWrites[] => {
  return world.memberships.map((membership) => {
    const { identifier, claim, holders: [holder] = [] } = membership;
    const { cap } = rulesOf(policy, identifier);
    // Holders of a blocking key may be in several scopes, and nobody looks a customer up by one.
    if (!links(policy, identifier)) return membershipWrites(membership, cap, {});
    const home = holder === undefined ? undefined : homes.homeOf.get(holder);
    const scope = home ?? claim?.scope;
    return membershipWrites(membership, cap, { scope, customer: owners.get(identifier) });
  });
};

/** What is written with scopes, besides what they hold. */
interface ScopeExtras {
  readonly before: Scope;
  readonly open: boolean;
  /** Mark of the rules that they were evaluated under. */
  readonly rules: string;
  readonly events: ValueMap;
}

const writtenScopes = (
  { world, parts: rules }: PlanInput,
  homes: Homes,
  after: Scope,
  { before, open, rules: mark, events }: ScopeExtras,
): readonly ScopeWrites[] => {
  const [first] = homes.living;
  const stored = new Map(world.scopes.map((scope) => [scope.id, scope]));
  const unitsAt = groupBy(homes.homeOf, ([, home]) => home);
  return [...homes.living].map((id) => {
    const scope = restrictScope(after, new Set(unitsAt.get(id)?.map(([unit]) => unit)));
    // A part names the scope that it was written for, which leads to the one that it is in.
    const from = world.scopes.filter((one) => (homes.redirects.get(one.id) ?? one.id) === id);
    const was = stored.get(id);
    return scopeWrites(
      {
        ...{ id, scope, open, before, from: from.flatMap(({ parts }) => parts) },
        more: { rules: mark, ...(id === first ? events : {}) },
        ...(was ? { stored: was } : {}),
      },
      rules,
    );
  });
};

const endedScopes = (
  { scopes }: World,
  { living, redirects }: Homes,
  now: number,
): readonly Action[] =>
  scopes
    .filter(({ id }) => !living.has(id))
    .flatMap((scope) => scopeEnd(scope, redirects.get(scope.id), now));

// The events of a commit are an attribute of one scope it writes, and the table's stream carries them from there.
const lastEvents = (
  { world, now }: PlanInput,
  homes: Homes,
  events: readonly IdentityEvent[],
): readonly Action[] => {
  const [scope] = world.scopes;
  if (homes.living.size > 0 || scope === undefined || events.length === 0) return [];
  const expiresAt = Math.floor(now / 1000) + EVENTS_KEPT_S;
  const item = { ...eventsKey(scope.id), ...eventAttributes(events, now), expiresAt };
  return [{ kind: 'put', item }];
};

const openMark = (id: ScopeId): Action => ({ kind: 'put', item: { ...openKey(id) } });
