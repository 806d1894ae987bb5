/**
 * A stream as a mapping reads it: shards, iterators, records.
 * @module
 */
import type { Json } from '#domain/shared/json.ts';
import type { StreamRecord } from './record.ts';

/** A shard and the shards that have to be drained before it. */
export interface Shard {
  readonly id: string;
  readonly parents: readonly string[];
}

/** Where reading starts: an end of the shard, or after a record. */
export type StartingPoint =
  | { readonly kind: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly kind: 'after'; readonly sequence: string };

/** A record together with what filters see of it. */
export interface SourceRecord extends StreamRecord {
  readonly view: () => Json;
}

/** Some records, and where to go on; without `next` the shard has ended. */
export interface Page {
  readonly records: readonly SourceRecord[];
  readonly next: string | undefined;
}

/** A stream that can be read; every method rejects when the engine cannot be reached. */
export interface StreamSource {
  shards(): Promise<readonly Shard[]>;
  iterator(shardId: string, from: StartingPoint): Promise<string>;
  read(shardId: string, iterator: string, limit: number): Promise<Page>;
}
