/**
 * Shapes of measures, as people write them in a view.
 * @module
 */
import * as z from 'zod/mini';
import { closed, codeText, currency, fieldName, id, wholeNumber } from './schema-terms.ts';

const windows = z.optional(
  z.array(wholeNumber(1, 3660)).check(
    z.minLength(1, 'must name at least one number of days.'),
    z.maxLength(10, 'must name at most ten numbers of days.'),
    z.refine(
      (days) => days.every((day, index) => index === 0 || day > (days[index - 1] ?? 0)),
      'must name each number of days once, the smallest first.',
    ),
  ),
);

const days = wholeNumber(1, 3660);
const values = z.array(codeText).check(z.minLength(1));
const condition = z.union([
  closed({ field: fieldName, in: values }),
  closed({ field: fieldName, notIn: values }),
  closed({ field: fieldName, present: z.boolean() }),
]);
const where = z.optional(
  z.union([condition, z.array(condition).check(z.minLength(1))], {
    error:
      'must be { field: <name>, in: [<value>, …] }, { field: <name>, notIn: [<value>, …] } or { field: <name>, present: true }, ' +
      'or a list of those, all of which must hold.',
  }),
);
const fourSteps = z
  .array(wholeNumber(0, 1_000_000_000_000))
  .check(
    z.refine(
      (steps) =>
        steps.length === 4 && steps.every((step, at) => at === 0 || step > Number(steps[at - 1])),
      'must have four numbers, the smallest first.',
    ),
  );
const scored = closed({ of: fieldName, steps: fourSteps });

/** A measure of a view. */
export const measure = z.discriminatedUnion('fold', [
  closed({ of: id, fold: z.literal('count'), windows, where }),
  closed({ of: id, fold: z.literal('sum'), field: fieldName, windows, where }),
  closed({
    of: id,
    fold: z.literal('money'),
    field: fieldName,
    minus: z.optional(closed({ of: id, field: fieldName })),
    windows,
    where,
  }),
  closed({ of: id, fold: z.literal('latest'), field: fieldName, where }),
  closed({ of: id, fold: z.literal('earliest'), field: fieldName, where }),
  closed({ of: id, fold: z.literal('average'), field: fieldName, windows, where }),
  closed({
    of: id,
    fold: z.literal('preferred'),
    field: fieldName,
    halfLife: wholeNumber(1, 730),
    where,
  }),
  closed({
    of: id,
    fold: z.literal('expiring'),
    until: fieldName,
    field: z.optional(fieldName),
    within: z.optional(days),
    where,
  }),
  closed({
    of: id,
    fold: z.literal('expired'),
    until: fieldName,
    field: z.optional(fieldName),
    where,
  }),
  closed({ fold: z.literal('repurchase'), count: fieldName }),
  closed({
    fold: z.literal('stage'),
    first: fieldName,
    last: fieldName,
    new: days,
    active: days,
    lapsing: days,
    dormant: days,
  }),
  closed({
    fold: z.literal('rfm'),
    recency: scored,
    frequency: scored,
    monetary: closed({ of: fieldName, steps: z.record(currency, fourSteps) }),
  }),
]);
