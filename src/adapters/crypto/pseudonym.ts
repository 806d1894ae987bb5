/**
 * Pseudonyms: what stands for an identifier value in keys, so that no phone number is ever a key.
 *
 * A plain hash of an eleven-digit number is found by trying them all in seconds; with a secret pepper it is not.
 * @module
 */
import { keyedHash } from './keyed-hash.ts';

/** Gives the pseudonym of a normalised value in its namespace and scope: 22 characters of base64url. */
export type Pseudonymiser = (namespace: string, scope: string | undefined, value: string) => string;

/**
 * Makes the pseudonymiser of a pepper. The same pepper always gives the same pseudonyms.
 * @throws RangeError when the pepper has fewer than 32 characters: it could be guessed
 */
export const makePseudonymiser = (pepper: string): Pseudonymiser => {
  if (pepper.length < 32) throw new RangeError('a pepper has 32 characters or more');
  return (namespace, scope, value) =>
    keyedHash(pepper, ['identifier', namespace, scope, value]).toString('base64url');
};
