/**
 * Row identity: the primary key of a captured row, as text that no two rows share.
 *
 * Keys arrive as JSON. A number above 2^53 has already lost its last digits when `JSON.parse` returns it, and DMS itself
 * prints long integers as `1.2345678901234568e+16`, so such keys are refused: two rows would become one. Whole decimals
 * (`42.0`) are the same number as `42` and give the same text.
 * @module
 */
import type { TableDefinition } from '#domain/definitions/types.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { own } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { describe, type Rejection, reject } from './rejection.ts';
import { type SourceRowKey, sourceRowKey } from './source-row.ts';

/** Longest row key in UTF-16 units: a Kinesis partition key holds 256, so no source can route a longer one. */
const MAX_ROW_KEY_LENGTH = 256;

/** A long integer that was printed as a floating-point number. */
const EXPONENT_FORM = /^-?\d\.\d+[eE]\+\d+$/;

/** What a key is read by: the name of a table and of its key columns. */
type KeyDefinition = Pick<TableDefinition, 'table' | 'key'>;

/** Text of each key column, in the order of the definition. */
export type KeyParts = readonly string[];

/**
 * Reads the primary key of a row.
 * Fails with `missing-key` (absent or null) or `unsafe-key` (no exact text of its own).
 */
export const readKey = (table: KeyDefinition, row: JsonObject): Result<KeyParts, Rejection> => {
  const parts: string[] = [];
  for (const column of table.key) {
    const part = keyPart(table, column, own(row, column));
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return success(parts);
};

/**
 * Reads the key that a row had before an update. A before-image may hold the key alone, some columns or nothing;
 * what it does not hold did not change.
 */
export const readKeyBefore = (
  table: KeyDefinition,
  before: JsonObject,
  now: KeyParts,
): Result<KeyParts, Rejection> => {
  const parts: string[] = [];
  for (const [index, column] of table.key.entries()) {
    const value = own(before, column) ?? now[index];
    const part = keyPart(table, column, value);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return success(parts);
};

/** Names the row; fails with `unsafe-key` when the name is longer than {@link MAX_ROW_KEY_LENGTH}. */
export const nameRow = (
  source: string,
  table: string,
  parts: KeyParts,
): Result<SourceRowKey, Rejection> => {
  const rowKey = sourceRowKey(source, table, parts);
  return rowKey.length > MAX_ROW_KEY_LENGTH
    ? reject(
        'unsafe-key',
        `The row key in table "${table}" is longer than ${MAX_ROW_KEY_LENGTH} characters.`,
      )
    : success(rowKey);
};

const keyPart = (
  table: KeyDefinition,
  column: string,
  value: unknown,
): Result<string, Rejection> => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return success(String(value));
  if (typeof value === 'string' && isExactText(value)) return success(value);
  const where = `Key column "${column}" of table "${table.table}"`;
  if (value === undefined || value === null)
    return reject('missing-key', `${where} is ${describe(value)}.`);
  if (typeof value === 'number')
    return reject(
      'unsafe-key',
      `${where} is a number that JSON cannot hold exactly; capture it as text.`,
    );
  if (typeof value === 'string')
    return reject(
      'unsafe-key',
      `${where} is text in exponent form or not valid Unicode; capture it as text of whole digits.`,
    );
  return reject('unsafe-key', `${where} is ${describe(value)}; a key is text or a whole number.`);
};

/** A lone surrogate would be replaced when stored, and two keys could then become one. */
const isExactText = (text: string): boolean => text.isWellFormed() && !EXPONENT_FORM.test(text);
