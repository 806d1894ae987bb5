/**
 * QuarantineShelf on the index items and the objects that {@link makeQuarantine} writes.
 * @module
 */
import type { QuarantineEntry, QuarantineShelf } from '#application/operate/ports.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { isJsonObject } from '#domain/shared/json.ts';
import { QUARANTINE_PARTITIONS, QUARANTINE_PREFIX } from './quarantine.ts';

/** An index item is not what the quarantine writes. */
export class QuarantineIndexError extends Error {
  override readonly name = 'QuarantineIndexError';
}

/** Makes the shelf of a bucket and a table. */
export const makeQuarantineShelf = (objects: ObjectStore, table: Table): QuarantineShelf => ({
  entries: async () =>
    (await Array.fromAsync(entriesAfter(table))).sort((a, b) => a.arrivedAt - b.arrivedAt),
  list: (after) => entriesAfter(table, after),
  bytes: ({ object }) => objects.get(object),
  // The item first: an index item always has its bytes.
  remove: async (entry) => {
    await table.write({ kind: 'delete', key: entry.index });
    await objects.delete(entry.object);
  },
});

/** A place is the number of the partition, a space and the sort key of the index item. */
async function* entriesAfter(table: Table, place = '0 '): AsyncGenerator<QuarantineEntry> {
  const space = place.indexOf(' ');
  const first = Number(place.slice(0, space));
  for (let partition = first; partition < QUARANTINE_PARTITIONS; partition++) {
    const after = partition === first ? place.slice(space + 1) : '';
    for await (const item of itemsOf(table, `${QUARANTINE_PREFIX}${partition}`, after || undefined))
      yield entryOf(item, `${partition} ${item.sk}`);
  }
}

async function* itemsOf(table: Table, pk: string, from?: string): AsyncGenerator<Item> {
  let after = from;
  do {
    const { items, next } = await table.query({ pk, ...(after !== undefined && { after }) });
    yield* items;
    after = next;
  } while (after !== undefined);
}

const entryOf = (
  { pk, sk, object, reason, detail, origin }: Item,
  place: string,
): QuarantineEntry => {
  const arrivedAt = isJsonObject(origin) ? origin['arrivedAt'] : undefined;
  if (typeof object !== 'string' || typeof reason !== 'string' || typeof arrivedAt !== 'number')
    throw new QuarantineIndexError(`index item ${pk} ${sk} is not what the quarantine writes`);
  return { object, index: { pk, sk }, place, reason, detail: String(detail), arrivedAt };
};
