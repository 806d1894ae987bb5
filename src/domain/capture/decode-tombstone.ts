/**
 * Tombstone records: what a generation sweep puts on the change stream for a row that its source no longer has.
 *
 * A source that lost rows while nothing was captured will never send their deletion, and the next full load only leaves
 * them out. The sweep says it in the source's place, over the same way that all changes take: archived, versioned,
 * repeatable. Its version is the last one before the generation that was loaded, so whatever that generation says of the
 * row wins, whenever it comes.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import { isJsonObject, type JsonObject } from '#domain/shared/json.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { findPlace } from './change-assembly.ts';
import { type Decoded, ignored } from './decoded.ts';
import { describe, type Rejection, reject } from './rejection.ts';
import { nameRow, readKey } from './row-identity.ts';
import { lastBefore } from './row-version.ts';

/** A tombstone as it travels. */
export interface TombstoneMessage {
  readonly tributary: 'tombstone';
  readonly source: string;
  readonly table: string;
  /** Primary key columns. */
  readonly key: Readonly<Record<string, string>>;
  /** The generation that did not bring the row, 1 to 9999. */
  readonly generation: number;
}

const MAX_GENERATION = 9_999;

/** Whether a record is a tombstone of a sweep. */
export const isTombstone = (record: JsonObject): boolean => record['tributary'] === 'tombstone';

/** Decodes a tombstone of a sweep. */
export const decodeTombstone = (
  record: JsonObject,
  definitions: Definitions,
): Result<Decoded, Rejection> => {
  const place = findPlace(definitions, record['source'], record['table']);
  if (!place.ok) return place;
  const { source, table } = place.value;
  if (table.kind === 'reference') return success(ignored('reference'));
  const { key, generation } = record;
  if (!isJsonObject(key)) return reject('wrong-shape', `"key" is ${describe(key)}, not an object.`);
  if (typeof generation !== 'number' || !isGeneration(generation))
    return reject('bad-generation', `"generation" is ${describe(generation)}, not 1 to 9999.`);
  const parts = readKey(table, key);
  if (!parts.ok) return parts;
  const rowKey = nameRow(source.source, table.table, parts.value);
  if (!rowKey.ok) return rowKey;
  const version = lastBefore(generation);
  const names = { source: source.source, table: table.table, rowKey: rowKey.value };
  return success({ kind: 'changes', records: [{ ...names, version, operation: 'delete' }] });
};

const isGeneration = (number: number): boolean =>
  Number.isInteger(number) && number >= 1 && number <= MAX_GENERATION;
