/**
 * Change record: one committed row change, whichever tool captured it.
 *
 * DMS, Debezium, the tracking API and file drops all become this one shape; everything after the decoder knows only it.
 * An update of the primary key is two records, a tombstone of the old row and an upsert of the new one, at one version.
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';
import type { RowVersion } from './row-version.ts';
import type { SourceRowKey } from './source-row.ts';

interface ChangeRecordBase {
  /** Source id, e.g. `pos`. */
  readonly source: string;
  /** Table of the source, e.g. `receipt`. */
  readonly table: string;
  readonly rowKey: SourceRowKey;
  readonly version: RowVersion;
  /** Log position as the source writes it, e.g. `00000002/7C007178`; absent for a load row. */
  readonly position?: string;
  /** Commit time at the source, epoch milliseconds; absent for a load row. */
  readonly committedAt?: number;
}

/** The row exists and has these column values. */
export interface UpsertRecord extends ChangeRecordBase {
  readonly operation: 'upsert';
  /** Column values as captured. */
  readonly row: JsonObject;
  /**
   * Present when the record does not carry every column that the definition reads: those that are absent are as they
   * were. Without it an absent column is null.
   */
  readonly partial?: true;
}

/** The row no longer exists; it keeps its version, so that a late change cannot bring it back. */
export interface TombstoneRecord extends ChangeRecordBase {
  readonly operation: 'delete';
}

/** One committed row change. */
export type ChangeRecord = UpsertRecord | TombstoneRecord;
