/**
 * Operations: the routes of the API, each stated once.
 *
 * From this list the stack makes the routes with their scopes, the functions check what they are asked, and the
 * OpenAPI document, the docs page and the typed client are written.
 * @module
 */
import * as z from 'zod/mini';
import { TRACKING_TYPES } from '#domain/capture/tracking.ts';
import { SCOPES } from '#domain/definitions/api-scopes.ts';
import type { Operation, OperationGroup } from './operation.ts';
import { RIGHTS_OPERATIONS } from './operations-rights.ts';
import {
  askRoute,
  BODY_PROBLEMS,
  customerRoute,
  identifierParameter,
  json,
  listRoute,
  metricRoute,
  NAMING_PROBLEMS,
  ONCE_PROBLEMS,
  pairRoute,
  READ_PROBLEMS,
  segmentRoute,
  trackingRoute,
} from './route-shapes.ts';
import {
  BatchAnswer,
  BatchRequest,
  CustomerSourcesAnswer,
  ExportAnswer,
  fieldsParameter,
  IdentifiersAnswer,
  kindsParameter,
  PickupAnswer,
  PickupRequest,
  ProfileAnswer,
  readQuery,
  redeemableParameter,
  SchemaAnswer,
  SearchAnswer,
  SearchRequest,
  SourcesAnswer,
  TraitsAnswer,
} from './schemas.ts';
import { ConsentAnswer, ConsentRequest } from './schemas-consent.ts';
import { GraphAnswer, WhyAnswer, WhyNotAnswer } from './schemas-explain.ts';
import {
  ChannelConversionAnswer,
  IdentityMetricsAnswer,
  MemberActivityAnswer,
  SalesTrendAnswer,
  trendQuery,
} from './schemas-metrics.ts';

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
  listRoute('getConsents', '/consents', 'Decisions about the use of data, newest first'),
  {
    id: 'recordConsent',
    method: 'POST',
    path: '/v1/profiles/{identifier}/consents',
    group: 'consents',
    summary: 'Takes down that a customer permits a purpose, or withdraws; in force within seconds',
    scope: SCOPES.consent,
    parameters: identifierParameter,
    query: z.strictObject({}),
    body: ConsentRequest,
    example: { purpose: 'marketing', state: 'withdrawn', actor: 'desk 4', notice: '2026-10' },
    once: true,
    answers: { 202: json(ConsentAnswer) },
    problems: [...BODY_PROBLEMS, ...NAMING_PROBLEMS, ...ONCE_PROBLEMS],
  },
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
  ...RIGHTS_OPERATIONS,
  {
    ...customerRoute(
      'getGraph',
      '/graph',
      'What a customer is made of: rows, the values that join them, and what is held',
      z.strictObject(readQuery),
      GraphAnswer,
    ),
    scope: SCOPES.explain,
    problems: [...READ_PROBLEMS, 'too-much-evidence'],
  },
  pairRoute('why', '/v1/why', 'The shortest evidence that makes two one customer', WhyAnswer),
  pairRoute('whyNot', '/v1/why-not', 'What keeps two from being one customer', WhyNotAnswer),
  askRoute(
    'batchProfiles',
    '/v1/profiles/batch',
    'Profiles of up to 100 identifiers',
    BatchRequest,
    { identifiers: ['member-card:610000074', 'phone:+85291234567'], fields: 'tier,spend' },
    BatchAnswer,
  ),
  {
    ...askRoute(
      'searchCustomers',
      '/v1/search',
      'Customers by name, last digits of a phone number, or card',
      SearchRequest,
      { name: '王小明', phoneTail: '5678' },
      SearchAnswer,
    ),
    scope: SCOPES.search,
  },
  {
    ...askRoute(
      'findPickup',
      '/v1/pickup',
      'Who is at the counter or on the phone, by order number, phone or member code: profile, newest orders, service cases',
      PickupRequest,
      { memberCode: '610000074' },
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
    problems: ['bad-request', 'not-permitted', 'too-many-requests'],
  },
  {
    id: 'getSchema',
    method: 'GET',
    path: '/v1/schema',
    group: 'sources',
    summary:
      'Every field that is served: names, type, class, meaning, and the columns it comes from',
    scope: SCOPES.readProfiles,
    query: z.strictObject({}),
    answers: { 200: json(SchemaAnswer) },
    problems: ['bad-request', 'not-permitted', 'too-many-requests'],
  },
  metricRoute(
    'getMemberActivity',
    'member-activity',
    'Customers of each tier, and how many were seen in the last 1, 7, 30, 90 and 365 days',
    MemberActivityAnswer,
  ),
  metricRoute(
    'getChannelConversion',
    'channel-conversion',
    'Customers of each source, and how many of them have ordered',
    ChannelConversionAnswer,
  ),
  metricRoute(
    'getSalesTrend',
    'sales-trend',
    'Orders, returns and amounts by day, source and brand, as the view defines them',
    SalesTrendAnswer,
    trendQuery,
  ),
  metricRoute(
    'getIdentityMetrics',
    'identity',
    'Duplicates among customer records before and after identity resolution, by market and source',
    IdentityMetricsAnswer,
  ),
  ...TRACKING_TYPES.map(trackingRoute),
  trackingRoute('batch'),
  ...(['traits', 'external_ids', 'events', 'metadata', 'links'] as const).map(segmentRoute),
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
