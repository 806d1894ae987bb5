/**
 * Comparison with a source: whether the table holds exactly the rows that the source has, by key.
 *
 * Counts and checksums are compared first, which reads no key of the source; keys only of tables that differ. Both move
 * on meanwhile, so a key is named only when it is missing or surplus twice, with time for the stream in between.
 * @module
 */
import { addChecksums } from '#domain/shared/checksum.ts';
import { type LiveRowPorts, liveRows } from './live-rows.ts';
import { NO_ROWS, type RowCount, tableOf } from './reconcile/row-counts.ts';

/** The rows of source tables, as their source has them. Tables are named `pos.receipt`, rows `pos.receipt.7`. */
export interface SourceRows {
  readonly tables: readonly string[];
  /** Of those that must be stored. */
  count(table: string): Promise<RowCount>;
  /** Every key, with whether it must be stored: a row past its retention may be, until something rewrites its bucket. */
  keys(table: string): Promise<ReadonlyMap<string, boolean>>;
  /** Hash of a row key, as the checksums of {@link SourceRows.count} add it up. */
  readonly hash: (rowKey: string) => number;
}

/** How a table compares. */
export interface TableComparison {
  readonly table: string;
  readonly source: RowCount;
  readonly stored: RowCount;
  /** Rows of the source that the table lacks. */
  readonly missing: readonly string[];
  /** Rows of the table that the source lacks. */
  readonly surplus: readonly string[];
}

/** Compares every table of a source with what is stored. */
export const compareWithSource = async (
  ports: LiveRowPorts,
  source: SourceRows,
  settle: () => Promise<void>,
): Promise<readonly TableComparison[]> => {
  const counts = await Promise.all(source.tables.map((table) => source.count(table)));
  const stored = await storedCounts(ports, source);
  const compared = source.tables.map((table, index): TableComparison => {
    const own = { source: counts[index] ?? NO_ROWS, stored: stored.get(table) ?? NO_ROWS };
    return { table, ...own, missing: [], surplus: [] };
  });
  if (compared.every(isEqual)) return compared;
  const first = await namesOf(ports, source, compared);
  await settle();
  const second = await namesOf(ports, source, compared);
  return compared.map((one) => {
    const [a, b] = [first.get(one.table), second.get(one.table)];
    const both = (side: 'missing' | 'surplus') =>
      [...(a?.[side] ?? new Set<string>()).intersection(b?.[side] ?? new Set())].sort();
    return { ...one, missing: both('missing'), surplus: both('surplus') };
  });
};

const isEqual = ({ source, stored }: TableComparison): boolean =>
  source.rows === stored.rows && source.checksum === stored.checksum;

const storedCounts = async (
  ports: LiveRowPorts,
  { hash }: SourceRows,
): Promise<ReadonlyMap<string, RowCount>> => {
  const counts = new Map<string, RowCount>();
  for await (const rows of liveRows(ports)) {
    for (const { rowKey } of rows) {
      const { rows: count, checksum } = counts.get(tableOf(rowKey)) ?? NO_ROWS;
      counts.set(tableOf(rowKey), {
        rows: count + 1,
        checksum: addChecksums(checksum, hash(rowKey)),
      });
    }
  }
  return counts;
};

interface Names {
  readonly missing: Set<string>;
  readonly surplus: Set<string>;
}

/** Keys that only one side has, of the tables that differ. Holds their keys in memory. */
const namesOf = async (
  ports: LiveRowPorts,
  source: SourceRows,
  compared: readonly TableComparison[],
): Promise<ReadonlyMap<string, Names>> => {
  const names = new Map<string, Names>();
  for (const { table } of compared.filter((one) => !isEqual(one))) {
    const there = await source.keys(table);
    const here = new Set<string>();
    for await (const rows of liveRows(ports, `${table}.`)) {
      for (const { rowKey } of rows) here.add(rowKey);
    }
    names.set(table, {
      missing: new Set([...there].flatMap(([key, due]) => (due && !here.has(key) ? [key] : []))),
      surplus: new Set([...here].filter((key) => !there.has(key))),
    });
  }
  return names;
};
