/**
 * Planning within bounds: the plan of a commit in the largest step that fits one transaction.
 * @module
 */
import { customerKey, isLive, parseCustomerItem, type ScopeId } from '#application/shared/items.ts';
import { type Item, MAX_TRANSACTION_ACTIONS } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
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
import { type IdentityPorts, LIMITS, partRulesOf, token } from './identity-ports.ts';
import { middleOf } from './part-changes.ts';
import { type CommitPlan, type NamedCustomer, type PlanShape, planCommit } from './plan-commit.ts';
import type { World } from './world.ts';

/** Steps tried first for a commit that is too large; half as many when they do not fit. */
const MAX_STEPS = 40;

/** The shapes of a commit, from the one that settles most; the first that fits one transaction is taken. */
export const planWithin = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  world: World,
): Promise<CommitPlan | 'too-large'> => {
  const { changes, scope } = world;
  const shared = new Map(world.memberships.map((m) => [m.identifier, m.shared]));
  const evaluation = evaluateScope(scope, changes, shared, world.revived, policy);
  const now = ports.clock();
  const newScope = () =>
    (token(ports.random).toString(36) + token(ports.random).toString(36)) as ScopeId;
  const parts = partRulesOf(ports);
  const plan: TryPlan = async (customers, shape, most = (ports.limits ?? LIMITS).actions) => {
    const named = await nameCustomers(ports, { ...evaluation, customers }, now);
    const planned = planCommit(
      { world, changes, evaluation, ...named, policy, newScope, parts, now },
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
  now: number,
): Promise<{
  readonly customers: readonly NamedCustomer[];
  readonly minted: ReadonlySet<OneId>;
  readonly laidBefore: ReadonlySet<OneId>;
}> => {
  const isNew = ({ entries }: AssignedIds) => entries.length === 0;
  const anchors = evaluation.customers.filter(isNew).map(anchorOf);
  const free = await freeEntries(ports, anchors, now);
  const isLaid = ({ laid }: FreeEntry) => laid === true;
  return {
    customers: evaluation.customers.map((customer) => {
      const entry = isNew(customer) ? free.get(anchorOf(customer)) : undefined;
      if (!entry) return customer;
      const { id, anchor, issuedAt } = entry;
      return { units: customer.units, entries: [{ id, anchor, issuedAt }] };
    }),
    minted: new Set([...free.values()].filter((entry) => !isLaid(entry)).map(({ id }) => id)),
    laidBefore: new Set([...free.values()].filter(isLaid).map(({ id }) => id)),
  };
};

const anchorOf = ({ units }: AssignedIds): UnitKey => must(smallestOf(units), 'unit of a customer');

/** An entry for a new customer; `laid` when somebody has laid it before. */
interface FreeEntry extends LedgerEntry {
  readonly laid?: true;
}

// The first id of an anchor may have passed on to another unit; then its next one is minted. Ids are looked up and not left
// to the laying to find out: one that a dead worker laid would cost every later commit a second attempt, and where several
// work on one unit, none may come to its end.
const freeEntries = async (
  ports: IdentityPorts,
  anchors: readonly UnitKey[],
  now: number,
): Promise<ReadonlyMap<UnitKey, FreeEntry>> => {
  if (anchors.length === 0) return new Map();
  const firsts = await ports.table.getAll(
    anchors.map((anchor) => customerKey(ports.mint(anchor, 0))),
  );
  const entries = anchors.map(async (anchor, index) => {
    const entry = await freeEntry(ports, { anchor, issuedAt: now }, firsts[index]);
    return [anchor, entry] as const;
  });
  return new Map(await Promise.all(entries));
};

const freeEntry = async (
  { table, mint }: IdentityPorts,
  { anchor, issuedAt }: Omit<LedgerEntry, 'id'>,
  first: Item | undefined,
): Promise<FreeEntry> => {
  for (let attempt = 0; ; attempt++) {
    const id = mint(anchor, attempt);
    const [item] = attempt === 0 ? [first] : await table.getAll([customerKey(id)]);
    if (!item) return { id, anchor, issuedAt };
    const laid = laidIn(item, anchor);
    if (laid) return { ...laid, laid: true };
  }
};

// Somebody laid it and never came to commit, or is about to: no scope knows it, and this commit writes the anchor's.
const laidIn = (item: Item, anchor: UnitKey): LedgerEntry | undefined => {
  const customer = parseCustomerItem(item);
  const { id, issuedAt } = customer;
  return isLive(customer) && customer.anchor === anchor ? { id, anchor, issuedAt } : undefined;
};
