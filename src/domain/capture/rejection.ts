/**
 * Rejection: why a record cannot be understood, now or on any retry, so that it goes to quarantine.
 *
 * The reason is a closed code to count and alarm on. The detail is a sentence for the person who opens the quarantine;
 * it names fields and kinds of values, never the values, because details travel to logs that hold no personal data.
 * @module
 */
import { failure } from '#domain/shared/result.ts';

/** Closed set of reasons; each is a label in logs and in the quarantine index. */
export type RejectionReason =
  | 'not-json'
  | 'wrong-shape'
  | 'too-deep'
  | 'unknown-source'
  | 'unknown-table'
  | 'bad-operation'
  | 'missing-key'
  | 'unsafe-key'
  | 'bad-position'
  | 'bad-generation'
  | 'partial-image'
  | 'quality'
  | 'unmappable';

/** Why a record was not understood. */
export interface Rejection {
  readonly reason: RejectionReason;
  /** One sentence without personal data. */
  readonly detail: string;
}

/** A failed {@link Result} holding a rejection. */
export const reject = (
  reason: RejectionReason,
  detail: string,
): { readonly ok: false; readonly error: Rejection } => failure({ reason, detail });

const SAFE_NAME = /^[A-Za-z_][\w$-]{0,63}$/;

/**
 * Shows a schema or table name that a record gave. Anything that does not look like a name is only described, for a
 * wrongly shaped record may hold a person's data where a name belongs.
 */
export const showName = (name: unknown): string =>
  typeof name === 'string' && SAFE_NAME.test(name) ? `"${name}"` : describe(name);

/** Says what kind of value something is, without the value: `text of 12 characters`, `list`, `null`. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return value === '' ? 'empty text' : `text of ${value.length} characters`;
    case 'number':
      return Number.isInteger(value) ? 'a whole number' : 'a number with decimals';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
};
