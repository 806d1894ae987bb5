/**
 * Rekeying under given peppers: from the pseudonyms in force to those of the last pepper.
 * @module
 */
import type { Rekeying } from '#application/operate/rekey/rekey-items.ts';
import type { Peppers } from '#domain/identity/peppers.ts';
import { successorsOf } from '#domain/identity/rekey-text.ts';
import { formatPeppers } from './peppers.ts';
import { makePseudonymiser, makeSuccessor } from './pseudonym.ts';

/** How pseudonyms go over to the last of these peppers. */
export const rekeyingOf = (known: Peppers): Rekeying => {
  const to = known.peppers.length;
  return {
    from: to - 1,
    successor: successorsOf(to - 1, makeSuccessor(formatPeppers(known))),
    was: makePseudonymiser(formatPeppers({ current: to - 1, peppers: known.peppers.slice(0, -1) })),
    pseudonymise: makePseudonymiser(formatPeppers({ ...known, current: to })),
  };
};
