/**
 * Schemas of the API: they check what comes in, and the OpenAPI document is made from them, so the two cannot differ.
 *
 * Requests are closed (a misspelt parameter is told, not ignored); answers are open, because fields are added to them
 * without a new version. `z.toJSONSchema` writes draft 2020-12, which is the dialect of OpenAPI 3.1.
 * @module
 */
import * as z from 'zod/mini';
import type { JsonObject } from '#domain/shared/json.ts';

/** Adds a description, which readers of the OpenAPI document see. */
export const described = <Schema extends z.ZodMiniType>(
  schema: Schema,
  description: string,
): Schema => {
  z.globalRegistry.add(schema, { description });
  return schema;
};

/** Adds an example of a value as it is sent, which readers of the OpenAPI document see. */
export const exemplified = <Schema extends z.ZodMiniType>(
  schema: Schema,
  example: JsonObject,
): Schema => {
  z.globalRegistry.add(schema, { examples: [example] });
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
  positions: described(
    z.record(z.string(), z.nullable(sourcePosition)),
    'By source: log position, commit time and lag; null of one that was not heard of',
  ),
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
  rows: described(
    z.optional(z.int()),
    'Live rows; absent, like the times, where the role may not know of all kinds of its entries',
  ),
  lastSeenAt: z.optional(z.nullable(z.string())),
});

/** Who an answer is about. */
export const about = {
  customerId: described(z.string(), 'The OneID in force'),
  redirectedFrom: described(z.optional(z.string()), 'The former OneID that was asked for'),
  ...freshness,
  version: described(z.int(), 'Grows with every change of the view; pass it as minVersion'),
};

/** What is kept back for want of a consent, in every answer about a customer. */
const withheld = described(
  z.optional(
    z.looseObject({
      reason: z.string(),
      purpose: z.string(),
      state: z.string(),
      brands: described(z.optional(z.array(z.string())), 'Only the rows of these brands'),
    }),
  ),
  'Why fields or rows are missing although the role could see them',
);

/** A profile. Measures are further members, named by the view's definition. */
export const ProfileAnswer = z.looseObject({
  ...about,
  profile: described(
    z.optional(z.record(z.string(), profileField)),
    'By field: the value that wins, and its source row; measures stand beside it',
  ),
  identifiers: described(z.optional(z.array(knownIdentifier)), 'What the customer is known by'),
  sources: described(z.optional(z.array(sourceShare)), 'What each source contributes'),
  lastSeenAt: described(z.optional(z.nullable(z.string())), 'Latest of all rows, ISO 8601 UTC'),
  consents: described(
    z.optional(
      z.array(
        z.looseObject({
          purpose: z.string(),
          state: z.string(),
          brands: z.optional(z.array(z.looseObject({ brand: z.string(), state: z.string() }))),
        }),
      ),
    ),
    'How each purpose that asks for consent stands',
  ),
  withheld,
});

/** Every field that may be served. */
export const SchemaAnswer = z.looseObject({
  definitions: described(z.string(), 'Hash of the definitions in force'),
  purpose: described(z.string(), 'What the data would be for; decides what is shown'),
  fields: z.array(
    z.looseObject({
      name: described(z.string(), 'As policies call it: tier, identifiers.phone, order.total'),
      part: z.enum(['profile', 'measures', 'identifiers', 'entries']),
      kind: described(z.optional(z.string()), 'Of a field of entries: order, case, …'),
      field: z.string(),
      label: z.looseObject({ zh: z.string(), en: z.string() }),
      class: z.optional(z.enum(['direct', 'quasi', 'sensitive', 'plain'])),
      shown: described(z.enum(['clear', 'masked', 'hidden']), 'What the caller sees of it'),
      types: z.array(z.string()),
      meaning: described(z.optional(z.string()), 'Which value is shown, or how it is computed'),
      windows: described(z.optional(z.array(z.int())), 'Days for which it is also given'),
      from: described(
        z.array(
          z.looseObject({
            source: z.string(),
            table: z.string(),
            column: z.string(),
            verified: z.optional(z.boolean()),
          }),
        ),
        'Columns that it comes from; none for what is computed of entries',
      ),
    }),
  ),
});

