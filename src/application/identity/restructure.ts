/**
 * Restructure: applies changes of evidence units to the identity graph, exactly and all at once.
 *
 * Read the world, evaluate F on it, commit in one transaction that is conditioned on every version read. Whoever loses
 * a race reads again; the last commit has therefore seen everything. Nothing is left half done by a crash.
 * @module
 */

import { customerKey, openKey, restingKey, type ScopeId } from '#application/shared/items.ts';
import { MAX_TRANSACTION_ACTIONS, type Table } from '#application/shared/table.ts';
import type { HeldLink } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import {
  type AssignedIds,
  type OneId,
  type OneIdMinter,
  smallestOf,
} from '#domain/identity/one-id.ts';
import {
  type CustomerSteps,
  type Evaluation,
  evaluateScope,
  mergeScopes,
  stepsOf,
} from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Clock, Random } from '#domain/shared/clock.ts';
import { middleOf } from './part-changes.ts';
import { type CommitPlan, type NamedCustomer, type PlanShape, planCommit } from './plan-commit.ts';
import { scopeEnd, scopeWrites } from './scope-store.ts';
import { readWorld, type StructuralChange, type Work, type World } from './world.ts';

/** What identity needs of its surroundings. */
export interface IdentityPorts {
  readonly table: Table;
  readonly mint: OneIdMinter;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told when a commit leaves its scope open. */
  readonly opened?: () => void;
  /** Bounds of one commit; smaller ones let a test see what large ones hide. */
  readonly limits?: CommitLimits;
}

/** Bounds of one commit. */
export interface CommitLimits {
  /** Actions that a commit aims at. The first of several steps takes more when its change cannot do with so few. */
  readonly actions: number;
  /** Most scopes; more are put together beforehand, so many at a time. */
  readonly scopes: number;
}

const LIMITS: CommitLimits = { actions: MAX_TRANSACTION_ACTIONS, scopes: 30 };

/** How a structural change ended. `superseded`: one of the fences did not hold, read the rows again. */
export type RestructureOutcome =
  | { readonly done: true; readonly held: readonly HeldLink[]; readonly conflicts: number }
  | { readonly done: false; readonly conflicts: number };

const outcomeOf = (
  result: CommitPlan | 'conflict' | 'superseded' | 'gathered',
  conflicts: number,
): RestructureOutcome | undefined => {
  if (result === 'superseded') return { done: false, conflicts };
  return typeof result === 'object' ? { done: true, held: result.held, conflicts } : undefined;
};

/** Steps tried first for a commit that is too large; half as many when they do not fit. */
const MAX_STEPS = 40;

/** Attempts before a batch is given back; waits grow to {@link MAX_WAIT_MS}, so this is about eight seconds. */
const MAX_ATTEMPTS = 24;
const MAX_WAIT_MS = 400;

/** The commit lost every race it was in; the records are delivered again. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
}

/** A commit does not fit one transaction. */
export class CommitTooLargeError extends Error {
  override readonly name = 'CommitTooLargeError';
}

/**
 * Applies structural changes in one commit. Safe to repeat: the fences of changes that were applied no longer hold.
 * @throws {@link ContentionError} when it lost {@link MAX_ATTEMPTS} races
 * @throws {@link CommitTooLargeError} when a single change does not fit a transaction
 */
export const restructure = (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
): Promise<RestructureOutcome> => commitWork(ports, policy, { changes });

/** Commits work in one transaction, or in a first step of several after which its scope is open. */
export const commitWork = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  work: Work,
): Promise<RestructureOutcome> => {
  for (let conflicts = 0; conflicts < MAX_ATTEMPTS; ) {
    if (conflicts > 0) await ports.sleep(jitteredWait(conflicts, ports.random));
    const result = await attemptCommit(ports, policy, work, conflicts > 0);
    if (result === 'too-large') return inHalves(ports, policy, work.changes);
    const outcome = outcomeOf(result, conflicts);
    if (outcome) return outcome;
    if (result === 'conflict') conflicts += 1;
  }
  throw new ContentionError(`identity commit lost ${MAX_ATTEMPTS} races`);
};

const attemptCommit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  work: Work,
  again: boolean,
): Promise<CommitPlan | 'conflict' | 'superseded' | 'too-large' | 'gathered'> => {
  const world = await readWorld(ports.table, work, policy, token(ports.random));
  if (world === 'superseded' || world === 'conflict') return world;
  const limits = ports.limits ?? LIMITS;
  if (world.scopes.length > limits.scopes) return gatherScopes(ports, world, limits);
  const plan = await planWithin(ports, policy, world, again);
  if (plan === 'too-large') return gatherForOne(ports, world, limits);
  if (!(await layClaims(ports.table, world, plan))) return 'conflict';
  const outcome = await ports.table.transact(plan.actions);
  if (outcome.done) {
    if (plan.open) ports.opened?.();
    return plan;
  }
  return outcome.reasons.slice(0, plan.fences).includes('condition') ? 'superseded' : 'conflict';
};

/**
 * Lays the claims of identifiers that nobody held: whoever meets one writes the scope that it points to, as this commit
 * does. So notes of new units that are not there now are not there until the commit.
 */
const layClaims = async (
  table: Table,
  { looked }: World,
  { laid }: CommitPlan,
): Promise<boolean> => {
  if (laid.length === 0) return true;
  const done = await table.writeAll(laid);
  if (!done.every(Boolean)) return false;
  const notes = looked.length > 0 ? await table.getAll(looked.map(restingKey)) : [];
  return notes.every((note) => note === undefined);
};

