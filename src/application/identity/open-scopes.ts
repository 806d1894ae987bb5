/**
 * Open scopes: commits that one transaction could not hold, brought to their end step by step.
 *
 * The first step has written the change itself, and what F says of it follows from the scope alone. So any worker may
 * take the next step, and a crash between two of them leaves nothing but a note that the next batch takes up.
 * @module
 */
import {
  claimKey,
  customerKey,
  formatCustomerItem,
  OPEN_PARTITION,
  openKey,
  parseClaimItem,
  parseCustomerItem,
  type ScopeId,
  sameCustomer,
  scopeKey,
} from '#application/shared/items.ts';
import { formatHeldItem, heldKey, parseHeldItem } from '#application/shared/review-items.ts';
import type { Action, Table } from '#application/shared/table.ts';
import { type HeldValue, type ListedValue, sameHeld } from '#domain/identity/held-value.ts';
import { type MergePolicy, policyMark } from '#domain/identity/merge-policy.ts';
import { evaluateScope, holdersOf, stepsOf } from '#domain/identity/scope.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { describeScopes } from './compared-scopes.ts';
import { eventAttributes } from './identity-events.ts';
import { type IdentityPorts, LIMITS, partRulesOf } from './identity-ports.ts';
import { isUnderOthers } from './likeness-under-rules.ts';
import { leadsTo, placedCustomers } from './plan-customers.ts';
import { heldEvents, listedNow, toldOf, withdrawal } from './plan-held.ts';
import { ownersOf, pointClaim } from './plan-pointers.ts';
import { ContentionError, commitWork } from './restructure.ts';
import { asRead, isScopeItem, readScopes, type StoredScope } from './scope-store.ts';
import { partWrites, scopeWrites, transactWithParts } from './scope-writes.ts';

/** Actions of a transaction of corrections that are kept for the scope, its parts and its note. */
const KEPT_FOR_SCOPE = 20;

/** Steps that one batch takes at most, about a hundred customers or pointers each; the next batch goes on. */
const MAX_STEPS = 200;

/** Attempts at one step before the batch is given back. */
const MAX_ATTEMPTS = 24;

/**
 * Brings open scopes to their end, or as far as `limit` steps go.
 * @returns the number of steps taken
 * @throws ContentionError when others were at a scope again and again
 */
export const closeScopes = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  limit = MAX_STEPS,
): Promise<number> => {
  let taken = 0;
  let { items } = await ports.table.query({ pk: OPEN_PARTITION });
  while (items.length > 0 && taken < limit) {
    for (const { sk } of items) {
      while (taken < limit && !(await stepOrRetry(ports, policy, sk as ScopeId))) taken += 1;
    }
    ({ items } = await ports.table.query({ pk: OPEN_PARTITION }));
  }
  return taken;
};

/** When to look for open scopes: a look costs a request, and there is seldom one. */
export interface OpenWatch {
  /** Called when a commit leaves its scope open. */
  readonly note: () => void;
  /** Whether it is time: at first, after a note, and now and then for what others have left behind. */
  readonly due: () => boolean;
  /** Called when all that was found is closed. */
  readonly looked: () => void;
}

/** Milliseconds between two looks without a note. */
const LOOK_INTERVAL = 10_000;

/** Makes the watch of one execution environment. */
export const makeOpenWatch = (clock: Clock): OpenWatch => {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    note: () => {
      lookedAt = Number.NEGATIVE_INFINITY;
    },
    due: () => clock() - lookedAt >= LOOK_INTERVAL,
    looked: () => {
      lookedAt = clock();
    },
  };
};

/** Takes one step; tells whether the scope is closed. */
const stepOrRetry = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  id: ScopeId,
): Promise<boolean> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const outcome = await takeStep(ports, policy, id);
    if (outcome !== 'conflict') return outcome === 'closed';
    await ports.sleep(Math.ceil(ports.random() * Math.min(400, 5 * 2 ** attempt)));
  }
  throw new ContentionError(`an open scope was written by others ${MAX_ATTEMPTS} times over`);
};

type StepOutcome = 'closed' | 'more' | 'conflict';

const takeStep = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  id: ScopeId,
): Promise<StepOutcome> => {
  const [stored] = await readScopes(ports.table, [id]);
  if (stored?.id !== id || !stored.open) return forget(ports.table, id, stored);
  const scope = await describeScopes(ports.table, policy, [stored]);
  const evaluation = evaluateScope(scope, [], new Map(), [], policy);
  const isSettled = stepsOf(scope, [], evaluation, policy).count === 0;
  // What was evaluated under other rules is compared anew, which only a commit does.
  if (isSettled && !isUnderOthers(stored, policy))
    return correct(ports, policy, stored, evaluation.values);
  const { done } = await commitWork(ports, policy, { changes: [], scopes: [id] });
  return done ? 'more' : 'conflict';
};

