/**
 * Schemas of metrics.
 * @module
 */
import * as z from 'zod/mini';
import { DUPLICATES_METHOD } from '#domain/profile/duplicates.ts';
import { described, exemplified, freshness } from './schemas.ts';

const pass = {
  asOf: described(z.string(), 'When the pass began; windows count back from here'),
  lagMs: described(z.int(), 'Milliseconds since then'),
  positions: freshness.positions,
  completeAt: described(z.string(), 'When it had read everything'),
  definitions: described(z.string(), 'Hash of the definitions it was made by'),
};
const day = (description: string) =>
  described(z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))), description);

/** What a trend may be asked. */
export const trendQuery = {
  from: day('First day; 92 days are kept'),
  until: day('Last day'),
};

/** Customers by when they were last seen. */
export const MemberActivityAnswer = z.looseObject({
  ...pass,
  customers: z.int(),
  tiers: z.array(
    z.looseObject({
      tier: z.nullable(z.string()),
      customers: z.int(),
      active: z.array(z.looseObject({ days: z.int(), customers: z.int() })),
    }),
  ),
});

/** Customers of each source, and how many of them have ordered anywhere. */
export const ChannelConversionAnswer = z.looseObject({
  ...pass,
  channels: z.array(
    z.looseObject({
      source: z.string(),
      customers: z.int(),
      buyers: z.int(),
      conversion: described(z.number(), 'buyers / customers, four decimals'),
    }),
  ),
});

/** Measures of the view by market-local day, source and brand. */
export const SalesTrendAnswer = z.looseObject({
  ...pass,
  days: z.array(
    z.looseObject({ day: z.string(), source: z.string(), brand: z.nullable(z.string()) }),
  ),
});

const duplicates = {
  records: described(z.int(), 'Live source rows that describe a customer'),
  customers: described(z.int(), 'Customers that they were put together to'),
  people: described(z.int(), 'Customers there would be if all that waits for review were joined'),
  before: described(z.number(), 'Duplicates per record as the sources have them, four decimals'),
  after: described(z.number(), 'The same as customers are now: what still waits for review'),
  reduction: described(
    z.nullable(z.number()),
    '1 - after / before, four decimals; null when nothing was a duplicate',
  ),
};

/** Duplicates among the records of all sources, of each market and of each source, before and after. */
export const IdentityMetricsAnswer = exemplified(
  z.looseObject({
    ...pass,
    method: described(z.string(), 'What the figures mean, and what they cannot know'),
    all: z.looseObject(duplicates),
    markets: z.array(z.looseObject({ market: z.string(), ...duplicates })),
    sources: z.array(z.looseObject({ source: z.string(), ...duplicates })),
  }),
  {
    asOf: '2026-11-22T08:00:00.000Z',
    lagMs: 95_000,
    positions: {
      crm: {
        position: '00000002B0000000',
        committedAt: '2026-11-22T07:59:58.120Z',
        lagMs: 96_880,
      },
    },
    completeAt: '2026-11-22T08:00:41.500Z',
    definitions: 'b1946ac92492d2347c6235b4d2611184',
    method: DUPLICATES_METHOD,
    all: {
      records: 2125,
      customers: 1011,
      people: 982,
      before: 0.5379,
      after: 0.0136,
      reduction: 0.9746,
    },
    markets: [
      {
        market: 'HK',
        records: 1221,
        customers: 857,
        people: 834,
        before: 0.5343,
        after: 0.0143,
        reduction: 0.9732,
      },
    ],
    sources: [
      {
        source: 'crm',
        records: 575,
        customers: 543,
        people: 532,
        before: 0.548,
        after: 0.0147,
        reduction: 0.9731,
      },
    ],
  },
);
