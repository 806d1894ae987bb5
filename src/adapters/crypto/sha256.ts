/**
 * SHA-256 of a text, and random text.
 * @module
 */
import { createHash, randomBytes } from 'node:crypto';

/** SHA-256 of a text's UTF-8, or of bytes: 64 hexadecimal digits. */
export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

/** 16 random bytes as base64url: nobody can guess them. */
export const randomText = (): string => randomBytes(16).toString('base64url');

/** 19 decimal digits of a text, always the same. */
export const sequenceDigits = (text: string): string => {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE() % 10n ** 19n;
  return String(number).padStart(19, '0');
};
