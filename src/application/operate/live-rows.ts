/**
 * Live rows: which source rows the table holds, by its registry, whatever is derived from them.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Scan } from './ports.ts';
import { allDone, newSegments, nextPages } from './scan-pages.ts';

/** What reading live rows needs. */
export interface LiveRowPorts {
  readonly table: Pick<Table, 'getAll'>;
  readonly scan: Scan;
}

/** A live row with the version it is at. */
export interface LiveRow {
  readonly rowKey: SourceRowKey;
  readonly version: string;
}

const SEGMENTS = 4;
const PAGE = 500;

/** The live rows whose key begins so (all when absent), page by page and in no order. */
export async function* liveRows(
  { table, scan }: LiveRowPorts,
  prefix = '',
): AsyncGenerator<readonly LiveRow[]> {
  let segments = newSegments(SEGMENTS);
  while (!allDone(segments)) {
    const page = await nextPages(scan, segments, PAGE);
    segments = page.segments;
    const own = page.items.filter(({ pk, sk }) => sk === 'ROW' && pk.startsWith(`R#${prefix}`));
    yield await withVersions(table, own);
  }
}

/** A fact row's version stands in its bucket, and so does whether it lives. */
const withVersions = async (
  table: LiveRowPorts['table'],
  items: readonly Item[],
): Promise<readonly LiveRow[]> => {
  const places = items.map(placeOf);
  const buckets = await table.getAll(places.flatMap((place) => place ?? []));
  const live = new Map(
    buckets.flatMap((bucket) =>
      liveContributionsIn(bucket).map((row) => [`${bucket?.pk} ${row.rowKey}`, row.version]),
    ),
  );
  return items.flatMap((item, index): readonly LiveRow[] => {
    const place = places[index];
    const rowKey = item.pk.slice(2) as SourceRowKey;
    const { version, deleted } = parseRowItem(item);
    if (!place) return deleted ? [] : [{ rowKey, version }];
    const contributed = live.get(`${place.pk} ${rowKey}`);
    if (contributed === undefined) return [];
    return [{ rowKey, version: contributed > version ? contributed : version }];
  });
};

const placeOf = (item: Item): Key | undefined => {
  const { unit, bucket } = parseRowItem(item);
  return unit === undefined || bucket === undefined ? undefined : bucketKey(unit, bucket);
};
