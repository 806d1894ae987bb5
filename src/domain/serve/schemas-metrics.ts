/**
 * Schemas of metrics.
 * @module
 */
import * as z from 'zod/mini';
import { described, freshness } from './schemas.ts';

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
