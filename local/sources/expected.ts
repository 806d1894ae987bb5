/**
 * Expected views: what the customer-360 of every customer must say, computed from SQL over the sources.
 *
 * Who belongs to whom is given; what follows from it is not a matter of opinion. The caller compares with the API.
 * @module
 */
import { type ExpectedFigures, expectedFigures, spendOf } from './expected-figures.ts';
import type { SourceRow } from './source-rows.ts';

/** Row key → customer id, as the pipeline has decided. */
export type CustomerOf = ReadonlyMap<string, string>;

/** What a customer's view must say. */
export interface ExpectedView {
  readonly orderCount: number;
  readonly returnCount: number;
  /** Orders minus returns, in minor units per currency. */
  readonly spend: Readonly<Record<string, number>>;
  readonly pointsBalance: number;
  readonly couponCount: number;
  readonly caseCount: number;
  readonly paymentCount: number;
  /** Payments, in minor units per currency. */
  readonly paid: Readonly<Record<string, number>>;
  /** Consents that were not withdrawn. */
  readonly consentsStanding: number;
  /** Behaviour events within their retention. */
  readonly eventCount: number;
  readonly leadCount: number;
  /** Epoch milliseconds; absent without an order. */
  readonly lastOrderAt?: number;
  /** Everything that depends on the day, or is computed of other figures. */
  readonly figures: ExpectedFigures;
  /** Party and fact rows per source id. */
  readonly rowsBySource: Readonly<Record<string, number>>;
}

/** Expected views, and rows on which the two sides disagree. */
export interface Expected {
  /** Per customer id. */
  readonly views: ReadonlyMap<string, ExpectedView>;
  /** Keys of live rows that no customer has: right for rows without any usable identifier. */
  readonly unassigned: readonly string[];
  /** Keys of rows that a customer has although the source has not. Must be empty. */
  readonly vanished: readonly string[];
}

/** Computes what every customer's view must say on a day, counted from 1970-01-01. */
export const expectedViews = (
  rows: readonly SourceRow[],
  customerOf: CustomerOf,
  today: number,
): Expected => {
  const assigned = rows.filter((row) => customerOf.has(row.rowKey));
  const groups = Map.groupBy(assigned, (row) => customerOf.get(row.rowKey) ?? '');
  const live = new Set(rows.map((row) => row.rowKey));
  return {
    views: new Map(
      [...groups].map(([customer, members]) => [customer, expectedView(members, today)]),
    ),
    unassigned: rows.filter((row) => !customerOf.has(row.rowKey)).map((row) => row.rowKey),
    vanished: [...customerOf.keys()].filter((key) => !live.has(key)),
  };
};

const expectedView = (rows: readonly SourceRow[], today: number): ExpectedView => {
  const of = (means: SourceRow['means']) => rows.filter((row) => row.means === means);
  const orders = of('order');
  const view = {
    orderCount: orders.length,
    returnCount: of('return').length,
    spend: spendOf(rows),
    pointsBalance: of('points').reduce((sum, row) => sum + row.points, 0),
    couponCount: of('coupon').length,
    caseCount: of('case').length + of('complaint').length,
    paymentCount: of('payment').length,
    paid: sumOf(of('payment')),
    consentsStanding: of('consent').reduce((sum, row) => sum + row.points, 0),
    eventCount: of('behaviour').length,
    leadCount: of('lead').length,
    figures: expectedFigures(rows, today),
    rowsBySource: countBySource(rows),
  };
  if (orders.length === 0) return view;
  return { ...view, lastOrderAt: orders.reduce((latest, row) => Math.max(latest, row.at), 0) };
};

const sumOf = (rows: readonly SourceRow[]): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const { minor, currency } of rows) sums[currency] = (sums[currency] ?? 0) + minor;
  return sums;
};

const countBySource = (rows: readonly SourceRow[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const { source } of rows) counts[source] = (counts[source] ?? 0) + 1;
  return counts;
};
