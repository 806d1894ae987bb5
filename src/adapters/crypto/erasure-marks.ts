/**
 * Erasure marks: what stands for erased rows, for what is in an object of the archive, and for erasures themselves.
 *
 * Under a key of its own, because marks must be the same for as long as anything can be replayed: a pepper is changed now
 * and then, and whoever can mint ids should not be able to tell what was erased.
 * @module
 */
import type { Mark } from '#application/shared/erasure-items.ts';
import { keyedHash } from './keyed-hash.ts';

/**
 * Makes the marks of a key.
 * @throws RangeError when the key has fewer than 32 characters: it could be guessed
 */
export const makeMark = (key: string): Mark => {
  if (key.length < 32) throw new RangeError('a key of erasure marks has 32 characters or more');
  return (what, ...parts) => keyedHash(key, ['erasure', what, ...parts]).toString('base64url');
};
