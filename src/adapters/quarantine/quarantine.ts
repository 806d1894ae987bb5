/**
 * Quarantine: raw bytes as an object, and an index item that says why.
 *
 * Everything is derived from the record's origin, so a redelivery writes the same object and the same item. The object
 * goes first: an index item always has its bytes. The index is spread over 16 partitions, so that a flood of bad
 * records does not meet the write limit of one.
 * @module
 */
import type { HeldRecord, ObjectStore, Quarantine } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { sha256 } from '../crypto/sha256.ts';

/** Prefix of the partitions of the index. */
export const QUARANTINE_PREFIX = 'QUARANTINE#';

/** Partitions of the index: `QUARANTINE#0` to `QUARANTINE#15`. */
export const QUARANTINE_PARTITIONS = 16;

/** Longest detail kept in the index, in characters. */
const MAX_DETAIL = 500;

/** Makes the quarantine of a bucket and a table. */
export const makeQuarantine = (objects: ObjectStore, table: Table): Quarantine => ({
  hold: async (record) => {
    const { key, item } = indexEntry(record);
    await objects.put(key, record.bytes);
    await table.write({ kind: 'put', item });
  },
});

const indexEntry = (record: HeldRecord): { readonly key: string; readonly item: Item } => {
  const { shard, sequence, arrivedAt } = record.origin;
  const digest = sha256(`${shard}/${sequence}`);
  const arrived = new Date(arrivedAt).toISOString();
  const key = `${arrived.slice(0, 10).replaceAll('-', '/')}/${record.reason}/${digest}`;
  const partition = Number.parseInt(digest.slice(0, 2), 16) % QUARANTINE_PARTITIONS;
  const item = {
    pk: `${QUARANTINE_PREFIX}${partition}`,
    sk: `${arrived}#${key}`,
    reason: record.reason,
    detail: record.detail.toWellFormed().slice(0, MAX_DETAIL).toWellFormed(),
    origin: { shard, sequence, arrivedAt },
    object: key,
    bytes: record.bytes.byteLength,
    expiresAt: null,
  };
  return { key, item };
};
