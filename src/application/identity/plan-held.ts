/**
 * Held values in a commit plan: one item each, for review, with the evidence as it is now.
 *
 * A scope keeps the list of its entries, so that exactly those are withdrawn whose evidence went. While a scope is open
 * the entries are left for its closing, and the list holds every value that may have one.
 * @module
 */
import { formatHeldItem, heldKey } from '#application/shared/review-items.ts';
import type { Action } from '#application/shared/table.ts';
import type { EvidenceUnit, IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import {
  concernsUnits,
  type HeldValue,
  type ListedValue,
  sameHeld,
} from '#domain/identity/held-value.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';
import type { Membership } from './membership.ts';

/** Held values before and after a commit. */
export interface HeldPlan {
  /** What the scopes list afterwards. */
  readonly listed: readonly ListedValue[];
  readonly actions: readonly Action[];
  readonly events: readonly IdentityEvent[];
}

/** What held values are planned from. */
export interface HeldInput {
  readonly before: readonly ListedValue[];
  /** What F holds now. */
  readonly values: readonly HeldValue[];
  /** Of identifiers that link. */
  readonly memberships: readonly Membership[];
  readonly units: ReadonlyMap<UnitKey, EvidenceUnit>;
  readonly now: number;
}

/** Plans the held values of a commit; `open`: all but the shared ones are left for the closing. */
export const planHeld = (input: HeldInput, open: boolean): HeldPlan => {
  const turns = sharedTurns(input.memberships);
  const plan = open ? planOpen(input, turns) : planAll(input, turns);
  const shared = [...turns].flatMap(([identifier, isShared]) => (isShared ? [identifier] : []));
  const told = toldOf(input.before);
  return {
    listed: plan.listed,
    actions: [...shared.map((one) => sharedEntry(one, input.now)), ...plan.actions],
    events: [
      ...shared.filter((one) => !told.has(one)).map((one) => heldEvent(one, ['shared'])),
      ...plan.events,
    ],
  };
};

/** Identifiers that become shared, or (`false`) are so no longer. */
const sharedTurns = (memberships: readonly Membership[]): ReadonlyMap<IdentifierKey, boolean> =>
  new Map(
    memberships.flatMap(({ identifier, claim, shared }) =>
      (claim?.shared ?? false) === shared ? [] : [[identifier, shared] as const],
    ),
  );

const planAll = (
  { before, values, now }: HeldInput,
  turns: ReadonlyMap<IdentifierKey, boolean>,
): HeldPlan => {
  const listed = listedNow(before, values, now);
  const { written, withdrawn } = heldChanges(before, listed);
  const loosened = [...turns].flatMap(([one, isShared]) => (isShared ? [] : [one]));
  const kept = new Set(listed.map(({ identifier }) => identifier));
  const ended = new Set([...withdrawn, ...loosened.filter((one) => !kept.has(one))]);
  // An entry that turns from held links to shared, or back, stays one entry.
  const gone = [...ended].filter((one) => !turns.get(one));
  return {
    listed,
    actions: [
      ...written.map((value) => ({ kind: 'put', item: formatHeldItem(value) }) as const),
      ...gone.map(withdrawal),
    ],
    events: heldEvents(new Set([...toldOf(before), ...loosened]), listed, gone),
  };
};

/** The values as they are listed when everything is in place. */
export const listedNow = (
  before: readonly ListedValue[],
  values: readonly HeldValue[],
  now: number,
): readonly ListedValue[] => {
  const since = new Map(before.map((value) => [value.identifier, value.since]));
  return values.map((value) => ({ ...value, since: since.get(value.identifier) ?? now }));
};

const heldChanges = (before: readonly ListedValue[], after: readonly ListedValue[]) => {
  const old = new Map(before.map((value) => [value.identifier, value]));
  const kept = new Set(after.map(({ identifier }) => identifier));
  return {
    written: after.filter((value) => {
      const was = old.get(value.identifier);
      return was === undefined || !sameHeld(was, value);
    }),
    withdrawn: [...old.keys()].filter((identifier) => !kept.has(identifier)),
  };
};

/** The values whose entry has been told of. */
export const toldOf = (listed: readonly ListedValue[]): ReadonlySet<IdentifierKey> =>
  new Set(listed.flatMap(({ identifier, since }) => (since === null ? [] : [identifier])));

/** Events of values that nobody was told of, and of those that are gone. */
export const heldEvents = (
  told: ReadonlySet<IdentifierKey>,
  after: readonly ListedValue[],
  gone: readonly IdentifierKey[],
): readonly IdentityEvent[] => {
  return [
    ...after.flatMap(({ identifier, reasons }) =>
      told.has(identifier) ? [] : [heldEvent(identifier, reasons)],
    ),
    ...gone.map((identifier): IdentityEvent => ({ type: 'identity.released', identifier })),
  ];
};

const heldEvent = (identifier: IdentifierKey, reasons: readonly string[]): IdentityEvent => ({
  type: 'identity.held',
  identifier,
  reasons,
});

// Until the closing: every value that has an entry or shall have one. A value that nobody claims any more has none.
const planOpen = (
  { before, values, units }: HeldInput,
  turns: ReadonlyMap<IdentifierKey, boolean>,
): HeldPlan => {
  const isClaimed = concernsUnits(units);
  const was = new Map(before.map((value) => [value.identifier, value]));
  const now = new Map(values.map((value) => [value.identifier, value]));
  const loosened = [...turns].flatMap(([one, isShared]) => (isShared ? [] : [one]));
  const all = [...new Set([...was.keys(), ...now.keys(), ...loosened])].filter(
    (identifier) => turns.get(identifier) !== true,
  );
  const gone = all.filter((identifier) => !isClaimed(identifier));
  const listed = all.filter(isClaimed).map((identifier): ListedValue => {
    const told = was.get(identifier)?.since ?? null;
    const value = now.get(identifier) ?? was.get(identifier) ?? nothingHeld(identifier);
    // A value that was shared has been told of as held.
    return { ...value, since: loosened.includes(identifier) ? 0 : told };
  });
  const told = gone.filter((one) => (was.get(one)?.since ?? null) !== null || turns.has(one));
  return { listed, actions: gone.map(withdrawal), events: heldEvents(new Set(), [], told) };
};

const nothingHeld = (identifier: IdentifierKey): HeldValue => ({
  identifier,
  reasons: [],
  links: 0,
  units: 0,
  joins: 0,
  sides: [],
});

/** Withdraws the entry of a value. */
export const withdrawal = (identifier: IdentifierKey): Action => ({
  kind: 'delete',
  key: heldKey(identifier),
});

// Counts would contend; whoever lists the entry counts the holders.
const sharedEntry = (identifier: IdentifierKey, now: number): Action => ({
  kind: 'put',
  item: { ...heldKey(identifier), reasons: ['shared'], since: now },
});
