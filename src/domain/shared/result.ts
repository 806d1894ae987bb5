/**
 * Result: an outcome that data or a caller can cause, as a value.
 *
 * Expected failures (text that is not JSON, an identifier that is no phone) are results; defects throw.
 * @module
 */

/** Either a value, or the reason why there is none. */
export type Result<Value, Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: Failure };

/** Wraps a value as a success. */
export const success = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({
  ok: true,
  value,
});

/** Wraps a reason as a failure. */
export const failure = <Failure>(
  error: Failure,
): { readonly ok: false; readonly error: Failure } => ({ ok: false, error });
