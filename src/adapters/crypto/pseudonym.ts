/**
 * Pseudonyms: what stands for an identifier value in keys, so that no phone number is ever a key.
 *
 * A plain hash of an eleven-digit number is found by trying them all in seconds; with a secret pepper it is not.
 * @module
 */
import { UNIT_NAMESPACE } from '#application/identity/read-row.ts';
import { keyedHash } from './keyed-hash.ts';

/** Gives the pseudonym of a normalised value in its namespace and scope: 22 characters of base64url. */
export type Pseudonymiser = (namespace: string, scope: string | undefined, value: string) => string;

/**
 * Makes the pseudonymiser of a pepper. The same pepper always gives the same pseudonyms.
 * @param unitKey names fact units, and never changes: ids are anchored at them. The pepper, where no unit is named
 * @throws RangeError when one of them has fewer than 32 characters: it could be guessed
 */
export const makePseudonymiser = (pepper: string, unitKey = pepper): Pseudonymiser => {
  if (Math.min(pepper.length, unitKey.length) < 32)
    throw new RangeError('a pepper has 32 characters or more');
  return (namespace, scope, value) => {
    const key = namespace === UNIT_NAMESPACE ? unitKey : pepper;
    return keyedHash(key, ['identifier', namespace, scope, value]).toString('base64url');
  };
};
