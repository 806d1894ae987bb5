/**
 * Shapes of what compares party rows as a whole: the rules, the roles of columns, and the model.
 * @module
 */
import * as z from 'zod/mini';
import { KEY_PARTS } from '#domain/identity/matching/key-parts.ts';
import { PLAIN_ROLES, parseRole } from '#domain/identity/matching/roles.ts';
import { closed, id, wholeNumber } from './schema-terms.ts';

/** What a column says about a person. */
export const role = z
  .string()
  .check(
    z.refine(
      (text) => isMatchRole(text),
      `must be one of ${PLAIN_ROLES.join(', ')}, id.<namespace> or text.<name>.`,
    ),
  );

const isMatchRole = (text: string): boolean => {
  const parsed = parseRole(text);
  return parsed !== undefined && parsed.kind !== 'account';
};

const score = z
  .number()
  .check(z.gte(-100, 'must be at least -100.'), z.lte(100, 'must be at most 100.'));

/** The rules that score, `matching` in `identity.yaml`. */
export const matching = closed({
  /** A file of `models/`, without its ending. */
  model: id,
  link: score,
  review: score,
  uncorroborated: z.optional(score),
  coherence: score,
  cap: wholeNumber(2, 200),
  keys: z
    .array(z.array(z.enum(KEY_PARTS)).check(z.minLength(1, 'must name at least one part.')))
    .check(
      z.minLength(1, 'must have at least one key.'),
      z.maxLength(40, 'must have at most 40 keys.'),
    ),
});

const share = z.number().check(z.gt(0, 'must be more than 0.'), z.lt(1, 'must be less than 1.'));
const frequencies = closed({
  rows: z.number(),
  chance: z.number(),
  common: z.record(z.string(), z.number()),
  rare: z.number(),
});

/** A file `models/<name>.json`: what `npm run resolve` has learned. */
export const ModelFile = closed({
  version: z.string(),
  prior: share,
  comparisons: z.record(z.string(), z.array(closed({ level: z.string(), m: share, u: share }))),
  frequencies: closed({
    given: z.optional(frequencies),
    family: z.optional(frequencies),
    city: z.optional(frequencies),
  }),
  placeholderDates: z._default(z.array(z.string()), []),
});

/** A model as written. */
export type ModelText = z.output<typeof ModelFile>;
