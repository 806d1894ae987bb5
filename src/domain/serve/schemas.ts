/**
 * Schemas of the API: they check what comes in, and the OpenAPI document is made from them, so the two cannot differ.
 *
 * Requests are closed (a misspelt parameter is told, not ignored); answers are open, because fields are added to them
 * without a new version. `z.toJSONSchema` writes draft 2020-12, which is the dialect of OpenAPI 3.1.
 * @module
 */
import * as z from 'zod/mini';

/** Adds a description, which readers of the OpenAPI document see. */
export const described = <Schema extends z.ZodMiniType>(
  schema: Schema,
  description: string,
): Schema => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const count = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most));
const instant = () => described(z.string(), 'ISO 8601, UTC');

/** Names of fields, separated by commas. */
export const fieldsParameter = () =>
  described(
    z.optional(z.string().check(z.maxLength(500), z.regex(/^[A-Za-z.-]+(,[A-Za-z.-]+)*$/))),
    'Only these members, separated by commas: profile fields, measures, identifiers, sources',
  );

const minVersion = () =>
  described(
    z.optional(count(0, Number.MAX_SAFE_INTEGER)),
    'Answer only when the view has reached this version; wait for it at most timeoutMs',
  );
const timeoutMs = () =>
  described(z.optional(count(0, 5_000)), 'Longest wait for minVersion, 1000 when absent');

/** What every read of one customer may ask. */
export const readQuery = {
  minVersion: minVersion(),
  timeoutMs: timeoutMs(),
};

const sourcePosition = z.looseObject({
  position: described(z.string(), 'Position in the source’s log, fixed width'),
  committedAt: instant(),
  lagMs: z.int(),
});

/** Freshness, a part of every answer with figures of a customer. */
export const freshness = {
  asOf: described(z.nullable(z.string()), 'Complete up to this commit of every source'),
  lagMs: described(z.nullable(z.int()), 'Milliseconds since then'),
  positions: z.record(z.string(), z.nullable(sourcePosition)),
};

const profileField = z.looseObject({
  value: z.union([z.string(), z.number(), z.boolean()]),
  source: z.string(),
  masked: z.optional(z.boolean()),
  row: described(z.optional(z.string()), 'The source row that the value comes from'),
});

const knownIdentifier = z.looseObject({
  namespace: z.string(),
  scope: z.optional(z.string()),
  value: z.string(),
  masked: z.optional(z.boolean()),
  verified: z.boolean(),
  sources: z.array(z.string()),
});

const sourceShare = z.looseObject({
  source: z.string(),
  rows: z.int(),
  lastSeenAt: z.nullable(z.string()),
});

/** Who an answer is about. */
export const about = {
  customerId: described(z.string(), 'The OneID in force'),
  redirectedFrom: described(z.optional(z.string()), 'The former OneID that was asked for'),
  ...freshness,
  version: described(z.int(), 'Grows with every change of the view; pass it as minVersion'),
};

/** A profile. Measures are further members, named by the view's definition. */
export const ProfileAnswer = z.looseObject({
  ...about,
  profile: z.optional(z.record(z.string(), profileField)),
  identifiers: z.optional(z.array(knownIdentifier)),
  sources: z.optional(z.array(sourceShare)),
  lastSeenAt: z.optional(z.nullable(z.string())),
  consents: z.optional(z.array(z.looseObject({ purpose: z.string(), state: z.string() }))),
  withheld: described(
    z.optional(z.looseObject({ reason: z.string(), purpose: z.string(), state: z.string() })),
    'Why fields are missing although the role could see them',
  ),
});

/** Freshness of every source. */
export const SourcesAnswer = z.looseObject({
  asOf: freshness.asOf,
  lagMs: freshness.lagMs,
  definitions: described(z.string(), 'Hash of the definitions in force'),
  sources: z.array(
    z.looseObject({
      source: z.string(),
      position: z.optional(z.string()),
      committedAt: z.optional(z.string()),
      lagMs: z.optional(z.int()),
    }),
  ),
});

/** A problem document, RFC 9457. */
export const ProblemAnswer = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  errors: z.optional(z.array(z.looseObject({ pointer: z.string(), detail: z.string() }))),
});

/** An identifier in a path or body. */
export const identifierText = () =>
  described(text(512), 'namespace:value, namespace:scope:value or customerId:one_…');
