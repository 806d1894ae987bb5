/**
 * Scan on a memory table: partitions are dealt to segments by a hash, and read in the order of their keys.
 * @module
 */
import type { Scan } from '#application/operate/ports.ts';
import { textHash } from '#domain/shared/checksum.ts';
import { keyText } from '../dynamodb/item-rules.ts';
import type { MemoryTable } from './table.ts';

/** Makes the scan of a memory table. Cost: O(table) per page. */
export const memoryScan =
  (table: Pick<MemoryTable, 'dump'>): Scan =>
  async ({ segment, segments, after, limit }) => {
    const own = table.dump().filter(({ pk }) => textHash(pk) % segments === segment);
    const ordered = own.toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
    const rest = after ? ordered.filter((item) => order(item) > order(after)) : ordered;
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return last && rest.length > limit ? { items, next: { pk: last.pk, sk: last.sk } } : { items };
  };

const order = keyText;
