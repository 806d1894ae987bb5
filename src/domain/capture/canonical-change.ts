/**
 * Canonical change: what a record says, free of how its source says it.
 *
 * The same update captured from three engines has one canonical change; what differs stands apart, in its origin. The
 * conformance pack compares records in this form.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { must } from '#domain/shared/assert.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { ChangeRecord } from './change-record.ts';
import { checkQuality } from './check-quality.ts';
import { decodeChange } from './decode-change.ts';
import type { IgnoredReason } from './decoded.ts';
import { mapRow } from './map-row.ts';
import type { FieldValue, QualityNote } from './mapped-row.ts';
import type { Rejection } from './rejection.ts';
import type { RowVersion } from './row-version.ts';

/** Where a change came from. */
export interface ChangeOrigin {
  readonly source: string;
  readonly version: RowVersion;
  readonly position?: string;
  /** Epoch milliseconds. */
  readonly committedAt?: number;
}

/** What a change says. */
export interface CanonicalChange {
  readonly table: string;
  /** Table and primary key, without the source. */
  readonly row: string;
  readonly operation: 'upsert' | 'delete';
  readonly partial?: boolean;
  readonly identifiers?: readonly Identifier[];
  readonly fields?: Readonly<Record<string, FieldValue>>;
  readonly brand?: string;
  readonly notes?: readonly QualityNote[];
}

/** A change with its origin. */
export interface OriginatedChange {
  readonly source: ChangeOrigin;
  readonly change: CanonicalChange;
}

/** The changes of a record, or why it holds none. */
export type CanonicalRecord =
  | { readonly outcome: 'changes'; readonly changes: readonly OriginatedChange[] }
  | { readonly outcome: 'ignored'; readonly reason: IgnoredReason };

/** Brings one record of the stream into canonical form. */
export const canonicalRecord = (
  text: string,
  definitions: Definitions,
): Result<CanonicalRecord, Rejection> => {
  const decoded = decodeChange(text, definitions);
  if (!decoded.ok) return decoded;
  if (decoded.value.kind === 'ignored')
    return success({ outcome: 'ignored', reason: decoded.value.reason });
  const changes: OriginatedChange[] = [];
  for (const record of decoded.value.records) {
    const change = changeOf(record, definitions);
    if (!change.ok) return change;
    changes.push({ source: originOf(record), change: change.value });
  }
  return success({ outcome: 'changes', changes });
};

const originOf = ({ source, version, position, committedAt }: ChangeRecord): ChangeOrigin => ({
  source,
  version,
  ...(position === undefined ? {} : { position }),
  ...(committedAt === undefined ? {} : { committedAt }),
});

const changeOf = (
  record: ChangeRecord,
  { sources, namespaces }: Definitions,
): Result<CanonicalChange, Rejection> => {
  const row = record.rowKey.slice(record.source.length + 1);
  if (record.operation === 'delete')
    return success({ table: record.table, row, operation: 'delete' });
  const source = must(sources[record.source], 'source of a decoded record');
  const table = must(source.tables[record.table], 'table of a decoded record');
  const checked = checkQuality(record.row, table.quality ?? [], record.partial);
  const mapped = mapRow({ row: checked.row }, source, table, namespaces);
  if (!mapped.ok) return mapped;
  const partial = record.partial === true;
  return success({ table: record.table, row, operation: 'upsert', partial, ...mapped.value });
};
