/**
 * Decode: from the bytes of one stream record to the row changes in it.
 *
 * Hand-written instead of a schema library: it runs once per change, its errors name the field, and it must hold
 * whatever bytes arrive. It never throws on input. DMS and Debezium are told apart by their envelopes.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import { isJsonObject, type JsonObject } from '#domain/shared/json.ts';
import { inspectJson, MAX_JSON_DEPTH, withoutUnsafeKeys } from '#domain/shared/json-safety.ts';
import { type Result, success } from '#domain/shared/result.ts';
import { decodeDebezium, isDebezium } from './decode-debezium.ts';
import { decodeDms } from './decode-dms.ts';
import { decodeTombstone, isTombstone } from './decode-tombstone.ts';
import { type Decoded, ignored } from './decoded.ts';
import { describe, type Rejection, reject } from './rejection.ts';

/**
 * Decodes one stream record.
 * @param input the record's data, as UTF-8 bytes or text; any size, a record of 1 MiB is ordinary
 * @returns the changes, the reason why there are none, or why the record cannot be understood
 */
export const decodeChange = (
  input: string | Uint8Array,
  definitions: Definitions,
): Result<Decoded, Rejection> => {
  const parsed = parse(input);
  if (!parsed.ok) return parsed;
  if (parsed.value === undefined) return success(ignored('empty'));
  if (!isJsonObject(parsed.value))
    return reject('wrong-shape', `The record is ${describe(parsed.value)}, not an object.`);
  const record = clean(parsed.value);
  return record.ok ? decodeEnvelope(record.value, definitions) : record;
};

const decodeEnvelope = (
  record: JsonObject,
  definitions: Definitions,
): Result<Decoded, Rejection> => {
  if (isTombstone(record)) return decodeTombstone(record, definitions);
  if (isJsonObject(record['metadata'])) return decodeDms(record, record['metadata'], definitions);
  const envelope = debeziumEnvelope(record);
  if (envelope === null) return success(ignored('empty'));
  if (isDebezium(envelope)) return decodeDebezium(envelope, definitions);
  return reject(
    'wrong-shape',
    'The record has neither a "metadata" object (DMS) nor "op" and "source" (Debezium).',
  );
};

/** The envelope itself, or what Kafka Connect's `{schema, payload}` wraps; a null payload is a tombstone. */
const debeziumEnvelope = (record: JsonObject): JsonObject | null => {
  const payload = record['payload'];
  if (payload === null && Object.hasOwn(record, 'schema')) return null;
  return isJsonObject(payload) ? payload : record;
};

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Parses the bytes; `undefined` when there are none. */
const parse = (input: string | Uint8Array): Result<unknown, Rejection> => {
  let text: string;
  try {
    text = typeof input === 'string' ? input : decoder.decode(input);
  } catch {
    return reject('not-json', 'The bytes are not UTF-8 text.');
  }
  if (text.trim() === '') return success(undefined);
  try {
    return success(JSON.parse(text));
  } catch {
    return reject('not-json', `The ${text.length} characters are not JSON.`);
  }
};

/** Refuses deep nesting, and drops keys that could reach a prototype. */
const clean = (record: JsonObject): Result<JsonObject, Rejection> => {
  const finding = inspectJson(record);
  if (finding === 'clean') return success(record);
  if (finding === 'unsafe-keys') return success(withoutUnsafeKeys(record) as JsonObject);
  return reject('too-deep', `The JSON is nested more than ${MAX_JSON_DEPTH} levels deep.`);
};
