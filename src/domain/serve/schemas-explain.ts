/**
 * Schemas of explanations: why two are one customer, why they are not, and what a customer is made of.
 *
 * Rows and values have names of their own in each answer (`u1`, `v2`): a row key may be a card number, and what stands
 * for a value in the table is nobody's business.
 * @module
 */
import * as z from 'zod/mini';
import { about, described, freshness, identifierText } from './schemas.ts';

/** Two names of customers. */
export const pairQuery = {
  a: identifierText(),
  b: identifierText(),
};

const unit = z.looseObject({
  kind: described(
    z.enum(['party', 'fact']),
    'A row that describes a customer, or rows that refer to one alike',
  ),
  rows: described(
    z.optional(z.int()),
    'Live rows; absent of facts where the role may not know of all kinds',
  ),
  samples: described(
    z.array(
      z.looseObject({
        source: z.string(),
        table: z.string(),
        row: z.optional(z.string()),
        at: z.nullable(z.string()),
      }),
    ),
    'Some of the rows that the role may know of, with the commit of their latest change',
  ),
});

const value = z.looseObject({
  namespace: z.string(),
  priority: described(z.int(), '1 is the strongest'),
  use: z.enum(['links', 'guards', 'shared', 'decision', 'score']),
  value: described(
    z.nullable(z.string()),
    'null when the role may not see it, or no row that describes a customer keeps it',
  ),
  decision: z.optional(z.looseObject({ actor: z.string(), reason: z.string(), at: z.string() })),
});

const sides = z.looseObject({ a: z.array(value), b: z.array(value) });

const score = described(
  z.looseObject({
    weight: z.number(),
    thresholds: z.looseObject({
      link: z.number(),
      review: z.number(),
      uncorroborated: z.optional(z.number()),
    }),
    model: z.string(),
    corroborated: z.boolean(),
    findings: z.array(
      z.looseObject({ comparison: z.string(), level: z.string(), weight: z.number() }),
    ),
  }),
  'Where rules score pairs: logarithm of the odds that two rows are one person, and what it is made of',
);

const pair = {
  asOf: freshness.asOf,
  lagMs: freshness.lagMs,
  positions: freshness.positions,
  rules: described(z.string(), 'Hash of the rules in force'),
};

const apart = described(z.array(z.nullable(z.string())), 'The customers of a and b, in this order');

/** Why two are one customer. */
export const WhyAnswer = z.looseObject({
  ...pair,
  sameCustomer: z.boolean(),
  customerId: z.optional(z.string()),
  customers: z.optional(apart),
  path: described(
    z.optional(
      z.array(
        z.looseObject({
          from: unit,
          to: unit,
          value,
          corroboratedBy: described(
            z.optional(z.array(value)),
            'What both say that bears the value out, where it is unverified or names differ',
          ),
          score: z.optional(score),
        }),
      ),
    ),
    'The shortest way from a to b; empty when one row holds both',
  ),
});

/** Why two are not one customer. */
export const WhyNotAnswer = z.looseObject({
  ...pair,
  sameCustomer: z.boolean(),
  customerId: z.optional(z.string()),
  customers: z.optional(apart),
  obstacles: described(
    z.optional(
      z.array(
        z.looseObject({
          kind: z.enum([
            'never-link',
            'held',
            'shared',
            'not-at-one-time',
            'guard',
            'unlike',
            'no-common-value',
          ]),
          reason: z.optional(z.string()),
          value: z.optional(value),
          opposedBy: described(
            z.optional(sides),
            'What each side says that speaks against the value, such as two names',
          ),
          overLimit: described(
            z.optional(sides),
            'The values of each side that are more together than their limit',
          ),
          score: z.optional(score),
        }),
      ),
    ),
    'The strongest first',
  ),
});

/** The identity graph of a customer, as nodes and edges. */
export const GraphAnswer = z.looseObject({
  ...about,
  rules: pair.rules,
  units: z.array(z.extend(unit, { id: z.string() })),
  values: z.array(z.extend(value, { id: z.string() })),
  edges: z.array(z.looseObject({ unit: z.string(), value: z.string(), verified: z.boolean() })),
  held: described(
    z.array(z.looseObject({ value: z.string(), reasons: z.array(z.string()) })),
    'Values that would join it with other customers, and may not',
  ),
});
