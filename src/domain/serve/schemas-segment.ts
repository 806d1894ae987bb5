/**
 * Schemas of the routes that are compatible with Segment's Profile API; names are Segment's.
 * @module
 */
import * as z from 'zod/mini';
import { described } from './schemas.ts';

const text = (most: number) => z.string().check(z.minLength(1), z.maxLength(most));
const names = (description: string) => described(z.optional(text(500)), description);
const instant = (description: string) =>
  described(
    z.optional(
      z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/)),
    ),
    description,
  );
const limit = (most: number, usual: number) =>
  described(
    z.optional(z.int().check(z.gte(1), z.lte(most))),
    `Entries of a page, ${usual} when absent`,
  );

/** Variables of the paths. */
export const segmentParameters = {
  space: described(
    z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)),
    'Any name; there is one space',
  ),
  id: described(text(512), 'user_id:…, email:…, member_card:… or one_…'),
};

const paged = { next: described(z.optional(z.string()), 'cursor.next of the page before') };

/** Entries of a page when a caller does not say. */
export const SEGMENT_PAGES = {
  traits: 10,
  external_ids: 10,
  events: 10,
  metadata: 10,
  links: 20,
} as const;

/** What each part may be asked. */
export const segmentQueries = {
  traits: {
    limit: limit(200, SEGMENT_PAGES.traits),
    ...paged,
    include: names('Only these traits, separated by commas'),
    class: z.optional(z.enum(['audience', 'computed_trait'])),
    verbose: described(z.optional(z.enum(['true', 'false'])), 'With source and time of change'),
  },
  external_ids: { limit: limit(100, SEGMENT_PAGES.external_ids), ...paged },
  events: {
    limit: limit(100, SEGMENT_PAGES.events),
    ...paged,
    include: names('Only events of these names'),
    exclude: names('No events of these names'),
    start: instant('From this instant on, at most 14 days back'),
    end: instant('Before this instant'),
    sort: described(z.optional(z.enum(['asc', 'desc'])), 'Newest first when absent'),
  },
  metadata: {},
  links: { limit: limit(20, SEGMENT_PAGES.links), ...paged },
} as const;

const meta = z.looseObject({
  one_id: z.string(),
  as_of: z.nullable(z.string()),
  lag_ms: z.nullable(z.int()),
  version: z.int(),
});
const cursor = z.looseObject({ url: z.string(), has_more: z.boolean(), next: z.string() });
const externalId = {
  id: z.string(),
  type: z.string(),
  collection: z.string(),
  encoding: z.string(),
};
const list = (entry: z.ZodMiniType) => z.looseObject({ data: z.array(entry), cursor, meta });

/** What each part answers. */
export const segmentAnswers = {
  traits: z.looseObject({ traits: z.record(z.string(), z.unknown()), cursor, meta }),
  external_ids: list(
    z.looseObject({
      ...externalId,
      source_id: z.nullable(z.string()),
      created_at: z.nullable(z.string()),
    }),
  ),
  events: list(
    z.looseObject({
      external_ids: z.array(z.looseObject(externalId)),
      type: z.string(),
      message_id: z.nullable(z.string()),
      source_id: z.string(),
      timestamp: z.string(),
      properties: z.unknown(),
      related: z.looseObject({ users: z.string() }),
    }),
  ),
  metadata: z.looseObject({
    metadata: z.looseObject({ created_at: z.string(), updated_at: z.nullable(z.string()) }),
    meta,
  }),
  links: list(
    z.looseObject({ to_collection: z.string(), external_ids: z.array(z.looseObject(externalId)) }),
  ),
} as const;
