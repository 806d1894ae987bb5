/**
 * Schemas of the rights of customers.
 * @module
 */
import * as z from 'zod/mini';
import { about, described, freshness } from './schemas.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const instant = () => described(z.string(), 'ISO 8601, UTC');

/** Id of a request, by its prefix. */
export const rightsId = (prefix: string) =>
  described(text(40), `Id as it was answered, ${prefix}_…`);

/** How far an erasure is. */
export const ErasureAnswer = z.looseObject({
  erasureId: z.string(),
  state: z.enum(['running', 'done']),
  step: described(z.string(), 'What it is at'),
  requestedAt: instant(),
  completedAt: z.optional(instant()),
  certificate: described(
    z.optional(z.looseObject({ seal: z.string() })),
    'What was erased where, and what could not be',
  ),
});

const fieldName = () => z.string().check(z.maxLength(80), z.regex(/^[A-Za-z][A-Za-z0-9.-]*$/));

/** What is said to be wrong. */
export const CorrectionRequest = z.strictObject({
  field: described(fieldName(), 'A profile field, or identifiers.<namespace>'),
  wanted: described(z.optional(text(500)), 'What it should be'),
});

/** A correction, and where it is to be made. */
export const CorrectionAnswer = z.looseObject({
  correctionId: z.string(),
  field: z.string(),
  requestedAt: instant(),
  state: described(z.enum(['open', 'done']), 'done when each of the rows has changed since'),
  rows: z.array(
    z.looseObject({ source: z.string(), row: z.optional(z.string()), changed: z.boolean() }),
  ),
});

/** Corrections of a customer. */
export const CorrectionsAnswer = z.looseObject({ ...about, data: z.array(CorrectionAnswer) });

const extractField = () =>
  described(
    fieldName(),
    'A profile field, a measure, lastSeenAt, identifiers.<namespace>; as a column also customerId',
  );

const extractCondition = z
  .strictObject({
    field: extractField(),
    is: z.enum(['equal', 'not-equal', 'at-least', 'at-most', 'known', 'unknown']),
    value: z.optional(z.union([text(200), z.number(), z.boolean()])),
    currency: described(z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))), 'Of money: which'),
  })
  .check(
    z.refine(
      ({ is, value }) => (value === undefined) === (is === 'known' || is === 'unknown'),
      'known and unknown take no value, the others one',
    ),
  );

/** A list of customers to be written. */
export const ExtractRequest = z.strictObject({
  fields: described(
    z.array(extractField()).check(
      z.minLength(1),
      z.maxLength(50),
      z.refine((names) => new Set(names).size === names.length, 'names each column once'),
    ),
    'Columns, in their order',
  ),
  filter: described(
    z.optional(z.array(extractCondition).check(z.maxLength(20))),
    'Conditions that all must hold; every customer when absent',
  ),
  format: z.enum(['csv', 'ndjson', 'parquet']),
});

/** How far a list is. */
export const ExtractAnswer = z.looseObject({
  extractId: z.string(),
  ...freshness,
  state: z.enum(['running', 'done', 'failed', 'withdrawn', 'expired']),
  progress: described(z.number(), 'Part of all customers that was looked at, 0 to 1'),
  customers: z.int(),
  rows: z.int(),
  requestedAt: instant(),
  completedAt: z.optional(instant()),
  problem: described(z.optional(z.string()), 'Code of what ended it'),
  files: z.optional(
    z.array(
      z.looseObject({
        url: described(z.string(), 'Fetch it without a token, before expiresAt'),
        rows: z.int(),
        bytes: z.int(),
        expiresAt: instant(),
      }),
    ),
  ),
});
