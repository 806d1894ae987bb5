/**
 * Metrics as SQL on the sources has them, at a moment at which nothing changes. Who is whose customer is given; no code is
 * shared with what is checked.
 */
import {
  type Connect,
  closeDatabases,
  type Databases,
  openDatabases,
} from '../../local/sources/databases.ts';
import type { CustomerOf } from '../../local/sources/expected.ts';
import { readSourceRows, type SourceRow } from '../../local/sources/source-rows.ts';

type Amounts = readonly { readonly amount: string; readonly currency: string }[];

/** A day's sales of one source and brand, as the route tells them. */
export interface DaySales {
  readonly day: string;
  readonly source: string;
  readonly brand: string;
  readonly orderCount?: number;
  readonly returnCount?: number;
  readonly spend?: Amounts;
  readonly paid?: Amounts;
}

interface SalesRow {
  readonly day: string;
  readonly brand: string;
  readonly currency: string;
  readonly orders: string;
  readonly returns: string;
  readonly spend: string | null;
  readonly paid: string | null;
}

// Tills write the wall clock of UTC+8; both zones are eight hours ahead. A cancelled order is no order.
const SALES = {
  pos: `SELECT sold_at::date AS day, brand_code AS brand, 'order' AS means, amt AS amount, ccy AS currency FROM receipt
        UNION ALL
        SELECT returned_at::date, brand_code, 'return', refund_amt, ccy FROM return_receipt`,
  shop: `SELECT (placed_at AT TIME ZONE 'Asia/Shanghai')::date AS day, brand, 'order' AS means, total AS amount, currency
           FROM shop_order WHERE state <> 'cancelled'
         UNION ALL
         SELECT (refunded_at AT TIME ZONE 'Asia/Shanghai')::date, brand, 'return', amount, currency FROM shop_refund
         UNION ALL
         SELECT (paid_at AT TIME ZONE 'Asia/Shanghai')::date, brand, 'payment', amount, currency FROM payment`,
} as const;

