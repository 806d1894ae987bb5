/**
 * OpsError: what the operator has to do something about. Its message is all that is shown.
 * @module
 */

/** An expected failure of an operator command. */
export class OpsError extends Error {
  override readonly name = 'OpsError';
}
