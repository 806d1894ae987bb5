/**
 * Failed batch: what Lambda writes to the failed bucket when it gives up records of a stream, or the event of a file.
 *
 * With S3 as the destination it is the whole invocation record, with the event in `payload`: as JSON text, or, since the
 * guide shows a placeholder there, as JSON.
 * Sources: Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source" and "Capturing
 * records of Lambda asynchronous invocations" (there the event is in `requestPayload`).
 * @module
 */
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import type { StreamMessage } from './ports.ts';

/** A batch that was given up, and why. */
export type FailedBatch = {
  /** `RetryAttemptsExhausted`, `RecordAgeExceeded` or what else Lambda says. */
  readonly condition: string;
  /** ARN of the function that did not take it. */
  readonly reader: string;
} & (
  | { readonly stream: 'changes'; readonly messages: readonly StreamMessage[] }
  | { readonly stream: 'table'; readonly event: JsonObject; readonly records: number }
  /** Key of a dropped file that was not imported. */
  | { readonly stream: 'files'; readonly file: string }
);

/** Reads the object; an error says what is wrong with it. */
export const readFailedBatch = (bytes: Uint8Array): Result<FailedBatch, string> => {
  const record = parse(new TextDecoder().decode(bytes));
  if (!isJsonObject(record)) return failure('it is no JSON object');
  const context = record['requestContext'];
  const why = {
    condition: textIn(context, 'condition'),
    reader: textIn(context, 'functionArn'),
  };
  const file = fileOf(record['requestPayload']);
  if (file !== undefined) return success({ ...why, stream: 'files', file });
  const payload = record['payload'];
  const event = typeof payload === 'string' ? parse(payload) : payload;
  const records = isJsonObject(event) ? event['Records'] : undefined;
  if (!isJsonObject(event) || !Array.isArray(records)) return failure('it holds no event');
  if (record['DDBStreamBatchInfo'] !== undefined)
    return success({ ...why, stream: 'table', event, records: records.length });
  const messages = records.map(messageOf);
  return messages.every((message) => message !== undefined)
    ? success({ ...why, stream: 'changes', messages })
    : failure('one of its records has no partition key or no data');
};

/** A failed batch without some of its records. */
export interface ThinnedBatch {
  /** Its bytes; absent when no record is left. */
  readonly bytes?: Uint8Array;
  readonly removed: number;
}

/** Leaves records out of a failed batch, in the form in which it was; `undefined` when it cannot be read. */
export const thinFailedBatch = (
  bytes: Uint8Array,
  isLeftOut: (record: JsonObject) => boolean,
): ThinnedBatch | undefined => {
  const record = parse(new TextDecoder().decode(bytes));
  if (!isJsonObject(record)) return undefined;
  const payload = record['payload'];
  const event = typeof payload === 'string' ? parse(payload) : payload;
  const records = isJsonObject(event) ? event['Records'] : undefined;
  if (!isJsonObject(event) || !Array.isArray(records)) return undefined;
  const kept = records.filter((one) => !isJsonObject(one) || !isLeftOut(one));
  const removed = records.length - kept.length;
  if (kept.length === 0) return { removed };
  const thinned = { ...event, Records: kept };
  const written = typeof payload === 'string' ? JSON.stringify(thinned) : thinned;
  const text = JSON.stringify({ ...record, payload: written });
  return { bytes: new TextEncoder().encode(text), removed };
};

/** The key that the event of a new object names. */
const fileOf = (event: Json | undefined): string | undefined => {
  const detail = isJsonObject(event) ? event['detail'] : undefined;
  const object = isJsonObject(detail) ? detail['object'] : undefined;
  const key = isJsonObject(object) ? object['key'] : undefined;
  return typeof key === 'string' ? key : undefined;
};

const messageOf = (record: Json): StreamMessage | undefined => {
  const kinesis = isJsonObject(record) ? record['kinesis'] : undefined;
  if (!isJsonObject(kinesis)) return undefined;
  const { partitionKey, data } = kinesis;
  if (typeof partitionKey !== 'string' || typeof data !== 'string') return undefined;
  return { partitionKey, bytes: new Uint8Array(Buffer.from(data, 'base64')) };
};

const textIn = (value: Json | undefined, field: string): string => {
  const text = isJsonObject(value) ? value[field] : undefined;
  return typeof text === 'string' ? text : 'unknown';
};

const parse = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};
