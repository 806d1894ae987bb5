/**
 * Column values as DMS writes them: PostgreSQL's text form in, JSON out.
 *
 * Reading text loses nothing: no driver has turned microseconds into a Date or long integers into floats yet. Integers
 * of 64 bits that are ids become text, as the `change-data-type` rule of our replications does, because JSON readers
 * destroy them above 2^53. Exact decimals stay numbers while a double can hold them, else text.
 * Source: AWS DMS user guide, "Source data types for PostgreSQL"; aws.md 1.4 (captured records).
 * @module
 */
import type { Json } from '#domain/shared/json.ts';

/** Data types that DMS tells apart in a table definition. */
export type DmsType =
  | 'BOOLEAN'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'REAL4'
  | 'REAL8'
  | 'NUMERIC'
  | 'DATE'
  | 'TIME'
  | 'DATETIME'
  | 'BYTES'
  | 'STRING'
  | 'NCLOB';

/** A column of a captured table. */
export interface Column {
  readonly name: string;
  readonly type: DmsType;
  readonly nullable: boolean;
}

/** A column's value in PostgreSQL's text form; undefined when the log did not carry it (unchanged TOAST). */
export type ColumnText = string | null | undefined;

const TYPES: ReadonlyMap<number, DmsType> = new Map([
  [16, 'BOOLEAN'],
  [17, 'BYTES'],
  [20, 'INT64'],
  [21, 'INT16'],
  [23, 'INT32'],
  [25, 'NCLOB'],
  [114, 'NCLOB'],
  [700, 'REAL4'],
  [701, 'REAL8'],
  [1082, 'DATE'],
  [1083, 'TIME'],
  [1114, 'DATETIME'],
  [1184, 'DATETIME'],
  [1700, 'NUMERIC'],
  [3802, 'NCLOB'],
]);

/** Most characters of a large text; DMS cuts the rest off in limited LOB mode (512 KB). */
const MAX_TEXT = 512 * 1024;

/** The DMS type of a PostgreSQL type, by its object id; `id` columns of 64 bits become text. */
export const dmsType = (typeOid: number, isId: boolean): DmsType => {
  const type = TYPES.get(typeOid) ?? 'STRING';
  return type === 'INT64' && isId ? 'STRING' : type;
};

/** Renders a value; null stays null. */
export const renderValue = (type: DmsType, text: string | null): Json => {
  if (text === null) return null;
  switch (type) {
    case 'BOOLEAN':
      return text === 't';
    case 'INT16':
    case 'INT32':
    case 'INT64':
    case 'REAL4':
    case 'REAL8':
      return finite(text);
    case 'NUMERIC':
      return significantDigits(text) <= 15 ? finite(text) : text;
    case 'DATETIME':
      return renderInstant(text);
    case 'BYTES':
      return text.replace(/^\\x/, '').toUpperCase();
    case 'NCLOB':
      return text.slice(0, MAX_TEXT);
    case 'DATE':
    case 'TIME':
    case 'STRING':
      return text;
  }
};

// NaN and infinity are no JSON.
const finite = (text: string): Json => (Number.isFinite(Number(text)) ? Number(text) : text);

// A double holds any decimal of up to fifteen significant digits.
const significantDigits = (text: string): number =>
  text.replace(/[^0-9]/g, '').replace(/^0+/, '').length;

// `2026-03-01 02:00:00.5+00` → `2026-03-01T02:00:00.500000Z`. DMS asserts UTC even for types without a zone.
const renderInstant = (text: string): string => {
  const [date = '', time = ''] = text.replace(/[+-]\d\d(:?\d\d)?$/, '').split(' ');
  const [seconds = '', fraction = ''] = time.split('.');
  return `${date}T${seconds}.${fraction.padEnd(6, '0')}Z`;
};
