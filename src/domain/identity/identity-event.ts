/**
 * Identity events: what a commit did to customers and held values, for those who must act on it once.
 *
 * They are the difference of two states and nothing else, so a commit that changes nothing says nothing, and all events
 * in the order of commits give the customers there are.
 * @module
 */
import { assertNever, InvariantError } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { byText, type IdentifierKey, type UnitKey } from './evidence.ts';
import type { OneId } from './one-id.ts';

/** What happened to customers or held values. */
export type IdentityEvent =
  | { readonly type: 'identity.created'; readonly customerId: OneId }
  /** `from` are redirects to `into` now. */
  | {
      readonly type: 'identity.merged';
      readonly into: OneId;
      readonly from: readonly OneId[];
    }
  /** `into` are customers of their own now, new ones or ids that come back. */
  | {
      readonly type: 'identity.split';
      readonly from: OneId;
      readonly into: readonly OneId[];
    }
  /** Nothing of the customer is left; its id rests. */
  | { readonly type: 'identity.ended'; readonly customerId: OneId }
  /** A value that would join customers waits for review. */
  | {
      readonly type: 'identity.held';
      readonly identifier: IdentifierKey;
      readonly reasons: readonly string[];
    }
  /** A value waits no more. */
  | { readonly type: 'identity.released'; readonly identifier: IdentifierKey };

/** An id with its units, or with the id it redirects to. */
export interface CustomerState {
  readonly id: OneId;
  readonly units: readonly UnitKey[];
  readonly into?: OneId;
}

type States = ReadonlyMap<OneId, CustomerState>;

/** The events that lead from one state of some customers to another: what comes first, then what merges or ends. */
export const customerEvents = (before: States, after: States): readonly IdentityEvent[] => {
  const [old, now] = [live(before), live(after)];
  const come = [...now.values()].filter(({ id }) => !old.has(id));
  const gone = [...old.values()].filter(({ id }) => !now.has(id));
  const holderOf = new Map(
    [...old.values()].flatMap(({ id, units }) => units.map((unit) => [unit, id] as const)),
  );
  const origin = ({ id, units }: CustomerState): OneId | undefined => {
    const redirect = before.get(id)?.into;
    return redirect ?? units.map((unit) => holderOf.get(unit)).find((from) => from !== undefined);
  };
  const merged = gone.map(({ id }) => ({ id, into: after.get(id)?.into }));
  return [
    ...linked(come.map((state) => ({ id: state.id, other: origin(state) }))).map(
      ([from, into]): IdentityEvent =>
        from === undefined
          ? { type: 'identity.created', customerId: into[0] as OneId }
          : { type: 'identity.split', from, into },
    ),
    ...linked(merged.map(({ id, into }) => ({ id, other: into }))).map(
      ([into, from]): IdentityEvent =>
        into === undefined
          ? { type: 'identity.ended', customerId: from[0] as OneId }
          : { type: 'identity.merged', into, from },
    ),
  ];
};

const live = (states: States): States =>
  new Map([...states].filter(([, { units }]) => units.length > 0));

/** Ids by the other id of their event; those without one each by themselves. */
const linked = (
  entries: readonly { readonly id: OneId; readonly other: OneId | undefined }[],
): readonly (readonly [OneId | undefined, readonly OneId[]])[] =>
  [...groupBy(entries, ({ other }) => other)].flatMap(([other, of]) => {
    const ids = of.map(({ id }) => id).sort(byText);
    const linkedTo = (group: readonly OneId[]) => [other, group] as const;
    return other === undefined ? ids.map((id) => linkedTo([id])) : [linkedTo(ids)];
  });

/** What all events so far come to. */
export interface EventState {
  readonly customers: ReadonlySet<OneId>;
  readonly held: ReadonlySet<IdentifierKey>;
}

/**
 * The customers and held values after these events, from nothing.
 * @throws InvariantError when an event tells of what happened before: it was told twice, or one is missing
 */
export const replayEvents = (events: Iterable<IdentityEvent>): EventState => {
  const state = { customers: new Set<OneId>(), held: new Set<IdentifierKey>() };
  for (const event of events) replayEvent(state, event);
  return state;
};

const replayEvent = (
  { customers, held }: { readonly customers: Set<OneId>; readonly held: Set<IdentifierKey> },
  event: IdentityEvent,
): void => {
  switch (event.type) {
    case 'identity.created':
      come(customers, [event.customerId]);
      break;
    case 'identity.split':
      come(customers, event.into);
      break;
    case 'identity.merged':
      leave(customers, event.from);
      break;
    case 'identity.ended':
      leave(customers, [event.customerId]);
      break;
    case 'identity.held':
      come(held, [event.identifier]);
      break;
    case 'identity.released':
      leave(held, [event.identifier]);
      break;
    default:
      assertNever(event);
  }
};

const come = <Entry extends string>(set: Set<Entry>, entries: readonly Entry[]): void => {
  for (const entry of entries) {
    if (set.has(entry)) throw new InvariantError(`${entry} has come before`);
    set.add(entry);
  }
};

const leave = <Entry extends string>(set: Set<Entry>, entries: readonly Entry[]): void => {
  for (const entry of entries) {
    if (!set.delete(entry)) throw new InvariantError(`${entry} was not there`);
  }
};
