/**
 * Law: the pages of a list, put together, are all entries that fit, newest first, each once; and a first page reads no more
 * buckets than it has entries, and one, however many rows there are.
 */
import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import { anApi } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aLambda } from '../../support/lambda.ts';

beforeEach(() => {
  aLambda();
});

const member = dmsText({
  source: 'member',
  table: 'member',
  data: { card_no: 'M1', brand_enrolled: 'AUR', tier: 'gold' },
});

interface Fact {
  readonly kind: 'order' | 'points';
  /** Minutes after an instant; none: its source gives no time. */
  readonly minute: number | null;
}

const START = Date.UTC(2026, 0, 1);
const timeOf = ({ minute }: Fact): number => (minute === null ? 0 : START + minute * 60_000);
const rowKeyOf = (kind: string, n: number): string =>
  kind === 'order' ? `pos.receipt.R${n}` : `member.points_ledger.${n}`;

const recordOf = (fact: Fact, n: number): string => {
  const { kind, minute } = fact;
  const at = minute === null ? null : new Date(timeOf(fact)).toISOString();
  return kind === 'order'
    ? dmsText({
        source: 'pos',
        table: 'receipt',
        data: {
          receipt_no: `R${n}`,
          card_no: 'M1',
          brand_code: n % 2 === 0 ? 'A' : 'B',
          amt: '1.00',
          ccy: 'HKD',
          // Local time of Hong Kong, eight hours ahead.
          sold_at:
            at === null
              ? null
              : new Date(timeOf(fact) + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' '),
        },
      })
    : dmsText({
        source: 'member',
        table: 'points_ledger',
        data: { entry_id: n, card_no: 'M1', delta: 1, reason: 'purchase', booked_at: at },
      });
};

const facts = fc.array(
  fc.record({
    kind: fc.constantFrom('order', 'points'),
    minute: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 8 }),
  }),
  { minLength: 1, maxLength: 60 },
);
const question = fc.record({
  limit: fc.integer({ min: 1, max: 30 }),
  kinds: fc.constantFrom(undefined, 'order', 'points'),
  sources: fc.constantFrom(undefined, 'pos', 'member'),
  from: fc.constantFrom(undefined, '2026-01-01T00:20:00Z'),
  until: fc.constantFrom(undefined, '2026-01-01T00:40:00Z'),
  brands: fc.constantFrom(undefined, 'aurora', 'aurora,none'),
});

const isAsked = (
  { kind }: Fact,
  n: number,
  at: number,
  asked: { kinds?: unknown; sources?: unknown; from?: string; until?: string; brands?: string },
): boolean => {
  const points = asked.brands?.includes('none') ? 'aurora' : 'none';
  const brand = kind === 'order' ? ['aurora', 'bloom'][n % 2] : points;
  return (
    (asked.kinds === undefined || asked.kinds === kind) &&
    (asked.sources === undefined || (asked.sources === 'pos') === (kind === 'order')) &&
    (asked.from === undefined || at >= Date.parse(asked.from)) &&
    (asked.until === undefined || at < Date.parse(asked.until)) &&
    (asked.brands === undefined || brand === 'aurora')
  );
};

/** All pages of a timeline, one after the other; none of who has nothing that may be seen. */
const walk = async (
  ask: Awaited<ReturnType<typeof anApi>>['ask'],
  query: Record<string, string>,
  claims: Record<string, string>,
): Promise<readonly string[]> => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await ask('getTimeline', {
      path: { identifier: 'member-card:M1' },
      query: { ...query, ...(cursor ? { cursor } : {}) },
      claims,
    });
    if (status === 404) return seen;
    expect(body.data.length).toBeLessThanOrEqual(Number(query['limit']));
    seen.push(...body.data.map(({ row }: { row: string }) => row));
    cursor = body.cursor.next ?? undefined;
  } while (cursor);
  return seen;
};

test('pages hold every entry once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(facts, question, async (rows, { limit, brands, ...filter }) => {
      const { ask } = await anApi(member, ...rows.map(recordOf));
      const asked = JSON.parse(JSON.stringify({ ...filter, brands }));
      const expected = rows
        .map((row, n) => ({ key: rowKeyOf(row.kind, n), at: timeOf(row), row, n }))
        .filter(({ row, n, at }) => isAsked(row, n, at, asked))
        .sort((a, b) => b.at - a.at || (a.key < b.key ? -1 : 1))
        .map(({ key }) => key);
      const claims = { c360_role: 'admin', ...(brands ? { c360_brands: brands } : {}) };
      const query = JSON.parse(JSON.stringify({ ...filter, limit: String(limit) }));
      expect(await walk(ask, query, claims)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('the first page of a customer of 1 500 rows reads as many buckets as it has entries, and one', async () => {
  const rows = Array.from({ length: 1_500 }, (_, n): Fact => ({ kind: 'order', minute: n * 37 }));
  const { ask, table } = await anApi(member, ...rows.map(recordOf));
  let buckets = 0;
  const getAll = table.getAll.bind(table);
  table.getAll = async (keys) => {
    buckets += keys.filter(({ pk }) => pk.startsWith('U#')).length;
    return getAll(keys);
  };
  const { body } = await ask('getOrders', { path: { identifier: 'member-card:M1' } });
  expect(body.data.map(({ row }: { row: string }) => row)).toEqual(
    Array.from({ length: 20 }, (_, n) => `pos.receipt.R${1_499 - n}`),
  );
  expect(buckets).toBeLessThanOrEqual(21);
}, 120_000);
