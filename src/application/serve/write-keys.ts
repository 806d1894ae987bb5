/**
 * Write keys: what a website or an app shows to send events. A key is random and long, so its hash is its name; the key
 * itself is stored nowhere.
 *
 * | item | pk               | sk    | holds |
 * | ---- | ---------------- | ----- | ----- |
 * | key  | `KEY#sha256(key)`| `KEY` | whose it is |
 * @module
 */
import type { Key, Table } from '#application/shared/table.ts';
import type { Hash } from '#domain/serve/audit-chain.ts';

/** Shortest key that is taken: 128 bits in base64url have 22 characters. */
const MIN_LENGTH = 20;

const keyOf = (hash: Hash, key: string): Key => ({ pk: `KEY#${hash(key)}`, sk: 'KEY' });

/** Makes a key known. Throws RangeError when it is short enough to be guessed. */
export const registerKey = async (
  table: Table,
  hash: Hash,
  key: string,
  client: string,
): Promise<void> => {
  if (key.length < MIN_LENGTH) throw new RangeError(`a key has ${MIN_LENGTH} characters or more`);
  await table.write({ kind: 'put', item: { ...keyOf(hash, key), client } });
};

/** Forgets a key; senders are refused within a minute. */
export const revokeKey = async (table: Table, hash: Hash, key: string): Promise<void> => {
  await table.write({ kind: 'delete', key: keyOf(hash, key) });
};

/** Whose key it is; `undefined` when it is nobody's. */
export const ownerOfKey = async (
  table: Table,
  hash: Hash,
  key: string,
): Promise<string | undefined> => {
  const [item] = key.length < MIN_LENGTH ? [] : await table.getAll([keyOf(hash, key)]);
  return typeof item?.['client'] === 'string' ? item['client'] : undefined;
};

/** The write key of `Basic base64(key:)`, as Segment's clients send it. */
export const writeKeyIn = (authorization: string | undefined): string | undefined => {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,400})$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    const [key, password] = atob(encoded).split(':');
    return password === '' ? key : undefined;
  } catch {
    return undefined;
  }
};
