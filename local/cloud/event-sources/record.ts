/**
 * A record of a stream, as the mapping machinery sees it.
 * @module
 */

/** One record of a shard, in the form in which a function gets it. */
export interface StreamRecord {
  /** Unique in its shard. */
  readonly sequence: string;
  /** Records of one key are handled in order: the partition key, or the key of the item. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  /** The record as it stands in the event, in JSON text. */
  readonly json: string;
}

/** The event of a batch, in JSON text. */
export const eventOf = (records: readonly StreamRecord[]): string =>
  `{"Records":[${records.map((record) => record.json).join(',')}]}`;