// Whoever opens a scope writes its note with it; so a note may go only while the scope is seen not to be open.
const forget = async (
  table: Table,
  id: ScopeId,
  stored: StoredScope | undefined,
): Promise<StepOutcome> => {
  const own = stored?.id === id ? stored : undefined;
  const [item] = own ? [] : await table.getAll([scopeKey(id)]);
  if (item && isScopeItem(item)) return 'conflict';
  const version = own?.version ?? item?.['ver'];
  const when =
    typeof version === 'number'
      ? ({ equals: [['ver'], version] } as const)
      : ({ missing: ['pk'] } as const);
  const { done } = await table.transact([
    { kind: 'check', key: scopeKey(id), when },
    { kind: 'delete', key: openKey(id) },
  ]);
  return done ? 'closed' : 'conflict';
};

/** Corrects what points to the customers of a scope, and closes it with the last correction. */
const correct = async (
  ports: IdentityPorts,
  policy: MergePolicy,
  stored: StoredScope,
  values: readonly HeldValue[],
): Promise<StepOutcome> => {
  const { table, clock } = ports;
  const { id, scope } = stored;
  const now = clock();
  const held = listedNow(scope.held, values, now);
  const rules = policyMark(policy);
  const wrong = [
    ...(await wrongCustomers(table, stored)),
    ...(await wrongClaims(table, policy, stored)),
    ...(await wrongHeld(table, scope.held, held)),
  ];
  const { actions: most } = ports.limits ?? LIMITS;
  const some = wrong.slice(0, Math.max(1, most - KEPT_FOR_SCOPE));
  const last = some.length === wrong.length;
  const more = eventAttributes(closingEvents(scope.held, held), now);
  const write = last
    ? scopeWrites(
        { id, stored, scope: { ...scope, held }, open: false, more: { ...more, rules } },
        partRulesOf(ports),
      )
    : undefined;
  const actions: readonly Action[] = [
    write?.commit ?? { kind: 'check', key: scopeKey(id), when: asRead(stored) },
    ...some,
    ...(last ? [{ kind: 'delete', key: openKey(id) } as const] : []),
  ];
  const parts = write ? partWrites([stored], [write]) : { laid: [], left: [] };
  const { done } = await transactWithParts(table, actions, parts);
  if (!done) return 'conflict';
  return last ? 'closed' : 'more';
};

const closingEvents = (before: readonly ListedValue[], after: readonly ListedValue[]) => {
  const kept = new Set(after.map(({ identifier }) => identifier));
  const gone = before.filter(({ identifier, since }) => since !== null && !kept.has(identifier));
  return heldEvents(
    toldOf(before),
    after,
    gone.map(({ identifier }) => identifier),
  );
};

const wrongHeld = async (
  table: Table,
  before: readonly ListedValue[],
  after: readonly ListedValue[],
): Promise<readonly Action[]> => {
  const wanted = new Map(after.map((value) => [value.identifier, value]));
  const identifiers = [...new Set([...before, ...after].map(({ identifier }) => identifier))];
  const items = await table.getAll(identifiers.map(heldKey));
  return identifiers.flatMap((identifier, index): readonly Action[] => {
    const [item, value] = [items[index], wanted.get(identifier)];
    if (value === undefined) return item ? [withdrawal(identifier)] : [];
    const there = item && parseHeldItem(item).value;
    return there && sameHeld(there, value) ? [] : [{ kind: 'put', item: formatHeldItem(value) }];
  });
};

const wrongCustomers = async (table: Table, { scope }: StoredScope): Promise<readonly Action[]> => {
  const expected = [...placedCustomers(scope, scope.ledger).values()];
  const items = await table.getAll(expected.map(({ id }) => customerKey(id)));
  return expected.flatMap((customer, index): readonly Action[] => {
    const item = items[index];
    const same = item && sameCustomer(parseCustomerItem(item), customer);
    return same ? [] : [{ kind: 'put', item: formatCustomerItem(customer) }];
  });
};

const wrongClaims = async (
  table: Table,
  policy: MergePolicy,
  { id, scope }: StoredScope,
): Promise<readonly Action[]> => {
  const owners = ownersOf(scope, policy);
  const placed = placedCustomers(scope, scope.ledger);
  const identifiers = [...holdersOf(scope, policy).keys()];
  const items = await table.getAll(identifiers.map(claimKey));
  return identifiers.flatMap((identifier, index) => {
    const [item, owner] = [items[index], owners.get(identifier)];
    if (!item) return [];
    const { customer } = parseClaimItem(item);
    // One that names an id at rest leads nowhere, and yet it is wrong.
    const leads = customer && (leadsTo(placed, customer) ?? customer);
    if (leads === owner) return [];
    return [pointClaim(identifier, id, owner)];
  });
};
