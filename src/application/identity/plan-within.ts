/**
 * Planning within bounds: the plan of a commit in the largest step that fits one transaction.
 * @module
 */
import { customerKey, isLive, parseCustomerItem, type ScopeId } from '#application/shared/items.ts';
import { MAX_TRANSACTION_ACTIONS } from '#application/shared/table.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import {
  type AssignedIds,
  type LedgerEntry,
  type OneId,
  smallestOf,
} from '#domain/identity/one-id.ts';
import {
  type CustomerSteps,
  type Evaluation,
  evaluateScope,
  stepsOf,
} from '#domain/identity/scope.ts';
import { must } from '#domain/shared/assert.ts';
import type { Random } from '#domain/shared/clock.ts';
import { type IdentityPorts, LIMITS } from './identity-ports.ts';
import { middleOf } from './part-changes.ts';
import { type CommitPlan, type NamedCustomer, type PlanShape, planCommit } from './plan-commit.ts';
import type { World } from './world.ts';

/** Steps tried first for a commit that is too large; half as many when they do not fit. */
const MAX_STEPS = 40;

/** A number that nobody else draws. */
export const token = (random: Random): number => Math.floor(random() * 2 ** 52);

/** The shapes of a commit, from the one that settles most; the first that fits one transaction is taken. */
export const planWithin = async (
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
  readonly laidBefore: ReadonlySet<OneId>;
}> => {
  const known = new Set(evaluation.ledger.map((entry) => entry.id));
  const minted = new Set<OneId>();
  const laidBefore = new Set<OneId>();
  const customers: NamedCustomer[] = [];
  for (const { units, entries } of evaluation.customers) {
    if (entries.length > 0) {
      customers.push({ units, entries });
      continue;
    }
    const anchor = must(smallestOf(units), 'unit of a customer');
    const first = ports.mint(anchor, 0);
    const fresh: FreeEntry = { id: first, anchor, issuedAt: now };
    const entry = again || known.has(first) ? await freeEntry(ports, fresh, known) : fresh;
    (entry.laid ? laidBefore : minted).add(entry.id);
    const { id, issuedAt } = entry;
    customers.push({ units, entries: [{ id, anchor, issuedAt }] });
  }
  return { customers, minted, laidBefore };
};

/** An entry for a new customer; `laid` when somebody has laid it before. */
interface FreeEntry extends LedgerEntry {
  readonly laid?: true;
}

// The first id of an anchor may have passed on to another unit; then its next one is minted. That is so rare that the
// first attempt leaves it to the laying of the id to find out, except where the other unit is part of this commit: its
// ledger entry would stand for both.
const freeEntry = async (
  { table, mint }: IdentityPorts,
  { anchor, issuedAt }: LedgerEntry,
  known: ReadonlySet<OneId>,
): Promise<FreeEntry> => {
  for (let attempt = 0; ; attempt++) {
    const id = mint(anchor, attempt);
    const [item] = known.has(id) ? [] : await table.getAll([customerKey(id)]);
    const taken = item && parseCustomerItem(item);
    if (!taken && !known.has(id)) return { id, anchor, issuedAt };
    // Somebody laid it and never came to commit, or is about to: no scope knows it, and this commit writes the anchor's.
    if (taken && isLive(taken) && taken.anchor === anchor)
      return { id, anchor, issuedAt: taken.issuedAt, laid: true };
  }
};
