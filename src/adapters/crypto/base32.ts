/**
 * Base32 in lower case without padding: safe in URLs, file names and on the telephone.
 * Source: RFC 4648, section 6.
 * @module
 */

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Encodes bytes, 5 bits per character; 16 bytes give 26 characters. */
export const base32 = (bytes: Uint8Array): string => {
  let text = '';
  let pending = 0;
  let bits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(pending >>> (bits - 5)) & 31];
    pending &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(pending << (5 - bits)) & 31];
};
