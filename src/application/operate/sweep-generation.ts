/**
 * Sweep: tombstones the rows of a table that its last full load did not bring.
 *
 * What was deleted at the source while nothing was captured is in no log. After a load of a new generation such a row is
 * known by its version: it is still of an older one. Tombstones go on the change stream, where every reader applies and
 * archives them like any change; each is earlier than everything of the new generation, so a row that the load brings
 * late, or that comes back, wins whatever happens in between.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem, rowItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { TombstoneMessage } from '#domain/capture/decode-tombstone.ts';
import { generationOf } from '#domain/capture/row-version.ts';
import { keyPartsOf, type SourceRowKey, sourceRowKey } from '#domain/capture/source-row.ts';
import type { TableDefinition } from '#domain/definitions/types.ts';
import type { Publish, Scan, StreamMessage } from './ports.ts';
import { allDone, newSegments, nextPages } from './scan-pages.ts';

/** What a sweep reads. */
export interface SurveyPorts {
  readonly table: Pick<Table, 'getAll'>;
  readonly scan: Scan;
}

/** What is swept: a table of a source after a load of this generation. */
export interface SweepRequest {
  readonly source: string;
  readonly table: TableDefinition;
  readonly generation: number;
}

/** A live row with the version it is at. */
interface StoredRow {
  readonly rowKey: SourceRowKey;
  readonly version: string;
}

/** Live rows of a table, by generation. */
export interface Survey {
  /** Of the generation, or a later one. */
  readonly current: number;
  /** Of an older one: the load did not bring them. */
  readonly old: number;
}

const SEGMENTS = 4;
const PAGE = 500;

/** Counts the live rows of a table. */
export const surveyTable = async (ports: SurveyPorts, request: SweepRequest): Promise<Survey> => {
  const survey = { current: 0, old: 0 };
  for await (const rows of liveRows(ports, request)) {
    const old = rows.filter((row) => isOld(row, request)).length;
    survey.old += old;
    survey.current += rows.length - old;
  }
  return survey;
};

/** Puts a tombstone on the stream for each row of an older generation; gives their keys, page by page. Safe to repeat. */
export async function* sweepTable(
  ports: SurveyPorts,
  publish: Publish,
  request: SweepRequest,
): AsyncGenerator<readonly SourceRowKey[]> {
  for await (const rows of liveRows(ports, request)) {
    const old = rows.filter((row) => isOld(row, request));
    if (old.length === 0) continue;
    await publish(old.map((row) => messageOf(request, row)));
    yield old.map(({ rowKey }) => rowKey);
  }
}

const isOld = ({ version }: StoredRow, { generation }: SweepRequest): boolean =>
  generationOf(version) < generation;

async function* liveRows(
  ports: SurveyPorts,
  { source, table }: SweepRequest,
): AsyncGenerator<readonly StoredRow[]> {
  const prefix = rowItemKey(sourceRowKey(source, table.table, [''])).pk;
  let segments = newSegments(SEGMENTS);
  while (!allDone(segments)) {
    const page = await nextPages(ports.scan, segments, PAGE);
    segments = page.segments;
    const own = page.items.filter(({ pk, sk }) => sk === 'ROW' && pk.startsWith(prefix));
    yield await withVersions(ports.table, own);
  }
}

/** A fact row's version stands in its bucket, and so does whether it lives. */
const withVersions = async (
  table: SurveyPorts['table'],
  items: readonly Item[],
): Promise<readonly StoredRow[]> => {
  const places = items.map(placeOf);
  const buckets = await table.getAll(places.flatMap((place) => place ?? []));
  const live = new Map(
    buckets.flatMap((bucket) =>
      liveContributionsIn(bucket).map((row) => [`${bucket?.pk} ${row.rowKey}`, row.version]),
    ),
  );
  return items.flatMap((item, index): readonly StoredRow[] => {
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

const messageOf = (
  { source, table, generation }: SweepRequest,
  { rowKey }: StoredRow,
): StreamMessage => {
  const parts = keyPartsOf(rowKey);
  const message: TombstoneMessage = {
    tributary: 'tombstone',
    source,
    table: table.table,
    key: Object.fromEntries(table.key.map((column, index) => [column, parts[index] ?? ''])),
    generation,
  };
  return { partitionKey: rowKey, bytes: new TextEncoder().encode(JSON.stringify(message)) };
};
