/**
 * A table that notes the identity events of its writes, in their order: what the table's stream would deliver.
 */
import { eventsOf } from '#application/identity/identity-events.ts';
import type { Action, Table, Write } from '#application/shared/table.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';

/** Appends the events of everything that is written to `events`. */
export const recordingEvents = (table: Table, events: IdentityEvent[]): Table => {
  const note = (actions: readonly Action[]) => {
    const items = actions.flatMap((action) => (action.kind === 'put' ? [action.item] : []));
    events.push(...items.flatMap((item) => eventsOf(item)?.events ?? []));
  };
  const write = async (action: Write): Promise<boolean> => {
    const done = await table.write(action);
    if (done) note([action]);
    return done;
  };
  return {
    getAll: (keys, consistency) => table.getAll(keys, consistency),
    query: (request) => table.query(request),
    write,
    // One by one: of several, some may be done before another crashes.
    writeAll: (actions) => Promise.all(actions.map(write)),
    transact: async (actions) => {
      const outcome = await table.transact(actions);
      if (outcome.done) note(actions);
      return outcome;
    },
  };
};
