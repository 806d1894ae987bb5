/**
 * QuarantineShelf on the index items and the objects that {@link makeQuarantine} writes.
 * @module
 */
import type { QuarantineEntry, QuarantineShelf } from '#application/operate/ports.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { isJsonObject } from '#domain/shared/json.ts';
import { QUARANTINE_PARTITIONS } from './quarantine.ts';

/** An index item is not what the quarantine writes. */
export class QuarantineIndexError extends Error {
  override readonly name = 'QuarantineIndexError';
}

/** Makes the shelf of a bucket and a table. */
export const makeQuarantineShelf = (objects: ObjectStore, table: Table): QuarantineShelf => ({
  entries: async () => {
    const entries: QuarantineEntry[] = [];
    for (let partition = 0; partition < QUARANTINE_PARTITIONS; partition++) {
      for await (const item of itemsOf(table, `QUARANTINE#${partition}`))
        entries.push(entryOf(item));
    }
    return entries.sort((a, b) => a.arrivedAt - b.arrivedAt);
  },
  bytes: ({ object }) => objects.get(object),
  // The item first: an index item always has its bytes.
  remove: async (entry) => {
    await table.write({ kind: 'delete', key: entry.index });
    await objects.delete(entry.object);
  },
});

async function* itemsOf(table: Table, pk: string): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const { items, next } = await table.query({ pk, ...(after !== undefined && { after }) });
    yield* items;
    after = next;
  } while (after !== undefined);
}

const entryOf = ({ pk, sk, object, reason, detail, origin }: Item): QuarantineEntry => {
  const arrivedAt = isJsonObject(origin) ? origin['arrivedAt'] : undefined;
  if (typeof object !== 'string' || typeof reason !== 'string' || typeof arrivedAt !== 'number')
    throw new QuarantineIndexError(`index item ${pk} ${sk} is not what the quarantine writes`);
  return { object, index: { pk, sk }, reason, detail: String(detail), arrivedAt };
};
