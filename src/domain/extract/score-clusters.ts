/**
 * Scores of clusters against a truth: the measures of the record linkage literature, side by side, because each alone can
 * be had by doing something silly.
 * @module
 */

/** How well clusters say who is one person. Shares from 0 to 1. */
export interface ClusterScores {
  readonly rows: number;
  /** Share of pairs in one cluster that are one person. */
  readonly precision: number;
  /** Share of pairs of one person that are in one cluster. */
  readonly recall: number;
  readonly f1: number;
  /** B-cubed: the same per row, averaged over rows (Bagga and Baldwin 1998). */
  readonly bCubedPrecision: number;
  readonly bCubedRecall: number;
  readonly bCubedF1: number;
  /** Share of the duplicate rows that are gone; above 1 when persons were merged. */
  readonly duplicatesRemoved: number;
  readonly customers: number;
  readonly persons: number;
  readonly largestCustomer: number;
  readonly largestPerson: number;
}

/** A row with the customer it was given and the person it is. */
export interface Judged {
  readonly customer: string;
  readonly person: string;
}

/** Scores rows. */
export const scoreClusters = (rows: readonly Judged[]): ClusterScores => {
  const customers = countBy(rows, ({ customer }) => customer);
  const persons = countBy(rows, ({ person }) => person);
  const cells = countBy(rows, ({ customer, person }) => `${customer}\n${person}`);
  const pairs = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const common = pairs(cells);
  const precision = ratio(common, pairs(customers));
  const recall = ratio(common, pairs(persons));
  const squares = (of: (cell: readonly string[]) => number) =>
    [...cells].reduce((sum, [cell, count]) => sum + (count * count) / of(cell.split('\n')), 0);
  const bCubedPrecision = ratio(
    squares(([c = '']) => customers.get(c) ?? 1),
    rows.length,
  );
  const bCubedRecall = ratio(
    squares(([, p = '']) => persons.get(p) ?? 1),
    rows.length,
  );
  return {
    rows: rows.length,
    precision,
    recall,
    f1: harmonic(precision, recall),
    bCubedPrecision,
    bCubedRecall,
    bCubedF1: harmonic(bCubedPrecision, bCubedRecall),
    duplicatesRemoved: ratio(rows.length - customers.size, rows.length - persons.size),
    customers: customers.size,
    persons: persons.size,
    largestCustomer: largest(customers),
    largestPerson: largest(persons),
  };
};

const countBy = (
  rows: readonly Judged[],
  keyOf: (row: Judged) => string,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  return counts;
};

/** Of nothing everything is right. */
const ratio = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);

const harmonic = (a: number, b: number): number => (a + b === 0 ? 0 : (2 * a * b) / (a + b));

const largest = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((most, count) => Math.max(most, count), 0);
