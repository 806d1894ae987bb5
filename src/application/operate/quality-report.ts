/**
 * Quality report: which rows break which data-quality rule now.
 *
 * A defect is recorded with the version of the row that had it. It is open while the row, or the column of a row that
 * arrives in parts, has no later version; a row that was put right or deleted has one. A record that was held back is
 * open until a later version of its row was applied.
 * @module
 */
import { versionIn } from '#application/shared/contributions.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import {
  asMap,
  bucketKey,
  defectPartition,
  parseRowItem,
  type RowItem,
  rowItemKey,
} from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { Severity } from '#domain/capture/check-quality.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { groupBy } from '#domain/shared/multimap.ts';

/** The rows that break one rule. */
export interface RuleFinding {
  readonly source: string;
  readonly table: string;
  /** A rule of the definition, or the code of a mapping note such as `bad-date`. */
  readonly rule: string;
  readonly column: string;
  readonly severity: Severity;
  /** Row keys in text order. */
  readonly rows: readonly SourceRowKey[];
}

/** Reports what is open in every table of the definitions, by table, rule and column. Reads every defect recorded. */
export const reportQuality = async (
  table: Table,
  { sources }: Definitions,
): Promise<readonly RuleFinding[]> => {
  const places = Object.values(sources).flatMap(({ source, tables }) =>
    Object.keys(tables).map((name) => ({ source, table: name })),
  );
  const found = await inParallel(places, (place) => findingsOf(table, place));
  return found.flat();
};

interface Place {
  readonly source: string;
  readonly table: string;
}

/** A recorded defect. */
export interface Recorded {
  readonly rule: string;
  readonly column: string;
  readonly rowKey: SourceRowKey;
  readonly version: string;
  readonly severity: Severity;
}

const findingsOf = async (table: Table, place: Place): Promise<readonly RuleFinding[]> => {
  const open = await openDefects(
    table,
    await allItemsIn(table, { pk: defectPartition(place.source, place.table) }),
  );
  const groups = groupBy(open, ({ rule, column }) => `${rule}#${column}`);
  return [...groups.values()].map((ofRule) => {
    const { rule, column, severity } = ofRule[0] as Recorded;
    return { ...place, rule, column, severity, rows: ofRule.map(({ rowKey }) => rowKey) };
  });
};

/** Whether an item is a recorded defect. */
export const isDefectItem = ({ pk }: Item): boolean => pk.startsWith('Q#');

/** The name of a column may hold a `#`, so the row key is found by its table. */
const parseDefect = (item: Item): Recorded => {
  const place = item.pk.slice('Q#'.length);
  const at = item.sk.indexOf(`#${place}.`);
  const name = item.sk.slice(0, at);
  const [rule = ''] = name.split('#', 1);
  const { v, severity } = asMap(item['last']);
  return {
    rule,
    column: name.slice(rule.length + 1),
    rowKey: item.sk.slice(at + 1) as SourceRowKey,
    version: v as string,
    severity: severity as Severity,
  };
};

/** Those of the recorded defects that are open now. */
export const openDefects = async (
  table: Table,
  defects: readonly Item[],
): Promise<readonly Recorded[]> => {
  const recorded = defects.map(parseDefect);
  const items = await table.getAll(recorded.map(({ rowKey }) => rowItemKey(rowKey)));
  const rows = items.map((item) => item && parseRowItem(item));
  const buckets = rows.map(bucketOf);
  const found = await table.getAll(buckets.filter((key) => key !== undefined));
  let next = 0;
  const bucketItems = buckets.map((key) => (key === undefined ? undefined : found[next++]));
  return recorded.filter(
    (defect, index) => versionNow(defect, rows[index], bucketItems[index]) <= defect.version,
  );
};

const bucketOf = (row: RowItem | undefined): Key | undefined =>
  row?.unit === undefined || row.bucket === undefined ? undefined : bucketKey(row.unit, row.bucket);

/** Version of what the defect is about, as it is now; empty when the row was never applied. */
const versionNow = (
  { column, rowKey }: Recorded,
  row: RowItem | undefined,
  bucket: Item | undefined,
): string => {
  if (row?.image && !row.deleted) return row.image.later[column] ?? row.image.base ?? '';
  const placed = versionIn(bucket, rowKey);
  return placed > (row?.version ?? '') ? placed : (row?.version ?? '');
};
