/**
 * Keyed hash of several texts: HMAC-SHA256, of which the first 16 bytes are kept.
 *
 * Each part is preceded by its length, so that no two lists of texts give the same input; parts are UTF-16, because
 * UTF-8 would make one of all texts with half a surrogate pair. 128 bits leave a chance of 10⁻²⁰ that two of a
 * billion inputs collide.
 * @module
 */
import { createHmac } from 'node:crypto';

/** Hashes parts under a key; `undefined` differs from an empty text. 16 bytes. */
export const keyedHash = (key: string, parts: readonly (string | undefined)[]): Buffer =>
  createHmac('sha256', key).update(joined(parts)).digest().subarray(0, 16);

const LENGTH_BYTES = 4;

// In one piece: every update costs as much as hashing a short text.
const joined = (parts: readonly (string | undefined)[]): Buffer => {
  const sizes = parts.map((part) => LENGTH_BYTES + 2 * (part?.length ?? 0));
  const bytes = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const part of parts) {
    at = bytes.writeInt32BE(part === undefined ? -1 : 2 * part.length, at);
    at += bytes.write(part ?? '', at, 'utf16le');
  }
  return bytes;
};
