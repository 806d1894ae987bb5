/**
 * The state of a place: everything that it keeps, as an export holds it and an import brings it to another place.
 * @module
 */
import type { ObjectStore } from '#application/shared/ports.ts';
import type { WireItem } from './wire-item.ts';

/** Form of an export that this version writes and reads. */
export const STATE_FORMAT = 1;

/** Tables of an export. The audit log is a record of the place it was kept at: an import leaves it. */
export type StateTable = 'customer360' | 'audit';

/** Buckets of an export, and whether an import takes them: what waits to be taken in waits at the place it was dropped at. */
export const STATE_BUCKETS = {
  archive: true,
  definitions: true,
  quarantine: true,
  rights: true,
  drops: false,
  failed: false,
} as const;

/** A bucket of an export. */
export type StateBucket = keyof typeof STATE_BUCKETS;

/** Names of all buckets. */
export const STATE_BUCKET_NAMES = Object.keys(STATE_BUCKETS) as readonly StateBucket[];

/** By what two places know whether they have the same keys; nobody can tell a key from its print. */
export interface KeyPrints {
  readonly pepper: string;
  readonly oneIdKey: string;
  readonly erasureKey: string;
}

/** What an export says of itself. */
export interface StateManifest {
  readonly format: typeof STATE_FORMAT;
  /** ISO 8601, UTC; changes that the stream took later are not in it. */
  readonly exportedAt: string;
  readonly keys: KeyPrints;
  readonly items: number;
  readonly objects: number;
  /** Checksum of what an import takes, views aside: equal states have equal ones. */
  readonly state: string;
}

/** Items of a table, some at a time. */
export type WirePages = AsyncIterable<readonly WireItem[]>;

/** An object of an export. */
export interface StateObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Where an export is written. */
export interface StateWriter {
  items(table: StateTable, pages: WirePages): Promise<void>;
  object(bucket: StateBucket, object: StateObject): Promise<void>;
  /** Written last: without it the folder is no export. */
  manifest(manifest: StateManifest): Promise<void>;
}

/** Where an export is read. */
export interface StateReader {
  /** `undefined` when there is none. */
  manifest(): Promise<StateManifest | undefined>;
  items(table: StateTable): WirePages;
  objects(bucket: StateBucket): AsyncIterable<StateObject>;
}

/** The buckets of a place. */
export type StateStores = Readonly<Record<StateBucket, ObjectStore>>;

/** Told as it goes on. */
export interface TransferNews {
  readonly onItems?: (items: number) => void;
  readonly onObjects?: (objects: number) => void;
}

/** A state cannot be exported or imported as things are; the message says why and what to do. */
export class StateError extends Error {
  override readonly name = 'StateError';
}
