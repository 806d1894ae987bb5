/**
 * Restructure: applies changes of evidence units to the identity graph, exactly and all at once.
 *
 * Read the world, evaluate F on it, commit in one transaction that is conditioned on every version read. Whoever loses
 * a race reads again; the last commit has therefore seen everything. Nothing is left half done by a crash.
 * @module
 */

import { customerKey, type ScopeId } from '#application/shared/items.ts';
import { MAX_TRANSACTION_ACTIONS, type Table } from '#application/shared/table.ts';
import type { HeldLink } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { type OneId, type OneIdMinter, smallestOf } from '#domain/identity/one-id.ts';
import { type Evaluation, evaluateScope, mergeScopes } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Clock, Random } from '#domain/shared/clock.ts';
import { middleOf } from './part-changes.ts';
import { type CommitPlan, type NamedCustomer, planCommit } from './plan-commit.ts';
import { readWorld, type StructuralChange, type World } from './world.ts';

/** What identity needs of its surroundings. */
export interface IdentityPorts {
  readonly table: Table;
  readonly mint: OneIdMinter;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits this many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** How a structural change ended. `superseded`: one of the fences did not hold, read the rows again. */
export type RestructureOutcome =
  | { readonly done: true; readonly held: readonly HeldLink[]; readonly conflicts: number }
  | { readonly done: false; readonly conflicts: number };

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
export const restructure = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
): Promise<RestructureOutcome> => {
  for (let conflicts = 0; conflicts < MAX_ATTEMPTS; conflicts++) {
    if (conflicts > 0) await ports.sleep(jitteredWait(conflicts, ports.random));
    const result = await attemptCommit(ports, policy, changes, conflicts > 0);
    if (result === 'superseded') return { done: false, conflicts };
    if (result === 'too-large') return inHalves(ports, policy, changes);
    if (result !== 'conflict') return { done: true, held: result.held, conflicts };
  }
  throw new ContentionError(`identity commit lost ${MAX_ATTEMPTS} races`);
};

const attemptCommit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
  again: boolean,
): Promise<CommitPlan | 'conflict' | 'superseded' | 'too-large'> => {
  const world = await readWorld(ports.table, changes, policy, token(ports.random));
  if (world === 'superseded' || world === 'conflict') return world;
  const plan = await planChanges(ports, policy, changes, world, again);
  if (plan.actions.length > MAX_TRANSACTION_ACTIONS) return 'too-large';
  const outcome = await ports.table.transact(plan.actions);
  if (outcome.done) return plan;
  return outcome.reasons.slice(0, plan.fences).includes('condition') ? 'superseded' : 'conflict';
};

const jitteredWait = (attempt: number, random: Random): number =>
  Math.ceil(random() * Math.min(MAX_WAIT_MS, 5 * 2 ** attempt));

const token = (random: Random): number => Math.floor(random() * 2 ** 52);

const planChanges = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
  world: World,
  again: boolean,
): Promise<CommitPlan> => {
  const scope = mergeScopes(world.scopes.map((stored) => stored.scope));
  const shared = new Map(world.memberships.map((m) => [m.identifier, m.shared]));
  const evaluation = evaluateScope(scope, changes, shared, world.revived, policy);
  const { customers, minted } = await nameCustomers(ports, evaluation, again);
  const newScope = () =>
    (token(ports.random).toString(36) + token(ports.random).toString(36)) as ScopeId;
  return planCommit({ world, changes, evaluation, customers, minted, policy, newScope });
};

const nameCustomers = async (
  ports: IdentityPorts,
  evaluation: Evaluation,
  again: boolean,
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
    customers.push({ units, entries: [{ id, anchor, issuedAt: ports.clock() }] });
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
