/**
 * Rule change: what other rules would make of the customers there are.
 *
 * The customers of changed rules are F of the same units, with the ids of the same ledger; so what is listed here is
 * what applying the rules comes to, as long as no row changes in between.
 * @module
 */
import { groupBy } from '#domain/shared/multimap.ts';
import { type ChangeSample, changeSamples, type Evaluated } from './change-sample.ts';
import { byText, type EvidenceUnit, type IdentifierKey, type UnitKey } from './evidence.ts';
import { type HeldValue, heldValues } from './held-value.ts';
import { type CustomerState, customerEvents, type IdentityEvent } from './identity-event.ts';
import { compares, links, type MergePolicy, rulesOf } from './merge-policy.ts';
import { assignIds, type LedgerEntry, type OneId, type OneIdMinter, smallestOf } from './one-id.ts';
import { partition } from './partition.ts';
import { type Customer, customerGroups } from './scope.ts';

/** All that rules are evaluated on. */
export interface Population {
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly ledger: readonly LedgerEntry[];
  readonly customers: readonly Customer[];
}

/** What rules make of a population. Identifiers that are shared are those that would link. */
export interface Outcome extends Evaluated {
  readonly held: readonly HeldValue[];
}

/** Identifiers that more units hold than their cap allows. */
export const sharedIdentifiers = (
  units: Iterable<EvidenceUnit>,
  policy: MergePolicy,
): ReadonlySet<IdentifierKey> => {
  const degree = new Map<IdentifierKey, number>();
  for (const { claims } of units) {
    for (const { identifier } of claims) degree.set(identifier, (degree.get(identifier) ?? 0) + 1);
  }
  const isShared = ([identifier, count]: readonly [IdentifierKey, number]) =>
    compares(policy, identifier) && count > rulesOf(policy, identifier).cap;
  return new Set([...degree].filter(isShared).map(([identifier]) => identifier));
};

/**
 * Evaluates rules on a population.
 * @param mint names the customers that have no id yet
 */
export const outcomeOf = (
  { units, ledger }: Population,
  policy: MergePolicy,
  mint: OneIdMinter,
): Outcome => {
  const shared = sharedIdentifiers(units.values(), policy);
  const { groups, held } = partition([...units.values()], shared, policy);
  const issued = new Set(ledger.map(({ id }) => id));
  const named = assignIds(customerGroups(groups, units, shared, policy), ledger);
  const states = named.flatMap(({ units: own, entries }): readonly CustomerState[] => {
    const [first, ...others] = entries.map(({ id }) => id);
    const id = first ?? firstFree(mint, smallestOf(own) ?? ('' as UnitKey), issued);
    return [{ id, units: own }, ...others.map((other) => ({ id: other, units: [], into: id }))];
  });
  return {
    customers: new Map(states.map((state) => [state.id, state])),
    held: heldValues(held, groups, units),
    shared: new Set([...shared].filter((identifier) => links(policy, identifier))),
    heldLinks: held,
    units,
    policy,
  };
};

// The first id of an anchor may have passed to another.
const firstFree = (mint: OneIdMinter, anchor: UnitKey, issued: ReadonlySet<OneId>): OneId => {
  for (let attempt = 0; ; attempt++) {
    const id = mint(anchor, attempt);
    if (!issued.has(id)) return id;
  }
};

/** What a change of rules would do. */
export interface RuleChange {
  /** Merges, splits, customers that come and go. */
  readonly events: readonly IdentityEvent[];
  /** Customers that keep their id and their units. */
  readonly unaffected: number;
  /** Customers before, and after. */
  readonly customers: readonly [number, number];
  /** Values that would wait for review and do not, and those that would wait no more. */
  readonly newlyHeld: readonly IdentifierKey[];
  readonly released: readonly IdentifierKey[];
  /** Units that get another customer's id, by both ids. */
  readonly idChanges: readonly IdChange[];
  /** Some of the merges and splits, with what decides them. */
  readonly samples: readonly ChangeSample[];
}

/** That units of one customer are another's. */
export interface IdChange {
  readonly from: OneId;
  readonly to: OneId;
  /** How many units. */
  readonly units: number;
}

/** Compares the customers there are with what other rules make of them. */
export const compareRules = (
  population: Population,
  from: MergePolicy,
  to: MergePolicy,
  mint: OneIdMinter,
): RuleChange =>
  compareOutcomes(outcomeOf(population, from, mint), outcomeOf(population, to, mint));

/** Compares what two sets of rules make of two populations. */
export const compareOutcomes = (before: Outcome, after: Outcome): RuleChange => {
  const [old, now] = [waiting(before), waiting(after)];
  const events = customerEvents(before.customers, after.customers);
  return {
    events,
    unaffected: [...after.customers].filter(([id, state]) =>
      isSame(before.customers.get(id), state),
    ).length,
    customers: [liveCount(before), liveCount(after)],
    newlyHeld: [...now.difference(old)].sort(byText),
    released: [...old.difference(now)].sort(byText),
    idChanges: idChanges(before, after),
    samples: changeSamples(events, before, after),
  };
};

const idChanges = (before: Outcome, after: Outcome): readonly IdChange[] => {
  const idNow = idOfUnits(after);
  const changed = [...idOfUnits(before)].flatMap(([unit, from]) => {
    const to = idNow.get(unit);
    return to === undefined || to === from ? [] : [{ from, to }];
  });
  return [...groupBy(changed, ({ from, to }) => `${from} ${to}`)]
    .sort(([a], [b]) => byText(a, b))
    .flatMap(([, [one, ...others]]) => (one ? [{ ...one, units: 1 + others.length }] : []));
};

const idOfUnits = ({ customers }: Outcome): ReadonlyMap<UnitKey, OneId> =>
  new Map([...customers.values()].flatMap(({ id, units }) => units.map((unit) => [unit, id])));

const waiting = ({ held, shared }: Outcome): ReadonlySet<IdentifierKey> =>
  new Set([...held.map(({ identifier }) => identifier), ...shared]);

const liveCount = ({ customers }: Outcome): number =>
  [...customers.values()].filter(({ units }) => units.length > 0).length;

const isSame = (before: CustomerState | undefined, after: CustomerState): boolean =>
  after.units.length > 0 && before?.units.join() === after.units.join();
