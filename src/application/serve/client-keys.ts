/**
 * Client keys: what a website shows to send events, and a client of Segment's Profile API to read. A key is random and
 * long, so its hash is its name; the key itself is stored nowhere. A key is good for one of the two.
 *
 * | item | pk               | sk    | holds |
 * | ---- | ---------------- | ----- | ----- |
 * | key  | `KEY#sha256(key)`| `KEY` | whose it is, and what it is good for |
 * @module
 */
import type { Key, Table } from '#application/shared/table.ts';
import type { Hash } from '#domain/serve/audit-chain.ts';
import type { KeyUse } from '#domain/serve/operation.ts';

/** Shortest key that is taken: 128 bits in base64url have 22 characters. */
const MIN_LENGTH = 20;

/** Prefix of the partitions of keys. */
export const KEY_PREFIX = 'KEY#';

const keyOf = (hash: Hash, key: string): Key => ({ pk: `${KEY_PREFIX}${hash(key)}`, sk: 'KEY' });

/** Makes a key known. Throws RangeError when it is short enough to be guessed. */
export const registerKey = async (
  table: Table,
  hash: Hash,
  key: string,
  client: string,
  use: KeyUse = 'write',
): Promise<void> => {
  if (key.length < MIN_LENGTH) throw new RangeError(`a key has ${MIN_LENGTH} characters or more`);
  await table.write({ kind: 'put', item: { ...keyOf(hash, key), client, use } });
};

/** Forgets a key; senders are refused within a minute. */
export const revokeKey = async (table: Table, hash: Hash, key: string): Promise<void> => {
  await table.write({ kind: 'delete', key: keyOf(hash, key) });
};

/** Whose key it is; `undefined` when it is nobody's, or not good for this. Keys of before there were two write. */
export const ownerOfKey = async (
  table: Table,
  hash: Hash,
  key: string,
  use: KeyUse,
): Promise<string | undefined> => {
  const [item] = key.length < MIN_LENGTH ? [] : await table.getAll([keyOf(hash, key)]);
  if (typeof item?.['client'] !== 'string') return undefined;
  return (item['use'] ?? 'write') === use ? item['client'] : undefined;
};

/** The key of `Basic base64(key:)`, as Segment's clients send it. */
export const keyIn = (authorization: string | undefined): string | undefined => {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    const [key, password] = atob(encoded).split(':');
    return password === '' ? key : undefined;
  } catch {
    return undefined;
  }
};
