/**
 * Operations: the routes of the API, each stated once.
 *
 * From this list the stack makes the routes with their scopes, the functions check what they are asked, and the
 * OpenAPI document, the docs page and the typed client are written.
 * @module
 */
import * as z from 'zod/mini';
import type { ProblemCode } from './problems.ts';
import {
  fieldsParameter,
  identifierText,
  ProfileAnswer,
  readQuery,
  SourcesAnswer,
} from './schemas.ts';

/** Scopes of the API. A token holds those of its client. */
export const SCOPES = {
  readProfiles: 'c360/profile.read',
} as const;

/** A scope. */
export type Scope = (typeof SCOPES)[keyof typeof SCOPES];

/** Which function answers: operations of one group need the same rights. */
export type OperationGroup = 'customers' | 'sources' | 'documents';

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

const READ_PROBLEMS = [
  'bad-request',
  'bad-identifier',
  'not-permitted',
  'other-customer',
  'not-found',
  'ambiguous',
  'not-yet-visible',
  'too-many-requests',
] as const;

/** Every route, in the order of the docs page. */
export const OPERATIONS = [
  {
    id: 'getProfile',
    method: 'GET',
    path: '/v1/profiles/{identifier}',
    group: 'customers',
    summary: 'The profile of the customer behind an identifier',
    scope: SCOPES.readProfiles,
    parameters: { identifier: identifierText() },
    query: z.strictObject({ fields: fieldsParameter(), ...readQuery }),
    answers: { 200: json(ProfileAnswer) },
    problems: READ_PROBLEMS,
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