const byDay = (sales: string): string => `
  SELECT day::text, brand, currency,
         count(*) FILTER (WHERE means = 'order') AS orders,
         count(*) FILTER (WHERE means = 'return') AS returns,
         (sum(CASE means WHEN 'order' THEN amount WHEN 'return' THEN -amount END))::text AS spend,
         (sum(amount) FILTER (WHERE means = 'payment'))::text AS paid
    FROM (${sales}) AS sale WHERE day >= $1::date GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

const BRANDS: Readonly<Record<string, string>> = { A: 'aurora', B: 'bloom' };

const salesOf = async (
  databases: Databases,
  source: keyof typeof SALES,
  from: string,
): Promise<readonly DaySales[]> => {
  const { rows } = await databases[source].query<SalesRow>(byDay(SALES[source]), [from]);
  const cells = Map.groupBy(rows, ({ day, brand }) => `${day} ${brand}`);
  return [...cells.values()].map((ofCell): DaySales => {
    const [{ day, brand }] = ofCell as [SalesRow];
    return {
      ...{ day, source, brand: BRANDS[brand] ?? brand },
      ...counted('orderCount', ofCell, ({ orders }) => orders),
      ...counted('returnCount', ofCell, ({ returns }) => returns),
      ...summed('spend', ofCell, ({ spend }) => spend),
      ...summed('paid', ofCell, ({ paid }) => paid),
    };
  });
};

const counted = (name: string, rows: readonly SalesRow[], of: (row: SalesRow) => string) => {
  const count = rows.reduce((sum, row) => sum + Number(of(row)), 0);
  return count === 0 ? {} : { [name]: count };
};

const summed = (name: string, rows: readonly SalesRow[], of: (row: SalesRow) => string | null) => {
  const sums = rows.flatMap((row) => {
    const amount = of(row);
    return amount === null ? [] : [{ amount, currency: row.currency }];
  });
  return sums.length === 0 ? {} : { [name]: sums };
};

/** What SQL says; members of a customer are what makes it one. */
export interface SqlMetrics {
  readonly sales: readonly DaySales[];
  /** All live rows of all sources, and the tier of each member row. */
  readonly rows: readonly SourceRow[];
  readonly tierOf: ReadonlyMap<string, string>;
}

/** Reads all of it, sales from a day on. */
export const readSqlMetrics = async (connect: Connect, from: string): Promise<SqlMetrics> => {
  const rows = await readSourceRows(connect);
  const databases = openDatabases(connect, 1);
  try {
    const sales = [
      ...(await salesOf(databases, 'pos', from)),
      ...(await salesOf(databases, 'shop', from)),
    ];
    const tiers = await databases.member.query<{ card: string; tier: string }>(
      'SELECT card_no AS card, tier FROM member',
    );
    return {
      sales: sales.sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1)),
      rows,
      tierOf: new Map(tiers.rows.map(({ card, tier }) => [`member.member.${card}`, tier])),
    };
  } finally {
    await closeDatabases(databases);
  }
};

const placeOf = ({ day, source, brand }: DaySales): string => [day, source, brand].join('|');

/** Channels as the route tells them: customers that a source has rows of, and those that have ordered anywhere. */
export const channelsOf = ({ rows }: SqlMetrics, customerOf: CustomerOf) => {
  const buyers = ownersOf(
    rows.filter(({ means }) => means === 'order'),
    customerOf,
  );
  return [...Map.groupBy(rows, ({ source }) => source)]
    .map(([source, own]) => ({ source, owners: ownersOf(own, customerOf) }))
    .filter(({ owners }) => owners.size > 0)
    .sort((a, b) => (a.source < b.source ? -1 : 1))
    .map(({ source, owners }) => ({
      source,
      customers: owners.size,
      buyers: owners.intersection(buyers).size,
    }));
};

const ownersOf = (rows: readonly SourceRow[], customerOf: CustomerOf): Set<string> =>
  new Set(rows.flatMap(({ rowKey }) => customerOf.get(rowKey) ?? []));

/** Source records that a customer has, and those customers, by source. */
export const recordsOf = ({ rows }: SqlMetrics, customerOf: CustomerOf) => {
  const parties = rows.filter(({ means, rowKey }) => means === 'party' && customerOf.has(rowKey));
  return [...Map.groupBy(parties, ({ source }) => source)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([source, own]) => ({
      source,
      records: own.length,
      customers: ownersOf(own, customerOf).size,
    }));
};

/** A customer with what its activity is judged by: several tiers when its cards do not agree. */
export interface ActiveCustomer {
  readonly tiers: ReadonlySet<string>;
  /** Epoch milliseconds; 0 of one of whom only party rows tell. */
  readonly lastSeenAt: number;
}

/** All customers. */
export const activityOf = (
  { rows, tierOf }: SqlMetrics,
  customerOf: CustomerOf,
): readonly ActiveCustomer[] =>
  [
    ...Map.groupBy(
      rows.filter(({ rowKey }) => customerOf.has(rowKey)),
      ({ rowKey }) => customerOf.get(rowKey),
    ).values(),
  ].map((own) => ({
    tiers: new Set(own.flatMap(({ rowKey }) => tierOf.get(rowKey) ?? [])),
    lastSeenAt: own.reduce((latest, { at }) => Math.max(latest, at), 0),
  }));

const DAY_MS = 86_400_000;

interface ActivityTier {
  readonly tier: string | null;
  readonly active: readonly { readonly days: number; readonly customers: number }[];
}

/** What an answer says otherwise than SQL; a customer whose cards do not agree may be in the tier of either. */
export const activityProblems = (
  { customers, tiers }: Record<string, unknown>,
  expected: readonly ActiveCustomer[],
  now: number,
): readonly string[] => {
  const problems = (tiers as readonly ActivityTier[]).flatMap(({ tier, active }) =>
    active.flatMap(({ days, customers: told }) => {
      const seen = expected.filter(({ lastSeenAt }) => lastSeenAt > now - days * DAY_MS);
      const possible = seen.filter((one) =>
        tier === null ? one.tiers.size === 0 : one.tiers.has(tier),
      );
      const sure = possible.filter((one) => one.tiers.size < 2);
      return told < sure.length || told > possible.length
        ? [`${tier} ${days}: ${told}, SQL says ${sure.length} to ${possible.length}`]
        : [];
    }),
  );
  return customers === expected.length
    ? problems
    : [...problems, `${customers} customers, SQL says ${expected.length}`];
};
