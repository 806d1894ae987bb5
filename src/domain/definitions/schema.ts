/**
 * Shapes of the definition files, as people write them.
 *
 * The same schemas check the files and are printed as JSON Schema for editors, so the two cannot differ. Every object
 * is closed: a misspelt key would otherwise be a rule that silently does not exist.
 * @module
 */
import * as z from 'zod/mini';
import { matching, role } from './match-schema.ts';
import { measure } from './measure-schema.ts';
import {
  closed,
  codeText,
  column,
  currency,
  fieldName,
  id,
  region,
  tableName,
  text,
  timeZone,
  wholeNumber,
} from './schema-terms.ts';
import { NORMALISERS } from './types.ts';

const codes = z.record(codeText, codeText);
const codeColumn = closed({ column, map: codes });
const textOrColumn = z.union([closed({ value: codeText }), closed({ column })], {
  error: 'must be { value: <text> } or { column: <name> }.',
});
const currencyOrColumn = z.union([closed({ value: currency }), closed({ column })], {
  error: 'must be { column: <name> } or { value: <ISO 4217 code> }.',
});

const textForm = z.enum(['upper', 'lower', 'digits', 'single-space']);
const verified = z.optional(z.boolean());

const field = z.discriminatedUnion('type', [
  closed({ type: z.literal('text'), column, normalise: z.optional(textForm), verified }),
  closed({ type: z.literal('integer'), column, negate: z.optional(z.boolean()), verified }),
  closed({ type: z.literal('boolean'), column, verified }),
  closed({ type: z.literal('date'), column, verified }),
  closed({
    type: z.literal('time'),
    column,
    zone: z.optional(timeZone),
    wallClock: z.optional(z.boolean()),
    verified,
  }),
  closed({ type: z.literal('money'), column, currency: z.optional(currencyOrColumn), verified }),
  closed({ type: z.literal('code'), column, map: codes, verified }),
]);

const identifier = closed({
  namespace: id,
  column,
  verified: z._default(z.boolean(), true),
  scope: z.optional(textOrColumn),
  region: z.optional(closed({ column, map: z.record(codeText, region) })),
  validFrom: z.optional(column),
  validTo: z.optional(column),
  map: z.optional(codes),
});

const bound = z.optional(z.number());
const day = z.optional(text(/^\d{4}-\d{2}-\d{2}$/, 'must be a day such as 1900-01-31, in quotes.'));
const everyRule = {
  rule: id,
  column,
  severity: z.enum(['fix', 'warn', 'quarantine']),
  fix: z.optional(
    z.union([z.enum(['clear', ...textForm.options]), closed({ value: codeText })], {
      error: 'must be clear, upper, lower, digits, single-space or { value: <text> }.',
    }),
  ),
};
const isPattern = (pattern: string): boolean => {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').source !== '';
  } catch {
    return false;
  }
};

const quality = z.discriminatedUnion('check', [
  closed({ check: z.literal('required'), ...everyRule }),
  closed({
    check: z.literal('pattern'),
    ...everyRule,
    pattern: z
      .string()
      .check(z.refine(isPattern, 'must be a regular expression; check brackets and backslashes.')),
  }),
  closed({
    check: z.literal('one-of'),
    ...everyRule,
    values: z.array(codeText).check(z.minLength(1, 'must name at least one value.')),
  }),
  closed({ check: z.literal('length'), ...everyRule, min: bound, max: bound }),
  closed({ check: z.literal('number'), ...everyRule, min: bound, max: bound }),
  closed({ check: z.literal('date'), ...everyRule, from: day, to: day }),
]);

const fileFormat = closed({
  delimiter: z.optional(z.enum([',', ';', '\t', '|'])),
  encoding: z.optional(z.enum(['utf-8', 'utf-16le', 'gb18030', 'big5'])),
  header: z.optional(z.record(codeText, column)),
});

