/**
 * DMS records: the JSON that AWS Database Migration Service writes to Kinesis.
 *
 * One row change per record: `data`, sometimes `before-image`, and `metadata`. Three habits of DMS shape this decoder.
 * Every full load starts with control records such as `drop-table`, so control records are never commands. Its own
 * tables (`awsdms_*`, schema `""`) travel on the same stream, deletes included, so they leave before anything is
 * versioned. A delete may hold the primary key alone with null for the rest, so nothing else of a delete is read.
 * Source: AWS DMS user guide, "Using Amazon Kinesis Data Streams as a target".
 * @module
 */
import type { Definitions, SourceDefinition } from '#domain/definitions/types.ts';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import {
  assemble,
  type ChangePoint,
  findPlace,
  type Place,
  type RawChange,
  SEQUENCE_COLUMN,
} from './change-assembly.ts';
import { type CaptureSignal, type Decoded, ignored } from './decoded.ts';
import { parseInstant } from './instant.ts';
import { encodePosition, encodeSequence, type LogPosition, usesSequence } from './log-position.ts';
import { describe, type Rejection, reject } from './rejection.ts';

type Operation = RawChange['operation'];

/** Operation names of DMS; `read` and `create` are what older versions write for `load` and `insert`. */
const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map<unknown, Operation>([
  ['load', 'load'],
  ['read', 'load'],
  ['insert', 'insert'],
  ['create', 'insert'],
  ['update', 'update'],
  ['delete', 'delete'],
]);

/** Prefix of the tables in which DMS keeps its own books. */
const BOOKKEEPING_PREFIX = 'awsdms_';

/** Highest record number that fits a row version. */
const MAX_RECORD = 99_999_999;

/** Decodes a DMS record. */
export const decodeDms = (
  record: JsonObject,
  metadata: JsonObject,
  definitions: Definitions,
): Result<Decoded, Rejection> => {
  const type = metadata['record-type'];
  if (type === 'control') return success(ignored('control', controlSignal(metadata)));
  if (type !== 'data')
    return reject(
      'wrong-shape',
      `"metadata.record-type" is ${describe(type)}; it is "data" or "control".`,
    );
  if (isBookkeeping(metadata))
    return success(ignored('bookkeeping', bookkeepingSignal(record, metadata)));
  const place = findPlace(definitions, metadata['schema-name'], metadata['table-name']);
  if (!place.ok) return place;
  if (place.value.table.kind === 'reference') return success(ignored('reference'));
  return decodeData(place.value, record, metadata);
};

const decodeData = (
  place: Place,
  record: JsonObject,
  metadata: JsonObject,
): Result<Decoded, Rejection> => {
  const operation = readOperation(metadata['operation']);
  if (operation === undefined)
    return reject('bad-operation', '"metadata.operation" is not load, insert, update or delete.');
  const row = record['data'];
  if (!isJsonObject(row))
    return reject('wrong-shape', `"data" is ${describe(row)}, not an object.`);
  const before = record['before-image'] ?? undefined;
  if (before !== undefined && !isJsonObject(before))
    return reject('wrong-shape', `"before-image" is ${describe(before)}, not an object.`);
  const change = { operation, row, ...(before === undefined ? {} : { before }) };
  if (operation === 'load') return assemble(place, change);
  const at = readPoint(place.source, row, metadata);
  return at.ok ? assemble(place, { ...change, at: at.value }) : at;
};

const readOperation = (value: unknown): Operation | undefined =>
  OPERATIONS.get(value) ??
  (typeof value === 'string' && value.length < 20
    ? OPERATIONS.get(value.toLowerCase())
    : undefined);

const readPoint = (
  source: SourceDefinition,
  row: JsonObject,
  metadata: JsonObject,
): Result<ChangePoint, Rejection> => {
  const position = readPosition(source, row, metadata);
  if (!position.ok) return position;
  const number = readRecordNumber(metadata['transaction-record-id']);
  if (number === undefined)
    return reject(
      'bad-position',
      `"metadata.transaction-record-id" is not a whole number up to ${MAX_RECORD}.`,
    );
  const committedAt = readCommitTime(metadata['commit-timestamp']);
  const point = { position: position.value, record: number };
  return success(committedAt === undefined ? point : { ...point, committedAt });
};

const readPosition = (
  source: SourceDefinition,
  row: JsonObject,
  metadata: JsonObject,
): Result<LogPosition, Rejection> => {
  const sequenced = usesSequence(source);
  const value = sequenced ? own(row, SEQUENCE_COLUMN) : metadata['stream-position'];
  const position =
    typeof value !== 'string'
      ? undefined
      : sequenced
        ? encodeSequence(value)
        : encodePosition(source.engine, value);
  if (position !== undefined) return success(position);
  const field = sequenced ? `Column "${SEQUENCE_COLUMN}"` : '"metadata.stream-position"';
  const form = sequenced ? 'a change sequence of 35 digits' : `a log position of ${source.engine}`;
  return reject('bad-position', `${field} is ${describe(value)}, not ${form}.`);
};

/** Absent means the first: a position alone orders all changes but those of one transaction to one row. */
const readRecordNumber = (value: Json | undefined): number | undefined => {
  if (value === undefined || value === null) return 0;
  const number = typeof value === 'string' && /^\d{1,8}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return number >= 0 && number <= MAX_RECORD ? number : undefined;
};

/** Only freshness depends on the commit time, so one that cannot be read is absent, and the row still counts. */
const readCommitTime = (value: Json | undefined): number | undefined =>
  typeof value === 'string' ? parseInstant(value, 'UTC') : undefined;

const isBookkeeping = (metadata: JsonObject): boolean => {
  const table = metadata['table-name'];
  return (
    metadata['schema-name'] === '' ||
    (typeof table === 'string' && table.startsWith(BOOKKEEPING_PREFIX))
  );
};

const controlSignal = (metadata: JsonObject): CaptureSignal => ({
  operation: nameOr(metadata['operation'], 'unknown'),
  table: nameOr(metadata['table-name'], 'unknown'),
  source: nameOr(metadata['schema-name'], 'unknown'),
});

const bookkeepingSignal = (record: JsonObject, metadata: JsonObject): CaptureSignal => {
  const signal = {
    operation: nameOr(metadata['operation'], 'unknown'),
    table: nameOr(metadata['table-name'], 'unknown'),
  };
  const row = record['data'];
  const about = isJsonObject(row) ? (row['table_name'] ?? row['TABLE_NAME']) : undefined;
  return about === undefined ? signal : { ...signal, about: nameOr(about, 'unknown') };
};

/** Names only: an operation or table is short and has no spaces; anything else could be data. */
const nameOr = (value: Json | undefined, otherwise: string): string =>
  typeof value === 'string' && /^[A-Za-z_][\w$-]{0,63}$/.test(value) ? value : otherwise;