// A single change that spans scopes is less when they are one beforehand.
const gatherForOne = async (ports: IdentityPorts, world: World, limits: CommitLimits) =>
  middleOf(world.changes) === undefined && world.scopes.length > 1
    ? gatherScopes(ports, world, limits)
    : 'too-large';

// Scopes may be coarser than components: putting some together beforehand changes no answer.
const gatherScopes = async (
  { table, clock }: IdentityPorts,
  { scopes }: World,
  limits: CommitLimits,
): Promise<'gathered' | 'conflict'> => {
  const some = scopes.slice(0, limits.scopes);
  const [home] = some.toSorted((a, b) => b.scope.units.size - a.scope.units.size);
  const stored = must(home, 'scope');
  const open = some.some((scope) => scope.open);
  const [rules, ...others] = new Set(some.map((scope) => scope.rules));
  const outcome = await table.transact([
    ...scopeWrites({
      id: stored.id,
      stored,
      scope: mergeScopes(some.map(({ scope }) => scope)),
      open,
      // Of scopes that were evaluated under different rules, none can be told afterwards.
      ...(rules === undefined || others.length > 0 ? {} : { more: { rules } }),
    }),
    ...some.flatMap((scope) => (scope === stored ? [] : scopeEnd(scope, stored.id, clock()))),
    ...(open ? [{ kind: 'put', item: { ...openKey(stored.id) } } as const] : []),
  ]);
  return outcome.done ? 'gathered' : 'conflict';
};

const jitteredWait = (attempt: number, random: Random): number =>
  Math.ceil(random() * Math.min(MAX_WAIT_MS, 5 * 2 ** attempt));

const token = (random: Random): number => Math.floor(random() * 2 ** 52);

/** The shapes of a commit, from the one that settles most; the first that fits one transaction is taken. */
const planWithin = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  world: World,
  again: boolean,
): Promise<CommitPlan | 'too-large'> => {
  const { changes, scope } = world;
  const shared = new Map(world.memberships.map((m) => [m.identifier, m.shared]));
  const evaluation = evaluateScope(scope, changes, shared, world.revived, policy);
  const now = ports.clock();
  const newScope = () =>
    (token(ports.random).toString(36) + token(ports.random).toString(36)) as ScopeId;
  const plan: TryPlan = async (customers, shape, most = (ports.limits ?? LIMITS).actions) => {
    const named = await nameCustomers(ports, { ...evaluation, customers }, again, now);
    const planned = planCommit(
      { world, changes, evaluation, ...named, policy, newScope, now },
      shape,
    );
    return planned.actions.length <= most ? planned : undefined;
  };
  for (const shape of shapesOf(world)) {
    const whole = await plan(evaluation.customers, shape);
    if (whole) return whole;
    // Several changes are taken apart by the caller before unrelated components are put into one scope.
    if (middleOf(changes) !== undefined) return 'too-large';
  }
  return planSteps(plan, stepsOf(scope, changes, evaluation, policy));
};

const shapesOf = ({ scopes }: World): readonly PlanShape[] =>
  scopes.some(({ open }) => open) ? ['open'] : ['split', 'together', 'open'];

/** A plan that brings customers to these, when it does with so many actions. */
type TryPlan = (
  customers: readonly AssignedIds[],
  shape: PlanShape,
  most?: number,
) => Promise<CommitPlan | undefined>;

const planSteps = async (
  plan: TryPlan,
  steps: CustomerSteps,
): Promise<CommitPlan | 'too-large'> => {
  for (let taken = Math.min(steps.count, MAX_STEPS); taken > 0; taken = Math.floor(taken / 2)) {
    const some = await plan(steps.at(taken), 'open');
    if (some) return some;
  }
  return (await plan(steps.at(0), 'open', MAX_TRANSACTION_ACTIONS)) ?? 'too-large';
};

const nameCustomers = async (
  ports: IdentityPorts,
  evaluation: Evaluation,
  again: boolean,
  now: number,
): Promise<{
  readonly customers: readonly NamedCustomer[];
  readonly minted: ReadonlySet<OneId>;
}> => {
  const known = new Set(evaluation.ledger.map((entry) => entry.id));
  const minted = new Set<OneId>();
  const customers: NamedCustomer[] = [];
  for (const { units, entries } of evaluation.customers) {
    if (entries.length > 0) {
      customers.push({ units, entries });
      continue;
    }
    const anchor = must(smallestOf(units), 'unit of a customer');
    const first = ports.mint(anchor, 0);
    const id = again || known.has(first) ? await freeId(ports, anchor) : first;
    minted.add(id);
    customers.push({ units, entries: [{ id, anchor, issuedAt: now }] });
  }
  return { customers, minted };
};

// The first id of an anchor may have passed on to another unit; then its next one is minted. That is so rare that the
// first attempt leaves it to the commit's condition to find out, except where the other unit is part of this commit: its
// ledger entry would stand for both.
const freeId = async ({ table, mint }: IdentityPorts, anchor: UnitKey): Promise<OneId> => {
  for (let attempt = 0; ; attempt++) {
    const id = mint(anchor, attempt);
    const [taken] = await table.getAll([customerKey(id)]);
    if (!taken) return id;
  }
};

// Several changes in one commit are an economy; when they are too much together, they go one after the other.
const inHalves = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
): Promise<RestructureOutcome> => {
  const middle = middleOf(changes);
  if (middle === undefined) {
    throw new CommitTooLargeError('an identity change needs more than one transaction');
  }
  const first = await restructure(ports, policy, changes.slice(0, middle));
  if (!first.done) return first;
  const second = await restructure(ports, policy, changes.slice(middle));
  const conflicts = first.conflicts + second.conflicts;
  return second.done
    ? { ...second, held: [...first.held, ...second.held], conflicts }
    : { done: false, conflicts };
};
