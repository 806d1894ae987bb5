/**
 * Metrics: figures of the whole business, by the definitions of the customer's view.
 *
 * Sums of parts, like a view: folding customers and rows in any order, in any slices, comes to the same. Three of them, the
 * duplicates among records, and the catalogue of what rows hold.
 * Member activity counts customers by when they were last seen, channel conversion customers of each source and how many
 * of them have ordered, the sales trend counts and amounts per market-local day, source and brand. Amounts and counts of
 * the trend are the view's own measures, folded over a day instead of a customer.
 * @module
 */
import type { Money } from '#domain/capture/mapped-row.ts';
import type { Definitions, MeasureDefinition } from '#domain/definitions/types.ts';
import { calendarDay } from '#domain/shared/calendar-day.ts';
import { type Catalogue, rowFill, type TableFill } from './catalogue.ts';
import { addDuplicates, type Duplicates } from './duplicates.ts';
import { brandOf, type FactRow, sourceOf } from './facts-partial.ts';
import { isMeant } from './measure.ts';
import type { ProfileView } from './profile-view.ts';

/** Windows of member activity, in days back from the instant asked. */
export const ACTIVITY_DAYS = [1, 7, 30, 90, 365] as const;
/** Days of the sales trend that are kept. */
export const TREND_DAYS = 92;

const DAY_MS = 24 * 3_600_000;
const NO_TIER = 'none';

/** Numbers by name. */
export type Counts = Readonly<Record<string, number>>;

/** Customers of one member tier: all, and those seen within so many days (`d7`). */
export type ActivityGroup = Counts & { readonly customers: number };

/** Customers that a source has rows of, and how many of them have ordered anywhere. */
export interface ChannelGroup {
  readonly customers: number;
  readonly buyers: number;
}

/** Measures of one day, source and brand: counts by measure, minor units by measure and currency. */
export interface TrendCell {
  readonly counts: Counts;
  readonly amounts: Readonly<Record<string, Counts>>;
}

/** What is folded. Trend cells are named `day|source|brand`. */
export interface Metrics {
  readonly activity: Readonly<Record<string, ActivityGroup>>;
  readonly channels: Readonly<Record<string, ChannelGroup>>;
  readonly trend: Readonly<Record<string, TrendCell>>;
  readonly catalogue: Catalogue;
  readonly duplicates: Duplicates;
}

/** Nothing yet. */
export const NO_METRICS: Metrics = {
  activity: {},
  channels: {},
  trend: {},
  catalogue: {},
  duplicates: {},
};

/** Puts the figures of disjoint sets of customers and rows together. Linear in what is put together. */
export const sumMetrics = (parts: readonly Metrics[]): Metrics => ({
  activity: sumOf(
    parts.map(({ activity }) => activity),
    addCounts,
  ) as Metrics['activity'],
  channels: sumOf(
    parts.map(({ channels }) => channels),
    (a, b) => ({ customers: a.customers + b.customers, buyers: a.buyers + b.buyers }),
  ),
  trend: sumOf(
    parts.map(({ trend }) => trend),
    addCells,
  ),
  catalogue: sumOf(
    parts.map(({ catalogue }) => catalogue),
    addFill,
  ),
  duplicates: sumOf(
    parts.map(({ duplicates }) => duplicates),
    addDuplicates,
  ),
});

const addFill = (a: TableFill, b: TableFill): TableFill => ({
  rows: a.rows + b.rows,
  filled: addCounts(a.filled, b.filled),
  defects: addCounts(a.defects, b.defects),
});

const addCells = (a: TrendCell, b: TrendCell): TrendCell => ({
  counts: addCounts(a.counts, b.counts),
  amounts: sumOf([a.amounts, b.amounts], addCounts),
});

const addCounts = (a: Counts, b: Counts): Counts => sumOf([a, b], (x, y) => x + y);