/** Freshness of every source. */
export const SourcesAnswer = z.looseObject({
  asOf: freshness.asOf,
  lagMs: freshness.lagMs,
  definitions: described(z.string(), 'Hash of the definitions in force'),
  countedAt: described(z.optional(z.string()), 'When the pass began that counted the tables'),
  sources: z.array(
    z.looseObject({
      source: z.string(),
      position: z.optional(z.string()),
      committedAt: z.optional(z.string()),
      lagMs: z.optional(z.int()),
      servable: z.optional(
        z.looseObject({
          commitToServableMs: z.int(),
          changes: z.int(),
          measuredAt: z.string(),
        }),
      ),
      tables: described(
        z.optional(
          z.array(
            z.looseObject({
              table: z.string(),
              rows: z.int(),
              fields: z.array(
                z.looseObject({
                  field: z.string(),
                  completeness: z.number(),
                  validity: z.number(),
                }),
              ),
            }),
          ),
        ),
        'Shares of the rows that have a field, and that break no data-quality rule with it; for callers who see all brands and markets',
      ),
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

/** Identifiers of a customer. */
export const IdentifiersAnswer = z.looseObject({ ...about, identifiers: z.array(knownIdentifier) });

const setAt = () => described(z.optional(z.string()), 'When its row was set at the source');

/** What another row says of a field, and why that is not shown. */
const otherValue = z.looseObject({
  value: z.unknown(),
  source: z.string(),
  masked: z.optional(z.boolean()),
  row: z.optional(z.string()),
  setAt: setAt(),
  lostBy: described(
    z.enum(['verified', 'frequency', 'source', 'recency', 'row-key', 'same']),
    'What decided; same when it says what is shown',
  ),
  why: z.string(),
});

/** Traits of a customer: profile fields, each with where it is from and what else was said, and measures. */
export const TraitsAnswer = z.looseObject({
  ...about,
  traits: z.record(
    z.string(),
    z.looseObject({
      value: z.unknown(),
      rule: described(z.string(), 'How the value was chosen or computed'),
      setAt: setAt(),
      others: described(z.optional(z.array(otherValue)), 'In the order in which they would follow'),
    }),
  ),
});

/** What each source contributes to a customer. */
export const CustomerSourcesAnswer = z.looseObject({ ...about, sources: z.array(sourceShare) });

const instantParameter = (description: string) =>
  described(
    z.optional(
      z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/)),
    ),
    description,
  );

/** What every list may be asked. */
export const listQuery = {
  limit: described(z.optional(count(1, 100)), 'Entries of a page, 20 when absent'),
  cursor: described(z.optional(text(1_024)), 'cursor.next of the page before'),
  from: instantParameter('From this instant on'),
  until: instantParameter('Before this instant'),
  sources: described(
    z.optional(z.string().check(z.regex(/^[a-z0-9_,-]{1,200}$/))),
    'Only these sources',
  ),
  ...readQuery,
};

/** Kinds of entries of a timeline. */
export const kindsParameter = () =>
  described(z.optional(z.string().check(z.regex(/^[a-z0-9_,-]{1,200}$/))), 'Only these kinds');

/** A store code, or anything that names the place. */
export const redeemableParameter = () =>
  described(
    z.optional(text(40)),
    'Only coupons that this store can redeem now; one that names no stores is good in all',
  );

/** A page of a list. */
export const ActivityAnswer = z.looseObject({
  ...about,
  data: described(
    z.array(
      z.looseObject({
        kind: z.string(),
        at: z.nullable(z.string()),
        source: z.string(),
        row: z.optional(z.string()),
        brand: z.optional(z.string()),
        state: z.optional(z.string()),
        fields: z.record(z.string(), z.unknown()),
      }),
    ),
    'Entries of the kinds of which the role may see any field',
  ),
  cursor: z.looseObject({ next: z.nullable(z.string()), hasMore: z.boolean(), limit: z.int() }),
  withheld,
});

/** Everything that is held of a customer. */
export const ExportAnswer = z.looseObject({
  ...about,
  records: z.array(
    z.looseObject({
      source: z.string(),
      fields: z.record(z.string(), z.unknown()),
      identifiers: z.array(z.looseObject({ namespace: z.string(), value: z.string() })),
    }),
  ),
  activity: ActivityAnswer.shape.data,
});

/** A batch. */
export const BatchRequest = z.strictObject({
  identifiers: z.array(identifierText()).check(z.minLength(1), z.maxLength(100)),
  fields: fieldsParameter(),
});

/** Answers of a batch, in the order asked. */
export const BatchAnswer = z.looseObject({
  data: z.array(
    z.looseObject({
      index: z.int(),
      profile: z.optional(ProfileAnswer),
      problem: z.optional(ProblemAnswer),
    }),
  ),
});

/** A search; at least one member. */
export const SearchRequest = z
  .strictObject({
    name: described(z.optional(text(80)), 'Whole name, in any case and width'),
    phoneTail: described(
      z.optional(z.string().check(z.regex(/^(\d{4}|\d{6}|\d{8})$/))),
      'Last 4, 6 or 8 digits of a phone number',
    ),
    card: described(z.optional(text(40)), 'Member card'),
  })
  .check(z.refine((asked) => Object.keys(asked).length > 0, 'name what to search by'));

/** Who may be meant. */
export const SearchAnswer = z.looseObject({ data: z.array(ProfileAnswer), hasMore: z.boolean() });

/** What somebody at a counter can show: exactly one. */
export const PickupRequest = z
  .strictObject({
    orderNumber: z.optional(text(80)),
    phone: described(z.optional(text(20)), 'With country code'),
    memberCode: described(z.optional(text(80)), 'Content of the member QR code: the card number'),
  })
  .check(z.refine((shown) => Object.keys(shown).length === 1, 'name one thing'));

/** Who is at the counter, and the orders. */
export const PickupAnswer = z.looseObject({
  customer: ProfileAnswer,
  orders: ActivityAnswer,
  cases: ActivityAnswer,
});

/** What the Tracking API answers; `accepted` and `rejected` in strict mode. */
export const TrackingAnswer = z.looseObject({
  success: z.boolean(),
  accepted: z.optional(z.int()),
  rejected: z.optional(z.array(z.looseObject({ index: z.int(), code: z.string() }))),
});

/** What API Gateway says itself, before a function is asked: of a key that it does not know. */
export const GatewayRefusal = z.looseObject({ message: z.string() });

/** An error in the form of Segment. */
export const TrackingError = z.looseObject({
  error: z.looseObject({ code: z.string(), message: z.string() }),
});
