/**
 * Meter: requests and capacity units as DynamoDB bills them, so that the cost of a change can be printed.
 *
 * A write costs the larger of the item before and after, per 1 KB begun; a strongly consistent read 4 KB begun, an
 * eventually consistent one half of that; an item that is missing, and a condition that failed, cost as well; a transaction
 * costs double, its checks included.
 * Source: DynamoDB developer guide, "Read and write operations" (reference figures of a check: write units).
 * @module
 */

/** Running totals; the table adds to them. */
export interface Meter {
  /** HTTP requests, retries included where the table knows them. */
  requests: number;
  /** Read units. */
  readUnits: number;
  /** Write units. */
  writeUnits: number;
}

/** A meter at zero. */
export const makeMeter = (): Meter => ({ requests: 0, readUnits: 0, writeUnits: 0 });

/** Write units of one item of so many bytes, 1 at least. */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 1024));

/** Read units of so many bytes read at once, 1 at least. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / 4096));

/** What a transaction costs, times the same work outside one. */
export const TRANSACTION_FACTOR = 2;

/** What an eventually consistent read costs, times a strongly consistent one. */
export const EVENTUAL_FACTOR = 0.5;

/** Most keys in one BatchGetItem. Source: DynamoDB API reference, BatchGetItem. */
export const MAX_BATCH_KEYS = 100;
