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
export const keyedHash = (key: string, parts: readonly (string | undefined)[]): Buffer => {
  const hmac = createHmac('sha256', key);
  for (const part of parts) {
    const bytes = Buffer.from(part ?? '', 'utf16le');
    const length = Buffer.alloc(4);
    length.writeInt32BE(part === undefined ? -1 : bytes.byteLength);
    hmac.update(length).update(bytes);
  }
  return hmac.digest().subarray(0, 16);
};
