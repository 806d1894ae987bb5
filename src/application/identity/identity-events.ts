/**
 * Carriage of identity events: they are written with the commit that they tell of, and the table's stream delivers them.
 *
 * A commit writes at least one scope, and its events are an attribute of that scope's version. So they are there exactly
 * when the commit is, once, and cost no write of their own.
 * @module
 */
import type { Item, Value, ValueMap } from '#application/shared/table.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';

/** Events of one commit. */
export interface CommitEvents {
  /** Names the commit: the same in every delivery, another for every other commit. */
  readonly commit: string;
  /** When it was planned, epoch milliseconds. */
  readonly at: number;
  readonly events: readonly IdentityEvent[];
}

/** Events as attributes of the item that carries them. */
export const eventAttributes = (events: readonly IdentityEvent[], at: number): ValueMap =>
  events.length === 0 ? {} : { events: events as unknown as Value, eventsAt: at };

/** The events that an item carries, as the table's stream shows it after a write. */
export const eventsOf = (item: Item | undefined): CommitEvents | undefined => {
  const events = item?.['events'] as readonly IdentityEvent[] | undefined;
  if (!item || events === undefined || !['SCOPE', 'EVENTS'].includes(item.sk)) return undefined;
  const commit = `${item.pk.slice(2)}.${item['ver'] ?? 'last'}`;
  return { commit, at: item['eventsAt'] as number, events };
};
