/**
 * Audit chain: links over the entries of a lane, each hash made of the one before. Whoever changes or removes an entry has
 * to change every later link, and the last hash is one that others have seen.
 * @module
 */
import { canonicalJson } from '#domain/shared/canonical-json.ts';

/** SHA-256 of a text, hexadecimal. */
export type Hash = (text: string) => string;

/** An entry in a chain: where it stands, and the digest of its content. */
export interface ChainedEntry {
  readonly sk: string;
  readonly digest: string;
}

/** Hash before the first link. */
export const CHAIN_START = '0'.repeat(64);

/** An entry as it is stored, as far as the chain looks into it. */
export interface SealedEntry {
  readonly [name: string]: unknown;
}

/**
 * Digest of an entry. Its customer is in it through `seal` only, so that an erasure can take the pseudonym and its salt
 * out of the log and leave the chain whole.
 */
export const digestOf = (hash: Hash, entry: SealedEntry): string => {
  const { customer: _customer, salt: _salt, erased: _erased, expiresAt: _expiry, ...rest } = entry;
  return hash(canonicalJson(rest));
};

/** What binds an entry to its customer; tells nothing without the salt. */
export const sealOf = (hash: Hash, salt: string, customer: string): string =>
  hash(canonicalJson([salt, customer]));

/** Whether the customer of an entry is the one it was sealed with, or was erased. */
export const isSealed = (hash: Hash, { seal, salt, customer, erased }: SealedEntry): boolean =>
  customer === undefined
    ? seal === undefined || erased !== undefined
    : seal === sealOf(hash, String(salt), String(customer));

/** Hash of a link. */
export const linkHash = (hash: Hash, previous: string, entries: readonly ChainedEntry[]): string =>
  hash(canonicalJson([previous, entries.map(({ sk, digest }) => [sk, digest])]));

/** Compares stream sequence numbers: decimal integers of any length. */
export const isLater = (sequence: string, than: string): boolean =>
  sequence.length === than.length ? sequence > than : sequence.length > than.length;
