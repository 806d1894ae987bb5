/**
 * Route shapes: routes of one kind differ in their name, their words and their schemas only.
 * @module
 */
import * as z from 'zod/mini';
import type { TrackingType } from '#domain/capture/tracking.ts';
import { SCOPES } from '#domain/definitions/api-scopes.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import {
  ActivityAnswer,
  GatewayRefusal,
  identifierText,
  listQuery,
  TrackingAnswer,
  TrackingError,
} from './schemas.ts';
import { pairQuery } from './schemas-explain.ts';
import { segmentAnswers, segmentParameters, segmentQueries } from './schemas-segment.ts';

/** An answer of JSON. */
export const json = (schema: z.ZodMiniType) => ({ type: 'application/json', schema });

/** What can be wrong with the identifier of a customer, and with its customer. */
export const NAMING_PROBLEMS = [
  'bad-identifier',
  'other-customer',
  'not-found',
  'ambiguous',
  'at-rest',
  'erased',
  'not-yet-visible',
] as const;

const RECORDED_PROBLEMS = [
  'bad-request',
  'not-permitted',
  'audit-unavailable',
  'too-many-requests',
] as const;

/** Problems of a route that reads one customer. */
export const READ_PROBLEMS = [...RECORDED_PROBLEMS, ...NAMING_PROBLEMS] as const;

/** Problems of a route with a body. */
export const BODY_PROBLEMS = [...RECORDED_PROBLEMS, 'body-too-large'] as const;

/** Problems of a route that honours Idempotency-Key. */
export const ONCE_PROBLEMS = ['request-in-progress', 'key-reused'] as const;

/** The variable of a path that names a customer. */
export const identifierParameter = { identifier: identifierText() };

/** A route that reads one customer. */
export const customerRoute = <Id extends string>(
  id: Id,
  path: string,
  summary: string,
  query: z.ZodMiniObject,
  answer: z.ZodMiniType,
) => ({
  id,
  method: 'GET' as const,
  path: `/v1/profiles/{identifier}${path}`,
  group: 'customers' as const,
  summary,
  scope: SCOPES.readProfiles,
  parameters: identifierParameter,
  query,
  answers: { 200: json(answer) },
  problems: READ_PROBLEMS,
});

/** A route that lists what a customer did, in pages. */
export const listRoute = <Id extends string>(
  id: Id,
  path: string,
  summary: string,
  more: Readonly<Record<string, z.ZodMiniType>> = {},
) => {
  const route = customerRoute(
    id,
    path,
    summary,
    z.strictObject({ ...listQuery, ...more }),
    ActivityAnswer,
  );
  return { ...route, problems: [...READ_PROBLEMS, 'invalid-cursor'] as const };
};

/** Name of the operation that reads a part of a profile as Segment does: `segmentExternalIds`. */
export const segmentOperationId = (part: string): string =>
  `segment${part.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

/** A route of Segment's Profile API. */
export const segmentRoute = (part: keyof typeof segmentQueries) => ({
  id: segmentOperationId(part),
  method: 'GET' as const,
  path: `/v1/spaces/{space}/collections/users/profiles/{id}/${part}`,
  group: 'customers' as const,
  summary: `Segment Profile API, ${part}`,
  key: 'read' as const,
  segment: true as const,
  parameters: segmentParameters,
  query: z.strictObject(segmentQueries[part]),
  answers: {
    200: json(segmentAnswers[part]),
    ...Object.fromEntries(
      [400, 404, 409, 410, 425, 429, 503].map((it) => [it, json(TrackingError)]),
    ),
    403: json(z.union([TrackingError, GatewayRefusal])),
  },
  problems: [],
});

/** A route of figures over all customers. */
export const metricRoute = <Id extends string>(
  id: Id,
  name: string,
  summary: string,
  answer: z.ZodMiniType,
  query: Readonly<Record<string, z.ZodMiniType>> = {},
) => ({
  id,
  method: 'GET' as const,
  path: `/v1/metrics/${name}`,
  group: 'sources' as const,
  summary,
  scope: SCOPES.metrics,
  query: z.strictObject(query),
  answers: { 200: json(answer) },
  problems: ['bad-request', 'not-permitted', 'not-yet-visible', 'too-many-requests'] as const,
});

/** A route about two customers, or two names of one. */
export const pairRoute = <Id extends string>(
  id: Id,
  path: string,
  summary: string,
  answer: z.ZodMiniType,
) => ({
  id,
  method: 'GET' as const,
  path,
  group: 'customers' as const,
  summary,
  scope: SCOPES.explain,
  query: z.strictObject(pairQuery),
  answers: { 200: json(answer) },
  problems: [...READ_PROBLEMS, 'too-much-evidence'] as const,
});

/** A route that is asked with a body and changes nothing: what it is asked by has no place in a log of addresses. */
export const askRoute = <Id extends string>(
  id: Id,
  path: string,
  summary: string,
  body: z.ZodMiniType,
  example: JsonObject,
  answer: z.ZodMiniType,
) => ({
  id,
  method: 'POST' as const,
  path,
  group: 'customers' as const,
  summary,
  scope: SCOPES.readProfiles,
  query: z.strictObject({}),
  body,
  example,
  answers: { 200: json(answer) },
  problems: BODY_PROBLEMS,
});

const VISITOR = { anonymousId: 'a-4711' };
const MEMBER = { userId: '610000074' };

/** A call of each type, and a batch. */
const TRACKING_EXAMPLES: Readonly<Record<TrackingType | 'batch', JsonObject>> = {
  identify: { ...MEMBER, traits: { name: '王小明', email: 'ming@example.com' } },
  track: { ...MEMBER, event: 'Product Viewed', properties: { sku: 'R-1001' } },
  page: { ...VISITOR, name: 'Rings' },
  screen: { ...VISITOR, name: '我的会员' },
  group: { ...MEMBER, groupId: 'gold' },
  alias: { ...MEMBER, previousId: 'a-4711' },
  batch: { batch: [{ type: 'track', ...MEMBER, event: 'Product Viewed' }] },
};

/** A route of the Tracking API, as Segment documents it for HTTP. */
export const trackingRoute = (name: TrackingType | 'batch') => ({
  id: `track${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  method: 'POST' as const,
  path: `/v1/${name}`,
  group: 'tracking' as const,
  summary: `Segment Tracking API, ${name}; with X-Strict: 1 an answer per call`,
  key: 'write' as const,
  query: z.strictObject({}),
  body: z.looseObject({}),
  example: TRACKING_EXAMPLES[name],
  answers: {
    200: json(TrackingAnswer),
    207: json(TrackingAnswer),
    400: json(TrackingError),
    403: json(GatewayRefusal),
  },
  problems: [],
});
