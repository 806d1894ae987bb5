/**
 * A table that notes the identity events of its transactions, in their order: what the table's stream would deliver.
 */
import { eventsOf } from '#application/identity/identity-events.ts';
import type { Table } from '#application/shared/table.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';

/** Appends the events of every transaction that is done to `events`. */
export const recordingEvents = (table: Table, events: IdentityEvent[]): Table => ({
  getAll: (keys) => table.getAll(keys),
  query: (request) => table.query(request),
  write: (action) => table.write(action),
  writeAll: (actions) => table.writeAll(actions),
  transact: async (actions) => {
    const outcome = await table.transact(actions);
    const items = actions.flatMap((action) => (action.kind === 'put' ? [action.item] : []));
    if (outcome.done) events.push(...items.flatMap((item) => eventsOf(item)?.events ?? []));
    return outcome;
  },
});
