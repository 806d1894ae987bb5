/**
 * Peppers: the keys under which identifiers are pseudonyms, one for each version.
 *
 * All of them are needed for ever, because pseudonyms are layered: that of version n is made from that of version n - 1.
 * One pepper more than `current` says that re-keying to it is under way.
 * @module
 */

/** The peppers, first version first. */
export interface Peppers {
  /** Version of the pseudonyms that are in force, 1 or more. */
  readonly current: number;
  readonly peppers: readonly string[];
}

/** Whether re-keying to a further pepper is under way. */
export const isRotating = ({ current, peppers }: Peppers): boolean => peppers.length > current;

/** Adds the pepper of the next version; what is in force stays. One that waits already is kept. */
export const withNext = (known: Peppers, next: string): Peppers =>
  isRotating(known) ? known : { ...known, peppers: [...known.peppers, next] };

/** Puts the last version in force. */
export const promoted = ({ peppers }: Peppers): Peppers => ({ current: peppers.length, peppers });
