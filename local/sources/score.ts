/**
 * Score: how well the customers agree with the truth, over all pairs of live party rows.
 *
 * Precision says how many of the pairs that were put together belong together, recall how many of those that belong
 * together were put together. A count of removed duplicates alone would reward merging strangers.
 * @module
 */
import type { CustomerOf } from './expected.ts';
import type { Truth } from './shop/truth.ts';
import type { SourceRow } from './source-rows.ts';

/** Agreement of customers with people. */
export interface TruthScore {
  /** 1 when nobody was put together with a stranger. */
  readonly pairwisePrecision: number;
  /** 1 when everybody's rows are together. */
  readonly pairwiseRecall: number;
  /** Share of the duplicates among party rows that are gone: 1 when everybody is one customer. */
  readonly duplicateReduction: number;
  readonly partyRows: number;
  readonly people: number;
  /** Customers that hold a party row. */
  readonly customers: number;
  /** Party rows of the largest customer. */
  readonly largestCustomer: number;
}

/** Scores customers; a party row without a customer counts as one of its own. */
export const scoreTruth = (
  rows: readonly SourceRow[],
  customerOf: CustomerOf,
  truth: Pick<Truth, 'rows'>,
): TruthScore => {
  const placed = rows
    .filter((row) => row.means === 'party')
    .map(({ rowKey }) => ({
      customer: customerOf.get(rowKey) ?? `none:${rowKey}`,
      person: truth.rows.get(rowKey)?.person ?? `unknown:${rowKey}`,
    }));
  const customers = sizes(placed.map(({ customer }) => customer));
  const people = sizes(placed.map(({ person }) => person));
  const both = sizes(placed.map(({ customer, person }) => `${customer} ${person}`));
  const right = pairs(both);
  const before = placed.length - people.size;
  return {
    pairwisePrecision: ratio(right, pairs(customers)),
    pairwiseRecall: ratio(right, pairs(people)),
    // Every customer that a person is spread over, beyond the first, is a duplicate left.
    duplicateReduction: ratio(before - (both.size - people.size), before),
    partyRows: placed.length,
    people: people.size,
    customers: customers.size,
    largestCustomer: [...customers.values()].reduce((most, size) => Math.max(most, size), 0),
  };
};

const sizes = (names: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
};

const pairs = (groups: ReadonlyMap<string, number>): number =>
  [...groups.values()].reduce((sum, size) => sum + (size * (size - 1)) / 2, 0);

const ratio = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole);
