/**
 * Row counts: how many live rows of each source table are stored, and how many of them the views show.
 *
 * The checksum is over row keys with their versions, so two equal counts of different rows do not pass for each other.
 * @module
 */
import { addChecksums, textHash } from '#domain/shared/checksum.ts';

/** A live row. */
export interface LiveRow {
  /** `pos.receipt.7` */
  readonly rowKey: string;
  readonly version: string;
}

/** Rows and their checksum. */
export interface RowCount {
  readonly rows: number;
  readonly checksum: number;
}

/** What is known of one source table. */
export interface TableCount {
  /** Live rows that belong to a customer. */
  readonly stored: RowCount;
  /** Those of them whose customer's view was made from them. */
  readonly shown: RowCount;
  /** Live rows of nobody: they say nothing of who, or only what everybody shares. */
  readonly unowned: number;
}

/** Counts by source table, `pos.receipt`. */
export type TableCounts = Readonly<Record<string, TableCount>>;

/** No rows. */
export const NO_ROWS: RowCount = { rows: 0, checksum: 0 };

const NOTHING: TableCount = { stored: NO_ROWS, shown: NO_ROWS, unowned: 0 };

/** `pos.receipt.7` → `pos.receipt`. */
export const tableOf = (rowKey: string): string => {
  const source = rowKey.indexOf('.');
  const table = rowKey.indexOf('.', source + 1);
  return table < 0 ? rowKey : rowKey.slice(0, table);
};

/** Adds a row to a count. */
export const withRow = ({ rows, checksum }: RowCount, row: LiveRow): RowCount => ({
  rows: rows + 1,
  checksum: addChecksums(checksum, textHash(`${row.rowKey} ${row.version}`)),
});

const added = (a: RowCount, b: RowCount): RowCount => ({
  rows: a.rows + b.rows,
  checksum: addChecksums(a.checksum, b.checksum),
});

/** Adds counts up, table by table. */
export const addCounts = (all: readonly TableCounts[]): TableCounts => {
  const sums = new Map<string, TableCount>();
  for (const [table, count] of all.flatMap((counts) => Object.entries(counts))) {
    const sum = sums.get(table) ?? NOTHING;
    sums.set(table, {
      stored: added(sum.stored, count.stored),
      shown: added(sum.shown, count.shown),
      unowned: sum.unowned + count.unowned,
    });
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Counts the rows of one customer, or of nobody. */
export const countRows = (
  rows: readonly LiveRow[],
  state: 'shown' | 'missing' | 'unowned',
): TableCounts => {
  const counts = new Map<string, TableCount>();
  for (const row of rows) {
    const table = tableOf(row.rowKey);
    const count = counts.get(table) ?? NOTHING;
    counts.set(
      table,
      state === 'unowned'
        ? { ...count, unowned: count.unowned + 1 }
        : {
            ...count,
            stored: withRow(count.stored, row),
            ...(state === 'shown' ? { shown: withRow(count.shown, row) } : {}),
          },
    );
  }
  return Object.fromEntries(counts);
};
