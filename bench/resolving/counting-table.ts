/**
 * Counting table: how often each kind of call is made, beside what the meter says of their cost.
 * @module
 */
import type { Table } from '#application/shared/table.ts';

/** Calls so far. */
export interface CallCounts {
  reads: number;
  /** Writes outside transactions, each of a list for itself. */
  writes: number;
  transactions: number;
  /** Transactions that did not happen. */
  cancelled: number;
}

/** No calls yet. */
export const noCalls = (): CallCounts => ({ reads: 0, writes: 0, transactions: 0, cancelled: 0 });

/** A table whose calls are added to `counts`. */
export const countingTable = (table: Table, counts: CallCounts): Table => ({
  getAll: (keys, consistency) => {
    counts.reads += keys.length > 0 ? 1 : 0;
    return table.getAll(keys, consistency);
  },
  query: (request) => {
    counts.reads += 1;
    return table.query(request);
  },
  write: (action) => {
    counts.writes += 1;
    return table.write(action);
  },
  writeAll: (actions) => {
    counts.writes += actions.length;
    return table.writeAll(actions);
  },
  transact: async (actions) => {
    const outcome = await table.transact(actions);
    counts.transactions += 1;
    counts.cancelled += outcome.done ? 0 : 1;
    return outcome;
  },
});
