/**
 * What a function's answer says about its batch.
 *
 * With partial responses the lowest reported sequence number is where the batch starts again, including
 * records after it that succeeded. An answer that names no record of the batch fails it whole.
 * Source: Lambda Developer Guide, "Configuring partial batch response with Kinesis Data Streams".
 * @module
 */
import { isJsonObject, type Json } from '#domain/shared/json.ts';
import type { Invocation } from '../functions/function-pool.ts';
import type { StreamRecord } from './record.ts';

/** The outcome of one batch. */
export type Verdict =
  | { readonly kind: 'success' }
  /** Everything before `index` is through; `index` and the rest is not. */
  | { readonly kind: 'partial'; readonly index: number }
  | { readonly kind: 'failure' }
  /** The function was not invoked at all. */
  | { readonly kind: 'throttled' };

/** Reads a verdict from how an invocation ended. */
export const verdictOf = (
  invocation: Invocation,
  records: readonly StreamRecord[],
  partialResponses: boolean,
): Verdict => {
  if (invocation.kind === 'throttled') return { kind: 'throttled' };
  if (invocation.kind !== 'success') return { kind: 'failure' };
  return partialResponses ? partialVerdict(invocation.payload, records) : { kind: 'success' };
};

const partialVerdict = (payload: string, records: readonly StreamRecord[]): Verdict => {
  const answer = JSON.parse(payload) as Json;
  const failures = isJsonObject(answer) ? answer['batchItemFailures'] : undefined;
  if (failures === undefined || failures === null)
    return isMalformed(answer) ? { kind: 'failure' } : { kind: 'success' };
  if (!Array.isArray(failures)) return { kind: 'failure' };
  if (failures.length === 0) return { kind: 'success' };
  const positions = new Map(records.map((record, index) => [record.sequence, index]));
  const indexes = failures.map((it) => positions.get(identifierOf(it)) ?? -1);
  const lowest = Math.min(...indexes);
  return lowest < 0 ? { kind: 'failure' } : { kind: 'partial', index: lowest };
};

/** An empty answer is a success; one with members, none of which is the list, is a mistake in the function. */
const isMalformed = (answer: Json): boolean =>
  isJsonObject(answer) && !('batchItemFailures' in answer) && Object.keys(answer).length > 0;

const identifierOf = (failure: Json): string => {
  const identifier = isJsonObject(failure) ? failure['itemIdentifier'] : undefined;
  return typeof identifier === 'string' ? identifier : '';
};
