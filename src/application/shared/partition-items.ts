/**
 * Partition items: everything in one partition, page by page.
 * @module
 */
import type { Item, Table } from './table.ts';

/** A partition, or what of it has sort keys that start alike. */
export interface Within {
  readonly pk: string;
  readonly skPrefix?: string;
}

/** Items in sort key order. Each page is read when the one before it was used up. */
export async function* itemsIn(table: Table, within: Within): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const page = await table.query({ ...within, ...(after === undefined ? {} : { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== undefined);
}

/** All items at once, in sort key order; for partitions that are known to be small. */
export const allItemsIn = (table: Table, within: Within): Promise<readonly Item[]> =>
  Array.fromAsync(itemsIn(table, within));
