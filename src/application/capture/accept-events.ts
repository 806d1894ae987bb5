/**
 * Accept events: a request of the Tracking API onto the change stream.
 *
 * Answered when the stream has everything. What is no call is put on the stream too, as it came: there it goes to
 * quarantine with its bytes, so a mistake in a sender loses nothing. A strict caller is told instead.
 * @module
 */
import {
  type Arrival,
  MAX_CALL_BYTES,
  type TrackingProblem,
  type TrackingType,
  trackedRecord,
} from '#domain/capture/tracking.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { inspectJson } from '#domain/shared/json-safety.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';

/** What accepting needs. */
export interface AcceptPorts {
  readonly clock: Clock;
  readonly publish: (
    messages: readonly { readonly partitionKey: string; readonly bytes: Uint8Array }[],
  ) => Promise<void>;
  /** 19 digits of a text, always the same. */
  readonly digits: (text: string) => string;
}

/** One request. */
export interface TrackingRequest {
  readonly requestId: string;
  /** The type in the path; `batch` holds calls with types of their own. */
  readonly route: TrackingType | 'batch';
  readonly body: string;
  /** Refuse single calls, and say which, instead of setting them aside. */
  readonly strict: boolean;
}

/** A call that was refused. */
export interface RejectedCall {
  readonly index: number;
  readonly code: TrackingProblem;
}

/** What became of a request. */
export interface Acceptance {
  readonly accepted: number;
  readonly rejected: readonly RejectedCall[];
}

/** Calls of one batch, and its bytes, at most. */
const MAX_CALLS = 2_500;
const MAX_BATCH_BYTES = 500 * 1024;

/** Accepts a request. Fails when its body as a whole cannot be read. */
export const acceptEvents = async (
  ports: AcceptPorts,
  request: TrackingRequest,
): Promise<Result<Acceptance, 'invalid-json' | 'too-large'>> => {
  const most = request.route === 'batch' ? MAX_BATCH_BYTES : MAX_CALL_BYTES;
  if (byteLength(request.body) > most) return failure('too-large');
  const body = parse(request.body);
  if (body === undefined) return failure('invalid-json');
  const calls = callsOf(request.route, body);
  if (calls.length > MAX_CALLS) return failure('too-large');
  const receivedAt = ports.clock();
  const arrival = { receivedAt, sentAt: instantOf(body['sentAt']) };
  const read = calls.map((call, index) => ({
    call,
    result: readCall(
      call,
      { ...arrival, fallbackId: `${request.requestId}-${index}` },
      ports.digits,
    ),
  }));
  const rejected = read.flatMap(({ result }, index) =>
    result.ok ? [] : [{ index, code: result.error }],
  );
  await ports.publish(
    read.flatMap(({ call, result }, index) => {
      if (result.ok) return [message(result.value.key, result.value.record)];
      return request.strict ? [] : [message(`web.unreadable.${request.requestId}-${index}`, call)];
    }),
  );
  return success({ accepted: calls.length - rejected.length, rejected });
};

const parse = (text: string): JsonObject | undefined => {
  try {
    const body = JSON.parse(text) as Json;
    return isJsonObject(body) && inspectJson(body) !== 'too-deep' ? body : undefined;
  } catch {
    return undefined;
  }
};

/** The calls of a body; those of a batch share its context. */
const callsOf = (route: TrackingRequest['route'], body: JsonObject): readonly Json[] => {
  if (route !== 'batch') return [{ ...body, type: route }];
  const batch = body['batch'];
  if (!Array.isArray(batch)) return [null];
  return batch as readonly Json[];
};

const instantOf = (value: Json | undefined): number | undefined => {
  const instant = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(instant) ? undefined : instant;
};

const readCall = (call: Json, arrival: Arrival, digits: AcceptPorts['digits']) =>
  byteLength(JSON.stringify(call)) > MAX_CALL_BYTES
    ? failure('too-large' as const)
    : trackedRecord(call, arrival, digits);

const message = (partitionKey: string, record: Json) => ({
  partitionKey,
  bytes: new TextEncoder().encode(JSON.stringify(record)),
});

const byteLength = (text: string): number => new TextEncoder().encode(text).byteLength;
