/**
 * OneID minter: ids that two workers mint alike, and that tell nobody what they stand for.
 * @module
 */
import type { OneId } from '#domain/identity/one-id.ts';
import { base32 } from './base32.ts';
import { keyedHash } from './keyed-hash.ts';

/**
 * Makes the minter of a key, which never changes: the id of an anchor, `one_` and 26 characters. Further attempts give
 * further ids of the same anchor.
 * @throws RangeError when the key has fewer than 32 characters
 */
export const makeOneIdMinter = (key: string): ((anchor: string, attempt: number) => OneId) => {
  if (key.length < 32) throw new RangeError('a OneID key has 32 characters or more');
  return (anchor, attempt) =>
    `one_${base32(keyedHash(key, ['one-id', anchor, String(attempt)]))}` as OneId;
};
