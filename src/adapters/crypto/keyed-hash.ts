/**
 * Keyed hash of several texts: HMAC-SHA256, of which the first 16 bytes are kept.
 *
 * Each part is preceded by its length, so that no two lists of texts give the same input; parts are UTF-16, because
 * UTF-8 would make one of all texts with half a surrogate pair. 128 bits leave a chance of 10⁻²⁰ that two of a
 * billion inputs collide.
 * @module
 */
import { hash } from 'node:crypto';

/** Hashes parts under a key; `undefined` differs from an empty text. 16 bytes. */
export const keyedHash = (key: string, parts: readonly (string | undefined)[]): Buffer => {
  const { inner, outer } = padsOf(key);
  const within = hash('sha256', joined(inner, parts), 'binary');
  outer.write(within, BLOCK_BYTES, 'latin1');
  return Buffer.from(hash('sha256', outer, 'binary').slice(0, KEPT_BYTES), 'latin1');
};

const KEPT_BYTES = 16;

/** Bytes that SHA-256 takes at a time. */
const BLOCK_BYTES = 64;

/** What a key is before and around what it hashes; see RFC 2104, section 2. */
interface Pads {
  readonly inner: Buffer;
  /** With room for the inner hash. */
  readonly outer: Buffer;
}

// An Hmac of node:crypto is set up anew for every text, which costs as much as hashing one twice.
const pads = new Map<string, Pads>();

/** Keys whose pads are kept: a function has three. */
const MAX_KEYS = 16;

const padsOf = (key: string): Pads => {
  const known = pads.get(key);
  if (known) return known;
  if (pads.size >= MAX_KEYS) pads.clear();
  const bytes = Buffer.from(key);
  const block = bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes;
  const made = { inner: padded(block, 0x36, 0), outer: padded(block, 0x5c, 32) };
  pads.set(key, made);
  return made;
};

const padded = (key: Uint8Array, pad: number, room: number): Buffer => {
  const bytes = Buffer.alloc(BLOCK_BYTES + room, pad);
  for (const [index, byte] of key.entries()) bytes[index] = byte ^ pad;
  return bytes;
};

const LENGTH_BYTES = 4;

/** The parts, each after its length, behind what precedes them. */
const joined = (before: Buffer, parts: readonly (string | undefined)[]): Buffer => {
  let size = before.length;
  for (const part of parts) size += LENGTH_BYTES + 2 * (part?.length ?? 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = before.copy(bytes);
  for (const part of parts) {
    at = bytes.writeInt32BE(part === undefined ? -1 : 2 * part.length, at);
    at += bytes.write(part ?? '', at, 'utf16le');
  }
  return bytes;
};
