/**
 * Oracle of views: every figure of the full view, by loops over the final rows of a customer. It is slow and shares no
 * code with what it checks but the calendar of Intl.
 */
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { ZONES } from './view-world.ts';

const DAY_MS = 86_400_000;

const calendars = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a zone, counted from 1970-01-01. */
const dayIn = (zone: string, at: number): number => {
  const calendar = calendars.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  calendars.set(zone, calendar);
  const text = calendar.format(at);
  return Date.parse(`${text}T00:00:00Z`) / DAY_MS;
};

const lastDay = (zone: string, ends: number | string): number =>
  typeof ends === 'number' ? dayIn(zone, ends) : Date.parse(ends) / DAY_MS;

interface Row {
  readonly source: string;
  readonly as: string;
  readonly brand: string;
  readonly at?: number;
  readonly day?: number;
  readonly ends?: number;
  readonly total?: { readonly amount: number; readonly currency: string };
  readonly fields: Readonly<Record<string, unknown>>;
}

const rowOf = ({ rowKey, after }: FactChange): Row => {
  const source = rowKey.split('.')[0] as keyof typeof ZONES;
  const { as, fields } = after?.contribution ?? { as: '', fields: {} };
  const at = fields['at'] as number | undefined;
  const ends = fields['ends'] as number | string | undefined;
  return {
    source,
    as,
    brand: (fields['brand'] as string | undefined) ?? 'none',
    ...(at === undefined ? {} : { at, day: dayIn(ZONES[source], at) }),
    ...(ends === undefined ? {} : { ends: lastDay(ZONES[source], ends) }),
    ...(fields['total'] ? { total: fields['total'] as { amount: number; currency: string } } : {}),
    fields,
  };
};

const inLast = (days: number, today: number) => (row: Row) =>
  row.day !== undefined && row.day <= today && today - row.day < days;

const spendOf = (rows: readonly Row[]): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { as, total } of rows) {
    if (!total || (as !== 'order' && as !== 'return')) continue;
    sums[total.currency] = (sums[total.currency] ?? 0) + (as === 'order' ? 1 : -1) * total.amount;
  }
  return sums;
};

const basketOf = (rows: readonly Row[]): Record<string, number> => {
  const means: Record<string, number> = {};
  for (const currency of ['HKD', 'CNY']) {
    const own = rows.filter((row) => row.as === 'order' && row.total?.currency === currency);
    if (own.length === 0) continue;
    const mean = own.reduce((sum, { total }) => sum + (total?.amount ?? 0), 0) / own.length;
    means[currency] = mean < 0 ? -Math.round(-mean) || 0 : Math.round(mean);
  }
  return means;
};

const pointsOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, { as, fields }) => sum + (as === 'points' ? Number(fields['delta']) : 0), 0);

/** Points by what becomes of them, when whoever uses some takes those that end first: point by point. */
const endingPoints = (rows: readonly Row[], today: number) => {
  const points = rows.filter(({ as }) => as === 'points');
  const each = points
    .flatMap(({ ends = Infinity, fields }) =>
      Array.from({ length: Math.max(0, Number(fields['delta'])) }, () => ends),
    )
    .sort((a, b) => (a === b ? 0 : a - b));
  const left = each.slice(
    points.reduce((sum, { fields }) => sum + Math.max(0, -Number(fields['delta'])), 0),
  );
  return {
    pointsEnding: left.filter((ends) => ends >= today && ends <= today + 30).length,
    pointsValid: left.filter((ends) => ends >= today).length,
    pointsOver: left.filter((ends) => ends < today).length,
  };
};

const favourite = (
  rows: readonly Row[],
  nameOf: (row: Row) => unknown,
  halfLife: number,
  today: number,
) => {
  const scores: Record<string, number> = {};
  const named = rows.filter((row) => row.as === 'order' && typeof nameOf(row) === 'string');
  for (const row of named) {
    const age = row.day === undefined ? -1 : today - row.day;
    const weight = age < 0 ? 0 : Math.round(1_000 / 2 ** (age / halfLife));
    const name = String(nameOf(row));
    scores[name] = (scores[name] ?? 0) + weight;
  }
  const ranked = Object.entries(scores)
    .map(([value, score]) => ({ value, score }))
    .sort((a, b) => b.score - a.score || (a.value < b.value ? -1 : 1));
  return ranked[0] && ranked[0].score > 0 ? ranked[0] : null;
};

