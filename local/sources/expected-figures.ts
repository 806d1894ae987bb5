/**
 * Expected figures: windows, coupons, preferences, stage and scores of a customer on a day, by loops over its rows.
 *
 * The limits and half-lives of `definitions/views/customer-360.yaml` are written here once more, and nothing of the
 * product is used: what is checked must not check itself. Figures are texts, as the check compares them.
 * @module
 */
import type { SourceRow } from './source-rows.ts';

/** Figures by name, as text. */
export type ExpectedFigures = Readonly<Record<string, string>>;

/** Computes the figures of a customer's rows on a day, counted from 1970-01-01. */
export const expectedFigures = (rows: readonly SourceRow[], today: number): ExpectedFigures => {
  const orders = rows.filter(({ means }) => means === 'order');
  return {
    ...windowFigures(rows, today),
    ...couponFigures(rows, today),
    pointsEnding30d: String(pointsEnding(rows, today, 30)),
    averageBasket: amounts(averages(orders)),
    repurchaseRate: orders.length > 0 ? repeatShare(orders.length) : '0',
    preferredStore: mostly(
      orders.filter(({ store }) => store !== ''),
      ({ store }) => store,
      today,
    ),
    preferredChannel: mostly(orders, ({ source }) => source, today),
    lifecycleStage: stageOf(orders, today),
    rfm: scoresOf(rows, today),
    openCases: count(rows, (row) => isCase(row) && row.state !== 'closed'),
    openComplaints: count(rows, ({ means, state }) => means === 'complaint' && state !== 'closed'),
  };
};

const isCase = ({ means }: SourceRow): boolean => means === 'case' || means === 'complaint';

const count = (rows: readonly SourceRow[], matches: (row: SourceRow) => boolean): string =>
  String(rows.filter(matches).length);

const within = (rows: readonly SourceRow[], today: number, days: number) =>
  rows.filter(({ day }) => day <= today && day > today - days);

const windowFigures = (rows: readonly SourceRow[], today: number): ExpectedFigures =>
  Object.fromEntries(
    [30, 90, 365].flatMap((days) => {
      const inside = within(rows, today, days);
      return [
        [`orderCount${days}d`, count(inside, ({ means }) => means === 'order')],
        [`spend${days}d`, amounts(spendOf(inside))],
      ];
    }),
  );

const couponFigures = (rows: readonly SourceRow[], today: number): ExpectedFigures => {
  const coupons = rows.filter(({ means }) => means === 'coupon');
  const open = coupons.filter(({ state }) => state === 'open');
  return {
    couponsUsed: count(coupons, ({ state }) => state === 'used'),
    couponsOpen: count(open, ({ ends }) => ends === undefined || ends >= today),
    couponsEnding30d: count(
      open,
      ({ ends }) => ends !== undefined && ends >= today && ends <= today + 30,
    ),
    couponsExpired: count(open, ({ ends }) => ends !== undefined && ends < today),
  };
};

/** Points that end soon, when whoever redeems takes those that end first: lot by lot. */
const pointsEnding = (rows: readonly SourceRow[], today: number, days: number): number => {
  const entries = rows.filter(({ means }) => means === 'points');
  const lots = entries
    .filter(({ points }) => points > 0)
    .sort((a, b) => (a.ends ?? Infinity) - (b.ends ?? Infinity));
  let used = entries.reduce((sum, { points }) => sum - Math.min(0, points), 0);
  let ending = 0;
  for (const { points, ends = Infinity } of lots) {
    const taken = Math.min(used, points);
    used -= taken;
    if (ends >= today && ends <= today + days) ending += points - taken;
  }
  return ending;
};

/** Orders minus returns, in minor units per currency. */
export const spendOf = (rows: readonly SourceRow[]): Readonly<Record<string, number>> => {
  const spend: Record<string, number> = {};
  for (const { means, minor, currency } of rows) {
    if (means !== 'order' && means !== 'return') continue;
    spend[currency] = (spend[currency] ?? 0) + (means === 'order' ? minor : -minor);
  }
  return spend;
};

const averages = (orders: readonly SourceRow[]): Readonly<Record<string, number>> => {
  const means: Record<string, number> = {};
  for (const [currency, own] of Map.groupBy(orders, (row) => row.currency)) {
    const sum = own.reduce((total, { minor }) => total + minor, 0);
    means[currency] = Math.sign(sum) * Math.round(Math.abs(sum) / own.length);
  }
  return means;
};

const repeatShare = (orders: number): string =>
  String(Math.round(((orders - 1) / orders) * 10_000) / 10_000);

/** The name with most weight: 1 000 on the day, half of it after 90 days; of equal ones the first by name. */
const mostly = (
  orders: readonly SourceRow[],
  nameOf: (row: SourceRow) => string,
  today: number,
): string => {
  const scores = new Map<string, number>();
  for (const order of orders) {
    const age = today - order.day;
    const weight = age < 0 ? 0 : Math.round(1_000 * 0.5 ** (age / 90));
    scores.set(nameOf(order), (scores.get(nameOf(order)) ?? 0) + weight);
  }
  const [best] = [...scores].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return best && best[1] > 0 ? `${best[0]} ${best[1]}` : 'none';
};

/** Days since the first and the last order, by the calendar of Hong Kong. */
const daysSince = (orders: readonly SourceRow[], today: number) => {
  const days = orders.map(({ at }) => Math.floor((at + 8 * 3_600_000) / 86_400_000));
  const ago = (day: number) => Math.max(0, today - day);
  return { first: ago(Math.min(...days)), last: ago(Math.max(...days)) };
};

const stageOf = (orders: readonly SourceRow[], today: number): string => {
  if (orders.length === 0) return 'prospect';
  const { first, last } = daysSince(orders, today);
  if (first <= 30) return 'new';
  const stages = [
    ['active', 90],
    ['lapsing', 180],
    ['dormant', 365],
  ] as const;
  return stages.find(([, days]) => last <= days)?.[0] ?? 'lost';
};

const HUNDREDS: Readonly<Record<string, readonly number[]>> = {
  CNY: [500, 2_000, 5_000, 20_000],
  HKD: [500, 2_000, 5_000, 20_000],
  MOP: [500, 2_000, 5_000, 20_000],
  SGD: [100, 400, 1_000, 4_000],
};

const scoresOf = (rows: readonly SourceRow[], today: number): string => {
  const orders = rows.filter(({ means }) => means === 'order');
  if (orders.length === 0) return 'none';
  const { last } = daysSince(orders, today);
  const year = within(rows, today, 365);
  const bought = year.filter(({ means }) => means === 'order').length;
  const recency = 5 - [30, 90, 180, 365].filter((days) => last > days).length;
  const frequency = 1 + [2, 4, 8, 16].filter((orders) => bought >= orders).length;
  const monetary = Object.entries(spendOf(year)).map(
    ([currency, minor]) =>
      1 + (HUNDREDS[currency] ?? []).filter((whole) => minor >= whole * 100).length,
  );
  return `${recency} ${frequency} ${Math.max(1, ...monetary)}`;
};

/** Amounts of two decimals as text; written out here and not with the product's own function. */
export const amounts = (minor: Readonly<Record<string, number>>): string =>
  Object.entries(minor)
    .map(([currency, amount]) => `${currency} ${(amount / 100).toFixed(2)}`)
    .sort()
    .join(', ');
