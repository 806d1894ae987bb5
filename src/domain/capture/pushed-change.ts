/**
 * Pushed changes: change records of sources that feed the stream themselves, in the form of DMS.
 *
 * Such a source has no log, so the order of a row's changes is made of when something happened and of what it was: the
 * same call has the same position whenever it arrives.
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';

/** A change record for the stream. */
export interface PushedRecord {
  /** Row key, which is the partition key. */
  readonly key: string;
  readonly record: JsonObject;
}

/** 16 digits of milliseconds, 19 of what happened: 35, as a change sequence has. For column `_c360_seq`. */
export const pushedSequence = (epochMs: number, digits: string): string =>
  `${String(Math.max(0, epochMs)).padStart(16, '0')}${digits}`;

/** A row as DMS would write it, committed when it was received (epoch milliseconds). */
export const pushedChange = (
  source: string,
  table: string,
  data: JsonObject,
  receivedAt: number,
): JsonObject => ({
  data,
  metadata: {
    'record-type': 'data',
    operation: 'insert',
    'partition-key-type': 'primary-key',
    'schema-name': source,
    'table-name': table,
    'commit-timestamp': new Date(receivedAt).toISOString(),
  },
});
