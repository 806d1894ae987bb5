/**
 * Debezium records: the change envelope `{before, after, source, op}`, bare or wrapped as `{schema, payload}`.
 *
 * The source id is the connector's `topic.prefix` (`source.name`), the counterpart of the schema that DMS renames.
 * A column that Debezium could not read (an unchanged TOAST value) holds a placeholder text and is left out, so that
 * it never overwrites the value it stands for. Oracle's change numbers repeat within a transaction and no public field
 * breaks the tie, so Oracle through Debezium is refused.
 * Source: Debezium documentation, "Data change events" of each connector.
 * @module
 */
import type { Definitions, Engine } from '#domain/definitions/types.ts';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { type Result, success } from '#domain/shared/result.ts';
import {
  assemble,
  type ChangePoint,
  findPlace,
  type Place,
  type RawChange,
} from './change-assembly.ts';
import { type Decoded, ignored } from './decoded.ts';
import { encodeLsnNumber, encodePosition, type LogPosition } from './log-position.ts';
import { describe, type Rejection, reject } from './rejection.ts';

type Operation = RawChange['operation'];

const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map<unknown, Operation>([
  ['r', 'load'],
  ['c', 'insert'],
  ['u', 'update'],
  ['d', 'delete'],
]);

/** The placeholder as text, and as the base64 of the same bytes (binary columns). */
const UNAVAILABLE: ReadonlySet<unknown> = new Set([
  '__debezium_unavailable_value',
  'X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==',
]);

/** Whether an object is a Debezium envelope. */
export const isDebezium = (envelope: JsonObject): boolean =>
  typeof envelope['op'] === 'string' && isJsonObject(envelope['source']);

/** Decodes an envelope that {@link isDebezium} recognised. */
export const decodeDebezium = (
  envelope: JsonObject,
  definitions: Definitions,
): Result<Decoded, Rejection> => {
  const operation = envelope['op'];
  if (operation === 't') return success(ignored('truncate'));
  if (operation === 'm') return success(ignored('control'));
  const origin = envelope['source'];
  if (!isJsonObject(origin)) return reject('wrong-shape', '"source" is not an object.');
  const place = findPlace(definitions, origin['name'], origin['table']);
  if (!place.ok) return place;
  if (place.value.table.kind === 'reference') return success(ignored('reference'));
  const known = OPERATIONS.get(operation);
  if (known === undefined) return reject('bad-operation', '"op" is not r, c, u or d.');
  return decodeRow(place.value, known, envelope, origin);
};

const decodeRow = (
  place: Place,
  operation: Operation,
  envelope: JsonObject,
  origin: JsonObject,
): Result<Decoded, Rejection> => {
  const side = operation === 'delete' ? 'before' : 'after';
  const row = envelope[side];
  if (!isJsonObject(row))
    return reject('wrong-shape', `"${side}" is ${describe(row)}, not an object.`);
  const before = envelope['before'];
  const change = {
    operation,
    ...readable(row),
    ...(isJsonObject(before) ? { before: readable(before).row } : {}),
  };
  if (operation === 'load') return assemble(place, change);
  const at = readPoint(place.source.engine, origin);
  return at.ok ? assemble(place, { ...change, at: at.value }) : at;
};

/** The columns that Debezium could read, and the names of the others. */
const readable = (row: JsonObject): Pick<RawChange, 'row' | 'unread'> => {
  const unread = Object.keys(row).filter((column) => isUnavailable(row[column]));
  if (unread.length === 0) return { row };
  const read = Object.entries(row).filter(([column]) => !unread.includes(column));
  return { row: Object.fromEntries(read), unread };
};

const isUnavailable = (value: Json | undefined): boolean =>
  UNAVAILABLE.has(value) ||
  (Array.isArray(value) && value.length === 1 && UNAVAILABLE.has(value[0]));

const readPoint = (engine: Engine, origin: JsonObject): Result<ChangePoint, Rejection> => {
  const place = readPlaceInLog(engine, origin);
  if (place === undefined)
    return reject(
      'bad-position',
      `"source" holds no log position of ${engine} that can be ordered.`,
    );
  const committedAt = origin['ts_ms'];
  return success(
    typeof committedAt === 'number' && Number.isSafeInteger(committedAt)
      ? { ...place, committedAt }
      : place,
  );
};

interface PlaceInLog {
  readonly position: LogPosition;
  readonly record: number;
}

const readPlaceInLog = (engine: Engine, origin: JsonObject): PlaceInLog | undefined => {
  switch (engine) {
    case 'postgresql':
      return placed(lsnOf(origin['lsn']), 0);
    case 'mysql':
      return placed(binlogOf(origin), origin['row'] ?? 0);
    case 'sqlserver':
      return placed(changeLsnOf(origin), origin['event_serial_no'] ?? 0);
    default:
      return undefined;
  }
};

const placed = (position: LogPosition | undefined, record: Json): PlaceInLog | undefined =>
  position !== undefined &&
  typeof record === 'number' &&
  Number.isInteger(record) &&
  record >= 0 &&
  record <= 99_999_999
    ? { position, record }
    : undefined;

const lsnOf = (lsn: Json | undefined): LogPosition | undefined =>
  typeof lsn === 'number' && Number.isSafeInteger(lsn) && lsn > 0
    ? encodeLsnNumber(lsn)
    : undefined;

const binlogOf = ({ file, pos }: JsonObject): LogPosition | undefined =>
  typeof file === 'string' && typeof pos === 'number' && Number.isSafeInteger(pos)
    ? encodePosition('mysql', `${file}:${pos}`)
    : undefined;

/** Commit first: a row's changes are ordered by commit, then by their place inside it. */
const changeLsnOf = (origin: JsonObject): LogPosition | undefined => {
  const [commit, change] = [origin['commit_lsn'], origin['change_lsn']].map((lsn) =>
    typeof lsn === 'string' ? encodePosition('sqlserver', lsn) : undefined,
  );
  return commit === undefined || change === undefined
    ? undefined
    : { sortable: commit.sortable + change.sortable, shown: commit.shown };
};
