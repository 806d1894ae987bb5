/**
 * Tracking: calls of the Segment Tracking API as change records of source `web`.
 *
 * A call becomes the row that a database would have had: `identify` and `alias` describe a customer, all others happened
 * to one. The row key of an event is its `messageId`, so a call that is sent again, today or in a year, is the same row.
 * The version comes from the call's own time, so a retry has the same one, whenever it arrives.
 * Source: Segment documentation, "HTTP API" and "Spec: Common Fields".
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import { isJsonObject, type Json, type JsonObject } from '#domain/shared/json.ts';
import { failure, type Result, success } from '#domain/shared/result.ts';
import { type PushedRecord, pushedChange, pushedSequence } from './pushed-change.ts';
import { sourceRowKey } from './source-row.ts';

/** Types of calls. */
export const TRACKING_TYPES = ['identify', 'track', 'page', 'screen', 'group', 'alias'] as const;
/** Type of a call. */
export type TrackingType = (typeof TRACKING_TYPES)[number];

/** Why a call is none. */
export type TrackingProblem =
  | 'not-an-object'
  | 'unknown-type'
  | 'no-user-anon-id'
  | 'bad-id'
  | 'bad-message-id'
  | 'bad-timestamp'
  | 'no-event-name'
  | 'no-group-id'
  | 'no-previous-id'
  | 'too-large';

/** Bytes of one call, at most. */
export const MAX_CALL_BYTES = 32 * 1024;
const MAX_ID = 200;
/** Properties beyond this length are left out of the row; the archive keeps what was sent. */
const MAX_PROPERTIES = 4_096;
/**
 * How far the clock of a sender may be from ours, in milliseconds. Certificates live 398 days at most (CA/Browser Forum,
 * Baseline Requirements 6.3.2): a clock further off fails every TLS handshake, so such a `sentAt` was read from none.
 */
const MAX_SKEW_MS = 398 * 24 * 3_600_000;
/** The earliest instant that a row can hold: first of those that `parseInstant` reads. */
const EARLIEST_MS = Date.UTC(100, 0, 1);

/** When and as what a call arrived. */
export interface Arrival {
  /** Epoch milliseconds. */
  readonly receivedAt: number;
  /** Epoch milliseconds by the clock of the sender, as it says; it need not be credible. */
  readonly sentAt?: number | undefined;
  /** Stands in for a message id that the caller left out. */
  readonly fallbackId: string;
}

/** Turns a call into its change record. `digits` gives 19 digits of a text, always the same. */
export const trackedRecord = (
  call: Json,
  arrival: Arrival,
  digits: (text: string) => string,
): Result<PushedRecord, TrackingProblem> => {
  if (!isJsonObject(call)) return failure('not-an-object');
  const type = TRACKING_TYPES.find((known) => known === call['type']);
  if (type === undefined) return failure('unknown-type');
  const problem = problemOf(call, type);
  if (problem) return failure(problem);
  const messageId = textOf(call['messageId']) ?? arrival.fallbackId;
  const at = timeOf(call, arrival);
  if (at === undefined) return failure('bad-timestamp');
  const { table, row, key } = rowOf(call, type, messageId, at);
  const sequence = pushedSequence(Math.min(at.stated, arrival.receivedAt), digits(messageId));
  return success({
    key: sourceRowKey('web', table, key),
    record: pushedChange('web', table, { ...row, _c360_seq: sequence }, arrival.receivedAt),
  });
};

const problemOf = (call: JsonObject, type: TrackingType): TrackingProblem | undefined => {
  const ids = ['userId', 'anonymousId', 'previousId', 'groupId'].map(
    (name) => call[name] ?? undefined,
  );
  if (!ids.every((id) => id === undefined || isId(id))) return 'bad-id';
  if (call['messageId'] !== undefined && !isId(call['messageId'])) return 'bad-message-id';
  const isNamed = isId(call['userId']) || isId(call['anonymousId']);
  return isNamed || type === 'alias' ? problemOfType(call, type) : 'no-user-anon-id';
};

