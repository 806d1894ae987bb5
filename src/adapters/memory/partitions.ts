/**
 * Items by partition and sort key, in the store's order; the state inside a memory table.
 *
 * Sort keys of a partition are sorted when a query needs them and stay sorted until a key comes or goes.
 * @module
 */

import { itemSize } from '#adapters/dynamodb/item-size.ts';
import { compareText } from '#adapters/dynamodb/text-order.ts';
import type { Item, Key, Page, Table } from '#application/shared/table.ts';

/** Most bytes in one page of a query. Source: DynamoDB API reference, Query. */
const MAX_PAGE_BYTES = 1024 * 1024;

interface Partition {
  readonly items: Map<string, Item>;
  /** Sort keys in order; absent until a query needs them. */
  sorted?: readonly string[] | undefined;
}

/** The partitions of one table. Holds and returns items as they are, without copying. */
export class Partitions {
  readonly #partitions = new Map<string, Partition>();

  get(key: Key): Item | undefined {
    return this.#partitions.get(key.pk)?.items.get(key.sk);
  }

  /** Stores an item, or removes it when `undefined`. */
  set(key: Key, item: Item | undefined): void {
    const partition = this.#partition(key.pk);
    if (partition.items.has(key.sk) !== (item !== undefined)) partition.sorted = undefined;
    if (item === undefined) partition.items.delete(key.sk);
    else partition.items.set(key.sk, item);
    if (partition.items.size === 0) this.#partitions.delete(key.pk);
  }

  /** One page with its bytes; `next` also when the limit is met at the very end, as DynamoDB does. */
  page(request: Parameters<Table['query']>[0]): Page & { readonly bytes: number } {
    const items: Item[] = [];
    let bytes = 0;
    for (const item of this.#matching(request)) {
      const size = itemSize(item);
      if (items.length > 0 && bytes + size > MAX_PAGE_BYTES) return pageUpTo(items, bytes);
      items.push(item);
      bytes += size;
      if (items.length === request.limit) return pageUpTo(items, bytes);
    }
    return { items, bytes };
  }

  all(): readonly Item[] {
    return [...this.#partitions.keys()]
      .sort(compareText)
      .flatMap((pk) => [...this.#matching({ pk })]);
  }

  #partition(pk: string): Partition {
    const found = this.#partitions.get(pk) ?? { items: new Map() };
    this.#partitions.set(pk, found);
    return found;
  }

  *#matching(request: Parameters<Table['query']>[0]): Generator<Item> {
    const { skPrefix = '', after } = request;
    const partition = this.#partitions.get(request.pk);
    if (partition === undefined) return;
    partition.sorted ??= [...partition.items.keys()].sort(compareText);
    const sorted = partition.sorted;
    const start = firstIndex(sorted, (sk) => isPast(sk, after, skPrefix));
    for (let index = start; index < sorted.length; index++) {
      const sk = sorted[index] as string;
      if (!sk.startsWith(skPrefix)) return;
      yield partition.items.get(sk) as Item;
    }
  }
}

const isPast = (sk: string, after: string | undefined, prefix: string): boolean =>
  after === undefined ? compareText(sk, prefix) >= 0 : compareText(sk, after) > 0;

const pageUpTo = (items: readonly Item[], bytes: number): Page & { readonly bytes: number } => ({
  items,
  bytes,
  next: (items.at(-1) as Item).sk,
});

/** First index at which a predicate that turns true once is true; the length when nowhere. */
const firstIndex = (sorted: readonly string[], reached: (sk: string) => boolean): number => {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(sorted[middle] as string)) high = middle;
    else low = middle + 1;
  }
  return low;
};