// Names come from data, and one may be `__proto__`.
const sumOf = <Part>(
  records: readonly Readonly<Record<string, Part>>[],
  add: (a: Part, b: Part) => Part,
): Readonly<Record<string, Part>> => {
  const all = new Map<string, Part>();
  for (const record of records) {
    for (const [name, part] of Object.entries(record)) {
      const known = all.get(name);
      all.set(name, known === undefined ? part : add(known, part));
    }
  }
  return Object.fromEntries(all);
};

/** What one customer adds. */
export const customerMetrics = (
  view: ProfileView,
  { view: { measures } }: Pick<Definitions, 'view'>,
  now: number,
): Metrics => {
  const tier = String(view.profile['tier']?.winner.value ?? NO_TIER);
  const seen = ACTIVITY_DAYS.map((days) => [`d${days}`, Number(isSeen(view, now, days))] as const);
  const orders = measures.filter((it) => it.fold === 'count' && it.of === 'order');
  const buyers = Number(orders.some(({ measure }) => Number(view.measures[measure] ?? 0) > 0));
  return {
    ...NO_METRICS,
    activity: { [tier]: { customers: 1, ...Object.fromEntries(seen) } },
    channels: Object.fromEntries(
      view.sources.map(({ source }) => [source, { customers: 1, buyers }]),
    ),
  };
};

const isSeen = ({ lastSeenAt }: ProfileView, now: number, days: number): boolean =>
  lastSeenAt !== null && lastSeenAt > now - days * DAY_MS;

/** What one live fact adds. */
export const factMetrics = (fact: FactRow, definitions: Definitions, now: number): Metrics => ({
  ...NO_METRICS,
  trend: trendOf(fact, definitions, now),
  catalogue: rowFill(fact.rowKey, fact.fields),
});

// Nothing when it has no time, or lies before the days that are kept.
const trendOf = (fact: FactRow, definitions: Definitions, now: number): Metrics['trend'] => {
  const { at } = fact.fields;
  if (typeof at !== 'number' || at <= now - TREND_DAYS * DAY_MS) return {};
  const cell = cellOf(fact, trendMeasures(definitions));
  if (cell === undefined) return {};
  const source = sourceOf(fact.rowKey);
  const day = calendarDay(at, definitions.sources[source]?.timeZone ?? 'UTC');
  return { [[day, source, brandOf(fact.fields)].join('|')]: cell };
};

/** Measures that a trend is made of: counts of orders and returns, and amounts. */
export const trendMeasures = ({ view }: Pick<Definitions, 'view'>): readonly MeasureDefinition[] =>
  view.measures.filter(
    (measure) =>
      measure.fold === 'money' ||
      (measure.fold === 'count' && ['order', 'return'].includes(measure.of)),
  );

const cellOf = (fact: FactRow, measures: readonly MeasureDefinition[]): TrendCell | undefined => {
  const counts: Record<string, number> = {};
  const amounts: Record<string, Counts> = {};
  for (const definition of measures) {
    const { fold, measure } = definition;
    if (fold === 'count' && definition.of === fact.as && isMeant(definition, fact)) {
      counts[measure] = 1;
    }
    const amount = fold === 'money' ? amountOf(fact, definition) : undefined;
    if (amount) amounts[measure] = { [amount.currency]: amount.amount };
  }
  const isEmpty = Object.keys(counts).length + Object.keys(amounts).length === 0;
  return isEmpty ? undefined : { counts, amounts };
};

const amountOf = (
  fact: FactRow,
  definition: Extract<MeasureDefinition, { fold: 'money' }>,
): Money | undefined => {
  const { as, fields } = fact;
  const { of, field, minus } = definition;
  if (as === of) return isMeant(definition, fact) ? moneyIn(fields[field]) : undefined;
  const taken = minus && as === minus.of ? moneyIn(fields[minus.field]) : undefined;
  return taken && { amount: -taken.amount, currency: taken.currency };
};

const moneyIn = (value: unknown): Money | undefined =>
  typeof value === 'object' && value !== null && 'amount' in value ? (value as Money) : undefined;
