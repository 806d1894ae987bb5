/**
 * Restructure: applies changes of evidence units to the identity graph, exactly and all at once.
 *
 * Read the world, evaluate F on it, commit in one transaction that is conditioned on every version read. Whoever loses
 * a race reads again; the last commit has therefore seen everything. Nothing is left half done by a crash.
 * @module
 */

import { openKey } from '#application/shared/items.ts';
import type { HeldLink } from '#domain/identity/constrained-clusters.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { mergeScopes } from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Random } from '#domain/shared/clock.ts';
import { commitPlans, type PlannedWorld } from './commit-plans.ts';
import {
  type CommitLimits,
  type IdentityPorts,
  LIMITS,
  partRulesOf,
  token,
} from './identity-ports.ts';
import { middleOf } from './part-changes.ts';
import { planWithin } from './plan-within.ts';
import { partWrites, scopeEnd, scopeWrites, transactWithParts } from './scope-writes.ts';
import { readWorld, type StructuralChange, type Work, type World } from './world.ts';
import { partsOf } from './world-parts.ts';

export type { CommitLimits, IdentityPorts } from './identity-ports.ts';

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
export const restructure = (
  ports: IdentityPorts,
  policy: MergePolicy,
  changes: readonly StructuralChange[],
): Promise<RestructureOutcome> => commitWork(ports, policy, { changes });

/** Commits work at once, or in a first step of several after which its scope is open. */
export const commitWork = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  work: Work,
  conflicts = 0,
): Promise<RestructureOutcome> => {
  if (conflicts === MAX_ATTEMPTS)
    throw new ContentionError(`identity commit lost ${MAX_ATTEMPTS} races`);
  if (conflicts > 0) await ports.sleep(jitteredWait(conflicts, ports.random));
  const result = await attemptCommit(ports, policy, work);
  if (result === 'too-large') return inHalves(ports, policy, work.changes);
  if (result === 'superseded') return { done: false, conflicts };
  // Their rows are laid by now, and who reads them again commits them.
  if (result === 'laid') return { done: false, conflicts: conflicts + 1 };
  const { outcome, held, left } = result;
  if (outcome === 'done') return { done: true, held, conflicts };
  const lost = conflicts + (outcome === 'conflict' ? 1 : 0);
  const rest = await commitWork(ports, policy, left ? without(work, left) : work, lost);
  return rest.done ? { ...rest, held: [...held, ...rest.held] } : rest;
};

const without = (work: Work, left: ReadonlySet<UnitKey>): Work => ({
  ...work,
  changes: work.changes.filter(({ key }) => left.has(key)),
});

/** What an attempt came to. */
interface Attempt {
  readonly outcome: 'done' | 'conflict' | 'gathered';
  readonly held: readonly HeldLink[];
  /** Units whose changes are still to be committed; all when absent. */
  readonly left?: ReadonlySet<UnitKey>;
}

/** The rows themselves are to be read again: they were overtaken, or laid for a commit that lost its race. */
type Reread = 'superseded' | 'laid';

const attemptCommit = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  work: Work,
): Promise<Attempt | Reread | 'too-large'> => {
  const world = await readWorld(ports.table, work, policy, token(ports.random));
  if (world === 'superseded') return world;
  if (world === 'conflict') return { outcome: world, held: [] };
  const limits = ports.limits ?? LIMITS;
  if (world.scopes.length > limits.scopes) return gatherScopes(ports, world, limits);
  return attemptParts(ports, policy, partsOf(world, policy));
};

// Of several parts, what does not fit is left to the next attempt, which has less to do.
const attemptParts = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  parts: readonly World[],
): Promise<Attempt | Reread | 'too-large'> => {
  const planned: PlannedWorld[] = [];
  for (const world of parts) {
    const plan = await planWithin(ports, policy, world);
    if (plan !== 'too-large') planned.push({ world, plan });
    else if (parts.length === 1) return gatherForOne(ports, world, ports.limits ?? LIMITS);
  }
  const results = await commitPlans(ports, planned);
  if (results.includes('laid')) return 'laid';
  if (results.includes('superseded')) return 'superseded';
  const done = planned.filter((_, index) => results[index] !== 'conflict');
  const left = parts.filter((world) => !done.some((one) => one.world === world));
  return {
    outcome: left.length === 0 ? 'done' : 'conflict',
    held: done.flatMap(({ plan }) => plan.held),
    left: new Set(left.flatMap(({ changes }) => changes.map(({ key }) => key))),
  };
};

// A single change that spans scopes is less when they are one beforehand.
const gatherForOne = async (ports: IdentityPorts, world: World, limits: CommitLimits) =>
  middleOf(world.changes) === undefined && world.scopes.length > 1
    ? gatherScopes(ports, world, limits)
    : 'too-large';

// Scopes may be coarser than components: putting some together beforehand changes no answer.
const gatherScopes = async (
  ports: IdentityPorts,
  { scopes }: World,
  limits: CommitLimits,
): Promise<Attempt> => {
  const { table, clock } = ports;
  const some = scopes.slice(0, limits.scopes);
  const [home] = some.toSorted((a, b) => b.scope.units.size - a.scope.units.size);
  const stored = must(home, 'scope');
  const open = some.some((scope) => scope.open);
  const [rules, ...others] = new Set(some.map((scope) => scope.rules));
  const write = scopeWrites(
    {
      id: stored.id,
      stored,
      from: some.flatMap(({ parts }) => parts),
      scope: mergeScopes(some.map(({ scope }) => scope)),
      open,
      // Of scopes that were evaluated under different rules, none can be told afterwards.
      ...(rules === undefined || others.length > 0 ? {} : { more: { rules } }),
    },
    partRulesOf(ports),
  );
  const actions = [
    write.commit,
    ...some.flatMap((scope) => (scope === stored ? [] : scopeEnd(scope, stored.id, clock()))),
    ...(open ? [{ kind: 'put', item: { ...openKey(stored.id) } } as const] : []),
  ];
  const outcome = await transactWithParts(table, actions, partWrites(some, [write]));
  return { outcome: outcome.done ? 'gathered' : 'conflict', held: [] };
};

const jitteredWait = (attempt: number, random: Random): number =>
  Math.ceil(random() * Math.min(MAX_WAIT_MS, 5 * 2 ** attempt));

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
