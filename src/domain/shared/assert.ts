/**
 * Assertions about our own code. What data can cause is a {@link Result}, never an assertion.
 * @module
 */

/** Something that only a defect of this program can cause. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * Returns the value, or fails when a defect left it undefined.
 * @throws {@link InvariantError} naming what was missing
 */
export const must = <Value>(value: Value | undefined | null, what: string): Value => {
  if (value === undefined || value === null) throw new InvariantError(`${what} is missing`);
  return value;
};

/**
 * Ends a switch over a closed union: a new variant then fails to compile.
 * @throws {@link InvariantError} always; it can be reached only past the type checker
 */
export const assertNever = (value: never): never => {
  throw new InvariantError(`unexpected variant: ${JSON.stringify(value)}`);
};
