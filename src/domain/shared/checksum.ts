/**
 * Checksum: a short number that two equal collections have in common, whatever order they are read in.
 *
 * Not a digest: it finds what was lost by accident, not what somebody hides on purpose. Sums of 48-bit hashes, kept to 48
 * bits, so that a collection can be added up page by page.
 * @module
 */

const MODULUS = 2 ** 48;

/** FNV-1a, 32 bits, from a given beginning. */
const fnv = (text: string, begin: number): number => {
  let hash = begin;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
};

/** Hash of a text: a whole number of 48 bits. */
export const textHash = (text: string): number =>
  (fnv(text, 0x811c9dc5) * 0x10000 + (fnv(text, 0x9e3779b9) >>> 16)) % MODULUS;

/** Adds two checksums up. */
export const addChecksums = (a: number, b: number): number => (a + b) % MODULUS;

/** A checksum for people: twelve hexadecimal digits. */
export const formatChecksum = (sum: number): string => sum.toString(16).padStart(12, '0');
