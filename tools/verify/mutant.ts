/**
 * Mutant: what has to be said of a guard to take it out.
 * @module
 */

/** A guard, and the code without it. */
export interface Mutant {
  /** What the guard is for. */
  readonly guard: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Only histories whose rules score pairs can tell. */
  readonly scored?: true;
  /** The race is too seldom in random histories; these unit tests make it happen. */
  readonly tests?: string;
}
