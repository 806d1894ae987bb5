/**
 * Log position: where a change stands in the commit order of its source database, as text that sorts like the position.
 *
 * DMS publishes no format for its `stream-position`; each engine's own notation is well known, so each has an encoder
 * that accepts exactly that notation. Padding a number with zeros on the left makes text order equal numeric order in
 * any one base, whatever the base is. What no encoder accepts is rejected: a guessed order loses changes in silence.
 * Source: PostgreSQL documentation, "pg_lsn Type"; MySQL manual, "SHOW BINARY LOG STATUS"; SQL Server, "fn_dblog".
 * @module
 */
import type { Engine, SourceDefinition } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';

/** A position that could be ordered. */
export interface LogPosition {
  /** At most 40 characters; for one engine always of one width, upper case. */
  readonly sortable: string;
  /** The position in its engine's own notation, `00000002/7C007178`. */
  readonly shown: string;
}

/** Digits of `$AR_H_CHANGE_SEQ`: 16 of time, 19 of counter. */
const SEQUENCE = /^\d{35}$/;

/** `<lsn>`, or as DMS writes it `<lsn>.<n>.<lsn>`. A suffix of other shape (`.NOW`) is no position. */
const POSTGRESQL =
  /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})(?:\.\d{1,10}(?:\.[0-9A-Fa-f/]{1,17})?)?$/;

/** `<file base name>.<file number>:<byte offset>`, more fields after a further colon. */
const MYSQL = /^[A-Za-z0-9_-]{1,64}\.(\d{1,10}):(\d{1,20})(?::[\w.:-]{0,200})?$/;

/** A system change number, in decimal or hexadecimal digits. */
const ORACLE = /^[0-9A-Fa-f]{1,20}$/;

/** `00000027:00000ac0:0003`: log file, block, slot. */
const SQLSERVER_PARTS = /^([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{4})$/;

/** `1795334400974.<24 hexadecimal digits>`: epoch milliseconds of a file or a call, and the digest of its name. */
const ARRIVAL = /^(\d{1,16})\.([0-9A-Fa-f]{24})$/;

/** The same ten bytes as one number. */
const SQLSERVER_BYTES = /^(?:0x)?([0-9A-Fa-f]{20})$/;

/**
 * Orders a position in the engine's notation; `undefined` when it is not in that notation.
 * Linear in the text, which is refused above 300 characters.
 */
export const encodePosition = (engine: Engine, text: string): LogPosition | undefined => {
  if (text.length > 300) return undefined;
  switch (engine) {
    case 'postgresql':
      return encodePostgresql(text);
    case 'mysql':
      return encodeMysql(text);
    case 'oracle':
      return encodeOracle(text);
    case 'sqlserver':
      return encodeSqlServer(text);
    case 'files':
    case 'webhook':
      return encodeArrival(text);
    default:
      return assertNever(engine);
  }
};

/** Orders the 35 digits of a change sequence column. */
export const encodeSequence = (text: string): LogPosition | undefined =>
  SEQUENCE.test(text) ? { sortable: text, shown: text } : undefined;

/** Orders a PostgreSQL position given as a number, as Debezium writes it. */
export const encodeLsnNumber = (lsn: number | bigint): LogPosition => {
  const sortable = lsn.toString(16).toUpperCase().padStart(16, '0');
  return { sortable, shown: `${sortable.slice(0, 8)}/${sortable.slice(8)}` };
};

/** Whether versions of this source come from column `_c360_seq` and not from the log position. */
export const usesSequence = (source: SourceDefinition): boolean =>
  source.position === 'change-sequence';

const encodePostgresql = (text: string): LogPosition | undefined => {
  const match = POSTGRESQL.exec(text);
  if (match === null) return undefined;
  const high = hex8(match[1]);
  const low = hex8(match[2]);
  return { sortable: high + low, shown: `${high}/${low}` };
};

const hex8 = (digits = ''): string => digits.toUpperCase().padStart(8, '0');

const encodeMysql = (text: string): LogPosition | undefined => {
  const match = MYSQL.exec(text);
  if (match === null) return undefined;
  const [, file = '', offset = ''] = match;
  return { sortable: file.padStart(10, '0') + offset.padStart(20, '0'), shown: text };
};

const encodeOracle = (text: string): LogPosition | undefined =>
  ORACLE.test(text) ? { sortable: text.toUpperCase().padStart(20, '0'), shown: text } : undefined;

/** Arrivals order by their time; the digest of what arrived settles ties, whoever looks. */
const encodeArrival = (text: string): LogPosition | undefined => {
  const match = ARRIVAL.exec(text);
  if (match === null) return undefined;
  const [, time = '', digest = ''] = match;
  return { sortable: time.padStart(16, '0') + digest.toUpperCase(), shown: text };
};

const encodeSqlServer = (text: string): LogPosition | undefined => {
  const parts = SQLSERVER_PARTS.exec(text);
  const digits = parts === null ? SQLSERVER_BYTES.exec(text)?.[1] : parts.slice(1).join('');
  return digits === undefined ? undefined : { sortable: digits.toUpperCase(), shown: text };
};