const couponsOf = (rows: readonly Row[], today: number) => {
  const coupons = rows.filter(({ as }) => as === 'coupon');
  const unused = coupons.filter(({ fields }) => fields['usedAt'] === undefined);
  return {
    used: coupons.length - unused.length,
    valid: unused.filter(({ ends }) => ends === undefined || ends >= today).length,
    ending: unused.filter((c) => c.ends !== undefined && c.ends >= today && c.ends <= today + 14)
      .length,
    over: unused.filter(({ ends }) => ends !== undefined && ends < today).length,
  };
};

const habitsOf = (rows: readonly Row[], today: number) => {
  const orders = rows.filter(({ as }) => as === 'order');
  const times = orders.flatMap(({ at }) => (at === undefined ? [] : [at]));
  const [first, last] = times.length > 0 ? [Math.min(...times), Math.max(...times)] : [null, null];
  const ago = (at: number) => Math.max(0, today - dayIn('Asia/Hong_Kong', at));
  const again =
    orders.length > 0 ? Math.round(((orders.length - 1) / orders.length) * 10_000) / 10_000 : 0;
  if (first === null || last === null) return { first, last, again, stage: 'prospect', rfm: null };
  const year = rows.filter(inLast(365, today));
  const bought = year.filter(({ as }) => as === 'order').length;
  const spent = spendOf(year)['HKD'] ?? 0;
  return {
    first,
    last,
    again,
    stage: stageOf(ago(first), ago(last)),
    rfm: {
      recency: 5 - [10, 40, 100, 300].filter((limit) => ago(last) > limit).length,
      frequency: 1 + [2, 3, 4, 5].filter((limit) => bought >= limit).length,
      monetary: 1 + [1_000, 2_000, 5_000, 9_000].filter((limit) => spent >= limit).length,
    },
  };
};

const stageOf = (first: number, last: number): string => {
  if (first <= 10) return 'new';
  if (last <= 60) return 'active';
  if (last <= 120) return 'lapsing';
  return last <= 300 ? 'dormant' : 'lost';
};

const figures = (rows: readonly Row[], today: number) => {
  const of = (as: string, among = rows) => among.filter((row) => row.as === as).length;
  const last = (days: number) => rows.filter(inLast(days, today));
  const openCases = rows.filter(({ as, fields }) => as === 'case' && fields['status'] === 'open');
  return {
    orders: of('order'),
    orders7d: of('order', last(7)),
    orders30d: of('order', last(30)),
    orders365d: of('order', last(365)),
    spend: spendOf(rows),
    spend30d: spendOf(last(30)),
    spend365d: spendOf(last(365)),
    basket: basketOf(rows),
    basket90d: basketOf(last(90)),
    points: pointsOf(rows),
    points30d: pointsOf(last(30)),
    store: favourite(rows, ({ fields }) => fields['store'], 20, today),
    channel: favourite(rows, ({ source }) => source, 90, today),
    ...couponsOf(rows, today),
    ...endingPoints(rows, today),
    cases: openCases.length,
    complaints: openCases.filter(({ fields }) => fields['topic'] === 'complaint').length,
    kept: spendOf(
      rows.filter(({ as, fields }) => as !== 'order' || fields['state'] !== 'cancelled'),
    ),
    ...habitsOf(rows, today),
  };
};

const sharesOf = (parties: readonly PartyChange[], rows: readonly Row[]) =>
  ['crm', 'pos'].flatMap((source) => {
    const own = rows.filter((row) => row.source === source);
    const members = parties.filter(({ rowKey }) => rowKey.startsWith(`${source}.`)).length;
    const times = own.flatMap(({ at }) => (at === undefined ? [] : [at]));
    const [first, last] =
      times.length > 0 ? [Math.min(...times), Math.max(...times)] : [null, null];
    const count = own.length + members;
    return count === 0 ? [] : [{ source, rows: count, firstSeenAt: first, lastSeenAt: last }];
  });

/** Rows of a customer. */
export interface CustomerRows {
  readonly parties: readonly PartyChange[];
  readonly facts: readonly FactChange[];
}

/** Figures and sources of a customer's final rows, of some brands (all when absent) at an instant. */
export const expectedView = (
  { parties, facts }: CustomerRows,
  now: number,
  brands?: readonly string[],
) => {
  const isAsked = (brand: unknown) => !brands || brands.includes((brand as string) ?? 'none');
  const rows = facts.map(rowOf).filter(({ brand }) => isAsked(brand));
  const members = parties.filter(({ after }) => isAsked(after?.fields['brand']));
  return {
    measures: figures(rows, dayIn('Asia/Hong_Kong', now)),
    sources: sharesOf(members, rows),
  };
};