const table = closed({
  key: z.array(column).check(
    z.minLength(1, 'must name at least one primary key column.'),
    z.refine((columns) => new Set(columns).size === columns.length, 'must name each column once.'),
  ),
  kind: z.enum(['party', 'fact', 'event', 'heartbeat', 'reference']),
  as: z.optional(id),
  evidence: z._default(z.boolean(), true),
  identifiers: z._default(
    z.array(identifier).check(
      // The claims of a row change in one transaction, and a changed primary key takes those of two.
      z.maxLength(24, 'may name at most 24 identifiers.'),
    ),
    [],
  ),
  fields: z._default(z.record(fieldName, field), {}),
  match: z.optional(z.record(column, role)),
  file: z.optional(fileFormat),
  retention: z.optional(closed({ days: wholeNumber(1, 3660), received: column })),
  quality: z._default(z.array(quality), []),
});

/** A file `sources/<source>.yaml`. */
export const SourceFile = closed({
  source: id,
  engine: z.enum(['postgresql', 'mysql', 'oracle', 'sqlserver', 'files', 'webhook']),
  region,
  timeZone: z.optional(timeZone),
  currency: z.optional(currency),
  generation: z._default(wholeNumber(1, 9999), 1),
  position: z.optional(z.enum(['stream-position', 'change-sequence'])),
  images: z.optional(z.enum(['partial', 'whole'])),
  party: z._default(z.enum(['1st', '2nd', '3rd']), '1st'),
  mayCreateCustomer: z._default(z.boolean(), true),
  brand: z.optional(codeColumn),
  tables: z.record(tableName, table),
});

const label = z
  .string()
  .check(z.minLength(1, 'must not be empty.'), z.maxLength(60, 'must have at most 60 characters.'));
const labels = closed({ zh: label, en: label });

const namespaces = z.optional(z.array(id).check(z.minLength(1, 'must name a namespace.')));

const namespace = closed({
  label: z.optional(labels),
  priority: wholeNumber(1, 100),
  normalise: z.enum(NORMALISERS),
  compose: z.optional(z.array(id).check(z.minLength(2, 'must name at least two namespaces.'))),
  corroboratedBy: namespaces,
  yieldsTo: namespaces,
  opposedBy: namespaces,
  links: z._default(z.boolean(), true),
  limit: z.optional(wholeNumber(1, 1000)),
  cap: wholeNumber(1, 10_000),
  blocked: z._default(z.array(z.string()), []),
});

/** The file `identity.yaml`. */
export const IdentityFile = closed({
  namespaces: z.record(id, namespace),
  matching: z.optional(matching),
});

const profileField = closed({
  rule: z.optional(z.enum(['source-priority', 'most-recent', 'most-frequent', 'verified-first'])),
  sources: z.array(id).check(z.minLength(1, 'must name at least one source.')),
});

/** The file `views/customer-360.yaml`. */
export const ViewFile = closed({
  profile: z._default(z.record(fieldName, profileField), {}),
  measures: z._default(z.record(fieldName, measure), {}),
  timeZone: z.optional(timeZone),
});

/** What a field is called. Its class has one place, the policy that is enforced. */
const fieldInfo = z.strictObject(
  { label: labels },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? 'is not known here; remove it. A field has a label; its class stands in policies/access.yaml, under fields.'
        : undefined,
  },
);

/** The file `fields.yaml`: what fields are called, whichever system they come from. */
export const FieldsFile = closed({ fields: z.record(fieldName, fieldInfo) });

/** A source as written, defaults of its own file filled in. */
export type SourceText = z.output<typeof SourceFile>;
/** A table as written. */
export type TableText = SourceText['tables'][string];
/** A field mapping as written. */
export type FieldText = TableText['fields'][string];
/** A data-quality rule as written. */
export type QualityText = TableText['quality'][number];
/** An identifier rule as written. */
export type IdentifierText = TableText['identifiers'][number];
/** Identity rules as written. */
export type IdentityText = z.output<typeof IdentityFile>;
/** A view as written. */
export type ViewText = z.output<typeof ViewFile>;
/** Fields as written. */
export type FieldsText = z.output<typeof FieldsFile>;