const problemOfType = (call: JsonObject, type: TrackingType): TrackingProblem | undefined => {
  switch (type) {
    case 'track':
      return textOf(call['event']) === undefined ? 'no-event-name' : undefined;
    case 'group':
      return isId(call['groupId']) ? undefined : 'no-group-id';
    case 'alias':
      return isId(call['previousId']) && isId(call['userId']) ? undefined : 'no-previous-id';
    case 'identify':
    case 'page':
    case 'screen':
      return undefined;
    default:
      return assertNever(type);
  }
};

const isId = (value: Json | undefined): boolean => {
  const text = textOf(value);
  return text !== undefined && text.length <= MAX_ID && text.isWellFormed();
};

const textOf = (value: Json | undefined): string | undefined => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** `stated` is what the caller's clock said, `corrected` is without its skew, and not after the arrival. */
interface CallTime {
  readonly stated: number;
  readonly corrected: number;
}

const timeOf = (call: JsonObject, arrival: Arrival): CallTime | undefined => {
  const { receivedAt } = arrival;
  const text = call['timestamp'] ?? call['originalTimestamp'];
  if (text === undefined || text === null) return { stated: receivedAt, corrected: receivedAt };
  const stated = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  const corrected = Math.min(stated + skewOf(arrival), receivedAt);
  return corrected >= EARLIEST_MS ? { stated, corrected } : undefined;
};

/** Milliseconds that the sender's clock is behind ours; none is known without a credible `sentAt`. */
const skewOf = ({ receivedAt, sentAt = receivedAt }: Arrival): number => {
  const skew = receivedAt - sentAt;
  return Math.abs(skew) <= MAX_SKEW_MS ? skew : 0;
};

interface TrackedRow {
  readonly table: string;
  readonly key: readonly string[];
  readonly row: JsonObject;
}

const rowOf = (
  call: JsonObject,
  type: TrackingType,
  messageId: string,
  at: CallTime,
): TrackedRow => {
  const ids = {
    user_id: textOf(call['userId']) ?? null,
    anonymous_id: textOf(call['anonymousId']) ?? null,
  };
  if (type === 'alias') {
    const key = [textOf(call['previousId']) ?? '', ids.user_id ?? ''];
    return { table: 'alias', key, row: { previous_id: key[0] ?? '', user_id: key[1] ?? '' } };
  }
  return type === 'identify' ? identityRow(call, ids) : eventRow(call, type, messageId, at, ids);
};

type Ids = { readonly user_id: string | null; readonly anonymous_id: string | null };

const identityRow = (call: JsonObject, ids: Ids): TrackedRow => {
  const traits = isJsonObject(call['traits']) ? call['traits'] : {};
  const address = isJsonObject(traits['address']) ? traits['address'] : {};
  const key = ids.user_id === null ? `a:${ids.anonymous_id}` : `u:${ids.user_id}`;
  const trait = (name: string) => textOf(traits[name]) ?? null;
  return {
    table: 'identity',
    key: [key],
    row: {
      user_key: key,
      ...ids,
      phone: trait('phone'),
      email: trait('email'),
      unionid: trait('unionid'),
      name: trait('name'),
      city: textOf(address['city']) ?? trait('city'),
    },
  };
};

const eventRow = (
  call: JsonObject,
  type: TrackingType,
  messageId: string,
  { corrected }: CallTime,
  ids: Ids,
): TrackedRow => {
  const properties = JSON.stringify(call['properties'] ?? call['traits'] ?? {});
  return {
    table: 'event',
    key: [messageId],
    row: {
      message_id: messageId,
      ...ids,
      type,
      name: textOf(call['event']) ?? textOf(call['name']) ?? textOf(call['groupId']) ?? null,
      properties: properties.length > MAX_PROPERTIES ? null : properties,
      occurred_at: new Date(corrected).toISOString(),
    },
  };
};
