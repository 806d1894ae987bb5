/**
 * Decoded: what a captured record says, once its wire format is left behind.
 * @module
 */
import type { ChangeRecord } from './change-record.ts';

/**
 * Why a record changes nothing, although it is well understood. All of them are counted.
 *
 * - `empty`: no bytes, or Debezium's tombstone, which only serves compacted logs
 * - `control`: a record about tables (create, drop, alter); information, never a command
 * - `bookkeeping`: a row of the capture tool's own tables
 * - `reference`: a table that is archived and otherwise left alone
 * - `truncate`: Debezium's word that a table was emptied; as DMS reports no truncation, it is information too
 */
export type IgnoredReason = 'empty' | 'control' | 'bookkeeping' | 'reference' | 'truncate';

/**
 * What an ignored record tells the operators. Holds names of tables and operations only, for the bookkeeping tables
 * also carry statements with people's data in them.
 */
export interface CaptureSignal {
  /** `drop-table`, `update`, … in lower case. */
  readonly operation: string;
  readonly table: string;
  /** Source id of a control record. */
  readonly source?: string;
  /** The captured table that a bookkeeping row is about, e.g. a suspended one. */
  readonly about?: string;
}

/** A record that was understood. */
export type Decoded =
  | { readonly kind: 'changes'; readonly records: readonly ChangeRecord[] }
  | {
      readonly kind: 'ignored';
      readonly reason: IgnoredReason;
      readonly signal?: CaptureSignal;
    };

/** A record that changes nothing. */
export const ignored = (reason: IgnoredReason, signal?: CaptureSignal): Decoded =>
  signal === undefined ? { kind: 'ignored', reason } : { kind: 'ignored', reason, signal };
