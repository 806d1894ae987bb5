/**
 * Assembly of change records, common to all capture tools: find the table, read the key, order the change.
 *
 * A decoder reads its wire format into a {@link RawChange}; everything that must not differ between tools is here.
 * @module
 */
import type { Definitions, SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import type { ChangeRecord } from './change-record.ts';
import { columnsRead, keepsColumns } from './columns-read.ts';
import type { Decoded } from './decoded.ts';
import type { LogPosition } from './log-position.ts';
import { describe, type Rejection, reject, showName } from './rejection.ts';
import { type KeyParts, nameRow, readKey, readKeyBefore } from './row-identity.ts';
import { type CapturePhase, type RowVersion, rowVersion } from './row-version.ts';

/** Column that carries the load generation; put there by the replication, no column of the table. */
export const GENERATION_COLUMN = '_c360_gen';

/** Column that carries the change sequence; put there by the replication, no column of the table. */
export const SEQUENCE_COLUMN = '_c360_seq';

/** A known table of a known source. */
export interface Place {
  readonly source: SourceDefinition;
  readonly table: TableDefinition;
}

/** One row change as a capture tool reports it. */
export interface RawChange {
  readonly operation: 'load' | 'insert' | 'update' | 'delete';
  /** The row after the change; for a delete the last known row, of which only the key counts. */
  readonly row: JsonObject;
  /** What the tool tells of the row before an update. */
  readonly before?: JsonObject;
  /** Columns of which the tool says that it could not read them, although they may hold a value. */
  readonly unread?: readonly string[];
  /** Absent for a load row. */
  readonly at?: ChangePoint;
}

/** Place of a change in its source's log. */
export interface ChangePoint {
  readonly position: LogPosition;
  /** Number of the record in its transaction. */
  readonly record: number;
  /** Epoch milliseconds. */
  readonly committedAt?: number;
}

/** Finds the definition of a table; fails with `unknown-source` or `unknown-table`. */
export const findPlace = (
  definitions: Definitions,
  sourceName: unknown,
  tableName: unknown,
): Result<Place, Rejection> => {
  if (typeof sourceName !== 'string' || typeof tableName !== 'string')
    return reject('wrong-shape', 'The names of source and table must be text.');
  const source = own(definitions.sources, sourceName);
  if (source === undefined)
    return reject('unknown-source', `No definition names a source ${showName(sourceName)}.`);
  const table = own(source.tables, tableName);
  return table === undefined
    ? reject('unknown-table', `Source "${source.source}" defines no table ${showName(tableName)}.`)
    : success({ source, table });
};

/** Turns a raw change into change records: one, or two when the primary key changed. */
export const assemble = (place: Place, change: RawChange): Result<Decoded, Rejection> => {
  const key = readKey(place.table, change.row);
  if (!key.ok) return key;
  const generation = readGeneration(place.source, change.row);
  if (!generation.ok) return generation;
  const stamp = stampOf(generation.value, change);
  const image = readImage(place, change);
  if (!image.ok) return image;
  const now = record(place, key.value, stamp, { ...change, ...image.value });
  if (!now.ok || change.operation !== 'update' || change.before === undefined)
    return now.ok ? success({ kind: 'changes', records: [now.value] }) : now;
  return withTombstoneOfOldKey(place, change.before, key.value, stamp, now.value);
};

/** A row as a record carries it, and whether that is all of it. */
interface CarriedRow {
  readonly row: JsonObject;
  readonly partial?: true;
}

/**
 * Completes the row of an update from its before image, where it carries one: a column that the change left alone had
 * the same value before. What is still absent makes the image partial.
 */
const readImage = (
  place: Place,
  { operation, row, before = {}, unread = [] }: RawChange,
): Result<CarriedRow, Rejection> => {
  if (operation !== 'update' && unread.length === 0) return success({ row });
  const { source, table } = place;
  const isKept = keepsColumns(source, table);
  const absentKept = operation === 'update' && isKept;
  const absent = columnsRead(source, table).filter(
    (name) => !hasOwn(row, name) && (absentKept || unread.includes(name)),
  );
  const kept = absent.filter((name) => hasOwn(before, name)).map((name) => [name, before[name]]);
  const complete = kept.length === 0 ? row : { ...row, ...Object.fromEntries(kept) };
  const missing = absent.filter((name) => !hasOwn(complete, name));
  if (missing.length === 0) return success({ row: complete });
  return isKept
    ? success({ row: complete, partial: true })
    : reject(
        'partial-image',
        `The record could not read column "${missing[0]}" of table "${table.table}", but source "${source.source}" ` +
          'counts as one of whole images; say "images: partial" and reload the table.',
      );
};

const hasOwn = (row: JsonObject, name: string): boolean => Object.hasOwn(row, name);

interface Stamp {
  readonly version: RowVersion;
  readonly position?: string;
  readonly committedAt?: number;
}

/** A load row has no place in the log, whatever else the tool says of it. */
const stampOf = (generation: number, { operation, at }: RawChange): Stamp => {
  const phase: CapturePhase = operation === 'load' ? 'load' : 'cdc';
  if (phase === 'load' || at === undefined)
    return { version: rowVersion(generation, phase, '', 0) };
  const { position, record, committedAt } = at;
  const version = rowVersion(generation, phase, position.sortable, record);
  return committedAt === undefined
    ? { version, position: position.shown }
    : { version, position: position.shown, committedAt };
};

const record = (
  { source, table }: Place,
  key: KeyParts,
  stamp: Stamp,
  change: Pick<RawChange, 'operation'> & CarriedRow,
): Result<ChangeRecord, Rejection> => {
  const rowKey = nameRow(source.source, table.table, key);
  if (!rowKey.ok) return rowKey;
  const base = { source: source.source, table: table.table, rowKey: rowKey.value, ...stamp };
  return success(
    change.operation === 'delete'
      ? { ...base, operation: 'delete' }
      : {
          ...base,
          operation: 'upsert',
          row: withoutOwnColumns(change.row),
          ...(change.partial ? { partial: true } : {}),
        },
  );
};

const withTombstoneOfOldKey = (
  place: Place,
  before: JsonObject,
  key: KeyParts,
  stamp: Stamp,
  now: ChangeRecord,
): Result<Decoded, Rejection> => {
  const old = readKeyBefore(place.table, before, key);
  if (!old.ok) return old;
  if (old.value.every((part, index) => part === key[index]))
    return success({ kind: 'changes', records: [now] });
  if (now.operation === 'upsert' && now.partial)
    return reject(
      'partial-image',
      `The key of a row in table "${place.table.table}" changed and the record holds only part of the row; reload it.`,
    );
  const tombstone = record(place, old.value, stamp, { operation: 'delete', row: before });
  return tombstone.ok ? success({ kind: 'changes', records: [tombstone.value, now] }) : tombstone;
};

/** `0003`, or 3; null or absent leaves it to the source's definition. */
const readGeneration = (source: SourceDefinition, row: JsonObject): Result<number, Rejection> => {
  const value = own(row, GENERATION_COLUMN);
  if (value === undefined || value === null) return success(source.generation);
  const generation = typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : value;
  return Number.isInteger(generation) && Number(generation) >= 1 && Number(generation) <= 9999
    ? success(Number(generation))
    : reject(
        'bad-generation',
        `Column "${GENERATION_COLUMN}" is ${describe(value)}; it takes 1 to 9999.`,
      );
};

const withoutOwnColumns = (row: JsonObject): JsonObject => {
  if (!Object.hasOwn(row, GENERATION_COLUMN) && !Object.hasOwn(row, SEQUENCE_COLUMN)) return row;
  const { [GENERATION_COLUMN]: _generation, [SEQUENCE_COLUMN]: _sequence, ...columns } = row;
  return columns;
};
