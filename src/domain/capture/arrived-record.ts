/**
 * Arrived records: rows of files and of other systems' calls, as records of the change stream.
 *
 * They take the form of DMS records, so that decoder, archive, replay and quarantine need not know where a row came
 * from. The position is the time of arrival and the digest of what arrived, and the record number is the row's place in
 * it: the same file imported again gives the same versions, and so changes nothing; a corrected one is later.
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';

/** What arrived as one: a file, a call. */
export interface Arrival {
  readonly source: string;
  readonly table: string;
  /** Epoch milliseconds: when the file was written, or the event happened. */
  readonly at: number;
  /** 24 hexadecimal digits of a digest of its name, or of the event's id. */
  readonly digest: string;
}

/** Writes a row of an arrival as one record of the stream. */
export const arrivedRecord = (
  { source, table, at, digest }: Arrival,
  number: number,
  row: JsonObject,
): string => {
  const time = new Date(at).toISOString();
  return JSON.stringify({
    data: row,
    metadata: {
      timestamp: time,
      'record-type': 'data',
      operation: 'insert',
      'partition-key-type': 'primary-key',
      'schema-name': source,
      'table-name': table,
      'transaction-record-id': number,
      'commit-timestamp': time,
      'stream-position': `${at}.${digest}`,
    },
  });
};
