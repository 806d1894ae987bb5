/**
 * Operations: the routes of the API, each stated once.
 *
 * From this list the stack makes the routes with their scopes, the functions check what they are asked, and the
 * OpenAPI document, the docs page and the typed client are written.
 * @module
 */
import * as z from 'zod/mini';
import { TRACKING_TYPES, type TrackingType } from '#domain/capture/tracking.ts';
import type { ProblemCode } from './problems.ts';
import {
  ActivityAnswer,
  BatchAnswer,
  BatchRequest,
  CustomerSourcesAnswer,
  ExportAnswer,
  fieldsParameter,
  IdentifiersAnswer,
  identifierText,
  kindsParameter,
  listQuery,
  PickupAnswer,
  PickupRequest,
  ProfileAnswer,
  readQuery,
  redeemableParameter,
  SearchAnswer,
  SearchRequest,
  SourcesAnswer,
  TrackingAnswer,
  TrackingError,
  TraitsAnswer,
} from './schemas.ts';

/** Scopes of the API. A token holds those of its client. */
export const SCOPES = {
  readProfiles: 'c360/profile.read',
  search: 'c360/profile.search',
  export: 'c360/profile.export',
} as const;

/** A scope. */
export type Scope = (typeof SCOPES)[keyof typeof SCOPES];

/** Which function answers: operations of one group need the same rights. */
export type OperationGroup = 'customers' | 'sources' | 'documents' | 'tracking';

/** A route. */
export interface Operation {
  /** Name of the method of the typed client. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path with `{variables}`, which are described in `parameters`. */
  readonly path: string;
  readonly group: OperationGroup;
  readonly summary: string;
  /** Absent: open to anybody, and then without access to any data. */
  readonly scope?: Scope;
  /** Asks for a write key instead of a token. */
  readonly writeKey?: true;
  readonly parameters?: Readonly<Record<string, z.ZodMiniType>>;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniType;
  /** Status and schema of the answer that is no problem. */
  readonly answers: Readonly<
    Record<number, { readonly type: string; readonly schema?: z.ZodMiniType }>
  >;
  readonly problems: readonly ProblemCode[];
  /** Set when a route is on its way out. RFC 9745 and RFC 8594. */
  readonly deprecation?: { readonly since: string; readonly sunset: string; readonly link: string };
}

const json = (schema: z.ZodMiniType) => ({ type: 'application/json', schema });

/** What can be wrong with the identifier of a customer, and with its customer. */
const NAMING_PROBLEMS = [
  'bad-identifier',
  'other-customer',
  'not-found',
  'ambiguous',
  'not-yet-visible',
] as const;

const RECORDED_PROBLEMS = [
  'bad-request',
  'not-permitted',
  'audit-unavailable',
  'too-many-requests',
] as const;

const READ_PROBLEMS = [...RECORDED_PROBLEMS, ...NAMING_PROBLEMS] as const;

const BODY_PROBLEMS = [...RECORDED_PROBLEMS, 'body-too-large'] as const;

const identifierParameter = { identifier: identifierText() };

/** A route that reads one customer. */
const customerRoute = <Id extends string>(
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

const listRoute = <Id extends string>(
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

/** A route that is asked with a body and changes nothing: what it is asked by has no place in a log of addresses. */
const askRoute = <Id extends string>(
  id: Id,
  path: string,
  summary: string,
  body: z.ZodMiniType,
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
  answers: { 200: json(answer) },
  problems: BODY_PROBLEMS,
});

/** A route of the Tracking API, as Segment's clients call it. */
const trackingRoute = (name: TrackingType | 'batch') => ({
  id: `track${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  method: 'POST' as const,
  path: `/v1/${name}`,
  group: 'tracking' as const,
  summary: `Segment Tracking API, ${name}; with X-Strict: 1 an answer per call`,
  writeKey: true as const,
  query: z.strictObject({}),
  body: z.looseObject({}),
  answers: { 200: json(TrackingAnswer), 207: json(TrackingAnswer), 400: json(TrackingError) },
  problems: [],
});

/** Every route, in the order of the docs page. */
export const OPERATIONS = [
  customerRoute(
    'getProfile',
    '',
    'The profile of the customer behind an identifier',
    z.strictObject({ fields: fieldsParameter(), ...readQuery }),
    ProfileAnswer,
  ),
  customerRoute(
    'getIdentifiers',
    '/identifiers',
    'What a customer is known by',
    z.strictObject(readQuery),
    IdentifiersAnswer,
  ),
  customerRoute(
    'getTraits',
    '/traits',
    'Fields with their provenance, and measures',
    z.strictObject(readQuery),
    TraitsAnswer,
  ),
  customerRoute(
    'getCustomerSources',
    '/sources',
    'What each source contributes to a customer',
    z.strictObject(readQuery),
    CustomerSourcesAnswer,
  ),
  listRoute('getTimeline', '/timeline', 'Everything that happened, newest first', {
    kinds: kindsParameter(),
  }),
  listRoute('getOrders', '/orders', 'Orders and returns, newest first'),
  listRoute('getPoints', '/points', 'Movements of points, newest first'),
  listRoute('getCoupons', '/coupons', 'Coupons and their state', {
    redeemableAt: redeemableParameter(),
  }),
  listRoute('getCases', '/cases', 'Service cases, newest first'),
  {
    ...customerRoute(
      'exportCustomer',
      '/export',
      'Everything that is held of a customer, for the customer',
      z.strictObject(readQuery),
      ExportAnswer,
    ),
    scope: SCOPES.export,
  },
  askRoute(
    'batchProfiles',
    '/v1/profiles/batch',
    'Profiles of up to 100 identifiers',
    BatchRequest,
    BatchAnswer,
  ),
  {
    ...askRoute(
      'searchCustomers',
      '/v1/search',
      'Customers by name, last digits of a phone number, or card',
      SearchRequest,
      SearchAnswer,
    ),
    scope: SCOPES.search,
  },
  {
    ...askRoute(
      'findPickup',
      '/v1/pickup',
      'Who is at the counter, by order number, phone or member code, with their orders',
      PickupRequest,
      PickupAnswer,
    ),
    problems: [...BODY_PROBLEMS, ...NAMING_PROBLEMS],
  },
  {
    id: 'listSources',
    method: 'GET',
    path: '/v1/sources',
    group: 'sources',
    summary: 'How fresh every source is',
    scope: SCOPES.readProfiles,
    query: z.strictObject({}),
    answers: { 200: json(SourcesAnswer) },
    problems: ['bad-request', 'too-many-requests'],
  },
  ...TRACKING_TYPES.map(trackingRoute),
  trackingRoute('batch'),
  {
    id: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    group: 'documents',
    summary: 'This description, OpenAPI 3.1',
    query: z.strictObject({}),
    answers: { 200: { type: 'application/json', schema: z.looseObject({ openapi: z.string() }) } },
    problems: ['bad-request'],
  },
  {
    id: 'getDocs',
    method: 'GET',
    path: '/v1/docs',
    group: 'documents',
    summary: 'This description as a page',
    query: z.strictObject({}),
    answers: { 200: { type: 'text/html; charset=utf-8' } },
    problems: ['bad-request'],
  },
] as const satisfies readonly Operation[];

/** The operations of one group. */
export const operationsOf = (group: OperationGroup): readonly Operation[] =>
  (OPERATIONS as readonly Operation[]).filter((operation) => operation.group === group);

/** `GET /v1/sources`, as API Gateway names a route. */
export const routeKeyOf = ({ method, path }: Operation): string => `${method} ${path}`;
