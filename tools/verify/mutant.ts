/**
 * Mutant: what has to be said of a guard to take it out.
 * @module
 */

/** A condition that always holds. */
export const ALWAYS = "{ any: [{ missing: ['pk'] }, { exists: ['pk'] }] }";

/** A guard, and the code without it. */
export interface Mutant {
  /** What the guard is for. */
  readonly guard: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Only histories whose rules score pairs can tell. */
  readonly scored?: true;
  /** The race is too seldom in random histories; those of the catalogue whose name begins so make it happen. */
  readonly races?: string;
  /** The same, of unit tests. */
  readonly tests?: string;
}

/** A guard that nothing notices when it is missing, or is tested elsewhere, and why it is there all the same. */
export interface Exception {
  readonly file: string;
  readonly code: string;
  readonly why: string;
}
