/**
 * Ports of the operator commands, besides the object store and the compression that the archive needs.
 * @module
 */
import type { Item, Key } from '#application/shared/table.ts';
import type { JsonObject } from '#domain/shared/json.ts';

export type { Publish, StreamMessage } from '#application/shared/ports.ts';

/** A record that waits in quarantine. */
export interface QuarantineEntry {
  /** Key of the object with the raw bytes; names the entry. */
  readonly object: string;
  /** Key of its index item in the table. */
  readonly index: Key;
  /** Where it lies among the entries, for {@link QuarantineShelf.list}. */
  readonly place: string;
  /** A short code such as `not-json`. */
  readonly reason: string;
  readonly detail: string;
  /** When the stream took the record, epoch milliseconds. */
  readonly arrivedAt: number;
}

/** The quarantine as its operators see it. */
export interface QuarantineShelf {
  /** All entries, oldest first, as they are now. */
  entries(): Promise<readonly QuarantineEntry[]>;
  /** Entries as they lie, read as they are asked for; those after a place. */
  list(after?: string): AsyncIterable<QuarantineEntry>;
  /** The raw bytes of an entry; `undefined` when they are gone. */
  bytes(entry: QuarantineEntry): Promise<Uint8Array | undefined>;
  /** Takes an entry away with its bytes; done when it is gone already. */
  remove(entry: QuarantineEntry): Promise<void>;
}

/**
 * Brings the summaries of the customers that a DynamoDB stream event touches up to date.
 * @returns how many were written
 */
export type RecomputeViews = (event: JsonObject) => Promise<number>;

/** One page of a scan. */
export interface ScanPage {
  readonly items: readonly Item[];
  /** Key to go on after; absent on the last page. */
  readonly next?: Key;
}

/**
 * Reads a page of one of several equal segments of the table, strongly consistent. Only operators and the functions that
 * check the table as a whole have it.
 */
export type Scan = (request: {
  readonly segment: number;
  readonly segments: number;
  readonly after?: Key;
  /** Items looked at, 1 to 1000. */
  readonly limit: number;
}) => Promise<ScanPage>;

/** Resolving of the change stream, which rests while the table as a whole is worked on. */
export interface Resolving {
  /** Done when no batch is taken any more; `false` when none was before. */
  pause(): Promise<boolean>;
  resume(): Promise<void>;
}
