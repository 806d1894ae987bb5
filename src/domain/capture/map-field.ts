/**
 * Fields: from a column as its database writes it to one typed value.
 *
 * Systems disagree on types more than on meaning: a decimal arrives as a number or as text, a boolean as `1`, `t` or
 * `Y`. Each type accepts the notations that can mean one thing only. Nothing is rounded, and no text is guessed at.
 * @module
 */
import type { FieldMapping, TextForm, TextOrColumn } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { isZeroDay, parseDay } from '#domain/shared/calendar.ts';
import { minorDigits } from '#domain/shared/currency.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { parseInstant } from './instant.ts';
import type { FieldValue, Money, NoteCode } from './mapped-row.ts';

/** A value, `undefined` when the column holds none, or what is wrong with it. */
export type FieldResult = Result<FieldValue | undefined, NoteCode>;

const NONE = success(undefined);

/** Longest text field in UTF-8 bytes: a mapped row must fit an item beside others. */
export const MAX_TEXT_BYTES = 8192;

/** Maps one column of a row; null, absent and empty text are no value. */
export const mapField = (
  mapping: FieldMapping,
  row: JsonObject,
  defaultCurrency: string,
): FieldResult => {
  const value = own(row, mapping.column);
  if (value === undefined || value === null || value === '') return NONE;
  switch (mapping.type) {
    case 'text':
      return inForm(readText(value), mapping.normalise);
    case 'integer':
      return readInteger(value, mapping.negate === true);
    case 'boolean':
      return readBoolean(value);
    case 'date':
      return readDate(value);
    case 'time':
      return readTime(value, mapping.zone, mapping.wallClock === true);
    case 'money':
      return readMoney(value, currencyOf(mapping.currency, row, defaultCurrency));
    case 'code':
      return readCode(value, mapping.map);
    default:
      return assertNever(mapping);
  }
};

/** Text of a scalar, trimmed; `undefined` for lists and objects. */
export const scalarText = (value: Json | undefined): string | undefined => {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};

/** Maps a code; an unlisted one is `unknown-code`. */
export const readCode = (value: Json, map: Readonly<Record<string, string>>): FieldResult => {
  const code = scalarText(value);
  if (code === '') return NONE;
  const mapped = code === undefined ? undefined : own(map, code);
  return mapped === undefined ? failure('unknown-code') : success(mapped);
};

/** Brings a text to one form; one that has nothing in that form is no value. */
const inForm = (read: FieldResult, form: TextForm | undefined): FieldResult => {
  if (form === undefined || !read.ok || typeof read.value !== 'string') return read;
  const text = textInForm(read.value, form);
  return text === '' ? NONE : success(text);
};

/** A text in one of the forms that a definition may ask for. */
export const textInForm = (text: string, form: TextForm): string => {
  switch (form) {
    case 'upper':
      return text.toUpperCase();
    case 'lower':
      return text.toLowerCase();
    case 'digits':
      return text.normalize('NFKC').replace(/\D/g, '');
    case 'single-space':
      return text.normalize('NFKC').replace(/\s+/g, ' ').trim();
    default:
      return assertNever(form);
  }
};

const readText = (value: Json): FieldResult => {
  const raw = scalarText(value);
  if (raw === undefined || raw.length > MAX_TEXT_BYTES) return failure('bad-text');
  const text = raw.toWellFormed().normalize('NFC').trim();
  if (text === '') return NONE;
  return utf8Length(text) > MAX_TEXT_BYTES ? failure('bad-text') : success(text);
};

/** Bytes of a text in UTF-8; short texts cannot exceed the limit and are not measured. */
const utf8Length = (text: string): number =>
  text.length * 3 <= MAX_TEXT_BYTES ? text.length : new TextEncoder().encode(text).length;

const WHOLE_NUMBER = /^([+-]?\d{1,16})(?:\.0{1,20})?$/;

const readInteger = (value: Json, negate: boolean): FieldResult => {
  const text = scalarText(value);
  if (text === '') return NONE;
  const match = typeof value === 'boolean' || text === undefined ? null : WHOLE_NUMBER.exec(text);
  const integer = match === null ? Number.NaN : Number(match[1]);
  if (!Number.isSafeInteger(integer)) return failure('bad-integer');
  return success(negate ? 0 - integer : integer + 0);
};

const TRUE: ReadonlySet<string> = new Set(['true', 't', 'yes', 'y', '1']);
const FALSE: ReadonlySet<string> = new Set(['false', 'f', 'no', 'n', '0']);

const readBoolean = (value: Json): FieldResult => {
  const text = scalarText(value)?.toLowerCase();
  if (text === '') return NONE;
  if (text !== undefined && TRUE.has(text)) return success(true);
  return text !== undefined && FALSE.has(text) ? success(false) : failure('bad-boolean');
};

const readDate = (value: Json): FieldResult => {
  const text = scalarText(value);
  if (text === '' || (text !== undefined && isZeroDay(text))) return NONE;
  const day = text === undefined ? undefined : parseDay(text);
  return day === undefined ? failure('bad-date') : success(day);
};

const readTime = (value: Json, zone: string, wallClock: boolean): FieldResult => {
  const text = typeof value === 'string' ? value.trim() : undefined;
  if (text === '' || (text !== undefined && isZeroDay(text))) return NONE;
  const instant = text === undefined ? undefined : parseInstant(text, zone, wallClock);
  return instant === undefined ? failure('bad-time') : success(instant);
};

const DECIMAL = /^([+-]?)(\d{1,16})(?:\.(\d{1,20}))?$/;

const readMoney = (value: Json, currency: string | undefined): FieldResult => {
  const text = typeof value === 'boolean' ? undefined : scalarText(value);
  if (text === '') return NONE;
  const digits = currency === undefined ? undefined : minorDigits(currency);
  if (currency === undefined || digits === undefined) return failure('bad-currency');
  const amount = text === undefined ? undefined : minorUnits(text, digits);
  return amount === undefined
    ? failure('bad-amount')
    : success({ amount, currency } satisfies Money);
};

/** `12.5` with 2 digits is 1250; decimals beyond the minor unit must be zeros, for rounding would invent an amount. */
const minorUnits = (text: string, digits: number): number | undefined => {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', decimals = ''] = match;
  if (/[1-9]/.test(decimals.slice(digits))) return undefined;
  const amount = Number(whole + decimals.slice(0, digits).padEnd(digits, '0'));
  if (!Number.isSafeInteger(amount)) return undefined;
  return sign === '-' ? 0 - amount : amount;
};

/** The currency column's code; a row that leaves it empty is in the source's currency. */
const currencyOf = (
  from: TextOrColumn,
  row: JsonObject,
  defaultCurrency: string,
): string | undefined => {
  if ('value' in from) return from.value;
  const value = own(row, from.column) ?? '';
  if (typeof value !== 'string') return undefined;
  const code = value.trim().toUpperCase();
  return code === '' ? defaultCurrency : code;
};
