/**
 * Result lines: what customers came out, in a form that any two implementations can be compared by.
 *
 * One line per customer: its rows, its counts, its spend per currency in minor units, its points and the time of its
 * last order. The digest is that of all lines in order.
 * @module
 */
import { createHash } from 'node:crypto';
import type { MemoryTable } from '#adapters/memory/table.ts';
import { customersIn } from '#application/identity/customer-units.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import { contributionsIn } from '#application/shared/contributions.ts';
import { customerKey, FACT_UNIT_PREFIX } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import { groupBy } from '#domain/shared/multimap.ts';

/** What is compared of a customer. */
export interface ResultLine {
  readonly rows: readonly string[];
  readonly orders: number;
  readonly returns: number;
  /** Minor units per currency; currencies that come to zero are left out. */
  readonly spend: Readonly<Record<string, number>>;
  readonly points: number;
  readonly coupons: number;
  readonly cases: number;
  /** Epoch milliseconds; null without an order. */
  readonly lastOrderAt: number | null;
}

/** SHA-256 of the lines, whatever order they come in. */
export const digestOf = (lines: readonly ResultLine[]): string => {
  const hash = createHash('sha256');
  for (const line of lines.map(textOf).sort()) hash.update(line).update('\n');
  return hash.digest('hex');
};

/** One line as text: rows sorted, currencies sorted. */
export const textOf = (line: ResultLine): string =>
  JSON.stringify([
    [...line.rows].sort(),
    line.orders,
    line.returns,
    Object.entries(line.spend)
      .filter(([, amount]) => amount !== 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    line.points,
    line.coupons,
    line.cases,
    line.lastOrderAt,
  ]);

/** The customers of a table, from their rows and from their views as of an instant. */
export const linesOf = (
  table: MemoryTable,
  view: ViewDefinition,
  now: number,
): readonly ResultLine[] => {
  const items = table.dump();
  const facts = groupBy(
    items.filter(({ sk }) => sk === 'BUCKET'),
    ({ pk }) => pk.slice(2, pk.lastIndexOf('#')),
  );
  const collections = groupBy(
    items.filter(({ pk }) => pk.startsWith('C#')),
    ({ pk }) => pk,
  );
  return [...customersIn(items)].map(([id, units]) => ({
    rows: units.flatMap((unit) =>
      unit.startsWith(FACT_UNIT_PREFIX) ? (facts.get(unit) ?? []).flatMap(liveRows) : [unit],
    ),
    ...figuresOf(view, collections.get(customerKey(id).pk) ?? [], now),
  }));
};

const liveRows = (bucket: Item): readonly string[] =>
  contributionsIn(bucket).flatMap(({ rowKey, fact }) => (fact ? [rowKey] : []));

const figuresOf = (
  view: ViewDefinition,
  items: readonly Item[],
  now: number,
): Omit<ResultLine, 'rows'> => {
  const { summary } = wholeSummary(items);
  const measures = (summary && viewOf(view, summary, { now }))?.measures ?? {};
  const count = (name: string) => Number(measures[name] ?? 0);
  const last = measures['lastOrderAt'];
  return {
    orders: count('orderCount'),
    returns: count('returnCount'),
    spend: (measures['spend'] ?? {}) as Readonly<Record<string, number>>,
    points: count('pointsBalance'),
    coupons: count('couponCount'),
    cases: count('caseCount'),
    lastOrderAt: typeof last === 'number' ? last : null,
  };
};
