/**
 * Customers in a commit plan: what becomes of every id of the scopes, the canonical ones, redirects and ids at rest.
 * @module
 */
import {
  type CustomerItem,
  formatCustomerItem,
  isLive,
  noteKey,
  sameCustomer,
} from '#application/shared/items.ts';
import type { Action, Condition, Write } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import type { Evaluation, Scope } from '#domain/identity/scope.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { NoteRead } from './unit-notes.ts';
import type { World } from './world.ts';

/** An id with where it leads, and the units of its customer if it leads to its own. */
export interface PlacedCustomer extends CustomerItem {
  readonly units: readonly UnitKey[];
}

/**
 * All ids of a scope: the canonical id has the units, any other id whose anchor a customer holds redirects to it, the rest
 * are at rest.
 */
export const placedCustomers = (
  { customers }: Pick<Scope, 'customers'>,
  alive: readonly LedgerEntry[],
  resting: readonly LedgerEntry[] = [],
): ReadonlyMap<OneId, PlacedCustomer> => {
  const ownerOf = new Map(
    customers.flatMap((customer) => customer.units.map((unit) => [unit, customer] as const)),
  );
  const placeOf = (entry: LedgerEntry): PlacedCustomer => {
    const owner = ownerOf.get(entry.anchor);
    if (owner === undefined) return { ...entry, units: [], rests: true };
    return owner.id === entry.id
      ? { ...entry, units: owner.units, rests: false }
      : { ...entry, units: [], rests: false, into: owner.id };
  };
  return new Map([
    ...alive.map((entry) => [entry.id, placeOf(entry)] as const),
    ...resting.map((entry) => [entry.id, { ...entry, units: [], rests: true }] as const),
  ]);
};

/** The customer that an id leads to; `undefined` while it rests. */
export const leadsTo = (placed: ReadonlyMap<OneId, CustomerItem>, id: OneId): OneId | undefined => {
  const entry = placed.get(id);
  return entry && !entry.rests ? (entry.into ?? id) : undefined;
};

/** What customers are planned from. */
export interface CustomerPlanInput {
  readonly world: World;
  readonly evaluation: Evaluation;
  /** Ids minted by this commit; their items must not exist. */
  readonly minted: ReadonlySet<OneId>;
  /** Ids that it takes up from somebody who laid them. */
  readonly laidBefore: ReadonlySet<OneId>;
}

/** What the ids of a commit were, and what they are now. */
export interface CustomerTransition {
  readonly was: ReadonlyMap<OneId, PlacedCustomer>;
  readonly now: ReadonlyMap<OneId, PlacedCustomer>;
}

/** Every id of a commit, before and after it. */
export const customerTransition = (
  { world, evaluation }: CustomerPlanInput,
  before: Scope,
  after: Scope,
): CustomerTransition => ({
  was: placedCustomers(before, [...before.ledger, ...world.revived]),
  now: placedCustomers(after, after.ledger, restingEntries(evaluation)),
});

/** What is written of ids. */
export interface CustomerWrites {
  readonly actions: readonly Action[];
  /** Ids that are new, to be laid before the commit: nobody is told of one that no scope knows. */
  readonly laid: readonly Write[];
}

/**
 * Writes every id whose item changes. While a scope is open, ids that only redirect before and after are left for its
 * closing: they lead on over one more redirect meanwhile. The closing knows the ids of the scope only, so one that leaves
 * an open scope to rest is written in any case.
 */
export const customerWrites = (
  { world, evaluation, minted, laidBefore }: CustomerPlanInput,
  { was, now }: CustomerTransition,
  open: boolean,
): CustomerWrites => {
  const wasOpen = world.scopes.some((scope) => scope.open);
  const written = [...now.values()].filter((item) => {
    if (laidBefore.has(item.id)) return false;
    const old = was.get(item.id);
    const stays = evaluation.units.has(item.anchor);
    const isSame = old !== undefined && sameCustomer(item, old);
    return !(isSame && (stays || !wasOpen)) && !(open && stays && onlyRedirects(old, item));
  });
  const put = (item: PlacedCustomer) => ({ kind: 'put', item: formatCustomerItem(item) }) as const;
  return {
    actions: written.filter(({ id }) => !minted.has(id)).map(put),
    laid: written
      .filter(({ id }) => minted.has(id))
      .map((item) => ({ ...put(item), when: { missing: ['pk'] } })),
  };
};

const onlyRedirects = (old: CustomerItem | undefined, now: CustomerItem): boolean =>
  old !== undefined && !isLive(old) && !isLive(now);

const restingEntries = (evaluation: Evaluation): readonly LedgerEntry[] =>
  evaluation.ledger.filter((entry) => !evaluation.units.has(entry.anchor));

/**
 * Notes ids that outlive their unit, and checks that new units have no note unseen. One of a unit that operators have decided
 * about stays: whoever is about to create the unit again, and has read no note, notices that it was there.
 */
export const restingActions = (
  { notes, unfenced, token }: World,
  evaluation: Evaluation,
): readonly Action[] => {
  const entriesOf = groupBy(restingEntries(evaluation), (entry): UnitKey => entry.anchor);
  return [
    ...notes.map((note) => noteAction(note, token)),
    ...unfenced.map(
      (anchor): Action => ({ kind: 'check', key: noteKey(anchor), when: { missing: ['pk'] } }),
    ),
    ...[...entriesOf].map(([anchor, ofAnchor]): Action => {
      const entries = ofAnchor.map(({ id, issuedAt }) => [id, issuedAt]);
      return { kind: 'update', key: noteKey(anchor), set: { ver: token, entries } };
    }),
  ];
};

const noteAction = (
  { unit, version, hasIds, isDecided }: NoteRead,
  token: World['token'],
): Action => {
  const key = noteKey(unit);
  const when: Condition = { equals: [['ver'], version] };
  if (!hasIds) return { kind: 'check', key, when };
  return isDecided
    ? { kind: 'update', key, set: { ver: token }, remove: ['entries'], when }
    : { kind: 'delete', key, when };
};
