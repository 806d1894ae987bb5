/**
 * Ports: what the use cases of every stage need from the outside, besides the {@link Table}.
 *
 * An expected absence is a value; an infrastructure failure (throttling, time-out, no permission) throws.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';

/** A message of the change stream as it was delivered, before anybody has looked inside. */
export interface StreamRecord {
  readonly bytes: Uint8Array;
  /** The row key, as the publisher gave it. */
  readonly partitionKey: string;
  /** Unique within the stream and growing within a shard: a decimal integer of up to 56 digits. */
  readonly sequenceNumber: string;
  /** `shardId-000000000003` */
  readonly shardId: string;
  /** When the stream took it, epoch milliseconds. */
  readonly arrivedAt: number;
}

/** Objects under text keys, in one bucket. */
export interface ObjectStore {
  /** Stores an object, in place of any other under its key. */
  put(key: string, bytes: Uint8Array, contentType?: string): Promise<void>;
  /** The bytes of an object; `undefined` when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Keys with a prefix, in the order of their UTF-8 bytes; those after `after` when it is given. */
  list(prefix: string, after?: string): AsyncIterable<string>;
  /** Removes an object; done when there is none. */
  delete(key: string): Promise<void>;
}

/** Objects that can be taken away for good, with what their bucket keeps of former versions. */
export interface ErasableStore extends ObjectStore {
  /** Removes every version of an object but the current one; all of them when the object was deleted. */
  forget(key: string): Promise<void>;
}

/** Input that could not be understood. */
export interface HeldRecord {
  readonly bytes: Uint8Array;
  /** A short code such as `not-json`. */
  readonly reason: string;
  /** What exactly was wrong, for a person; never a personal value. */
  readonly detail: string;
  readonly origin: {
    readonly shard: string;
    readonly sequence: string;
    /** Epoch milliseconds. */
    readonly arrivedAt: number;
  };
}

/** Where input that cannot be understood waits for a person. */
export interface Quarantine {
  /** Keeps a record. Safe to repeat: the same origin is held once per reason. */
  hold(record: HeldRecord): Promise<void>;
}

/** The definitions in force. */
export interface CurrentDefinitions {
  /** SHA-256 of their canonical JSON, lower-case hexadecimal. */
  readonly hash: string;
  readonly definitions: Definitions;
}

/** Where the definitions come from. */
export interface DefinitionsSource {
  /** The definitions in force, at most some seconds old; the same object as long as they do not change. */
  current(): Promise<CurrentDefinitions>;
}

/** A lossless packing of bytes. The same bytes pack alike, so that a repeated write changes nothing. */
export interface Compression {
  pack(bytes: Uint8Array): Promise<Uint8Array>;
  /** Throws when the bytes were not packed by {@link Compression.pack}. */
  unpack(bytes: Uint8Array): Promise<Uint8Array>;
}

/** A message for the change stream. */
export interface StreamMessage {
  /** At most 256 characters. Messages of one key keep their order. */
  readonly partitionKey: string;
  readonly bytes: Uint8Array;
}

/** Puts messages on the change stream, in order; done when the stream has all of them, else it throws. */
export type Publish = (messages: readonly StreamMessage[]) => Promise<void>;
