/**
 * From an HTTP request to the event that API Gateway builds for Lambda, payload format 2.0.
 *
 * Source: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs".
 * @module
 */
import type { JsonObject } from '#domain/shared/json.ts';
import type { ApiPlan } from '../plan/model.ts';
import { ACCOUNT_ID } from '../template/physical.ts';
import type { RouteMatch } from './routes.ts';

/** An HTTP request, read whole. */
export interface GatewayRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly protocol: string;
  /** Name and value in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** What an authorizer adds to the event. */
export type AuthorizerContext =
  | {
      readonly jwt: {
        readonly claims: Readonly<Record<string, string>>;
        readonly scopes: readonly string[] | null;
      };
    }
  | { readonly lambda: JsonObject }
  | { readonly iam: JsonObject };

/** Path as sent and query as sent. */
export const splitUrl = (url: string): { readonly path: string; readonly query: string } => {
  const end = url.indexOf('?');
  return end < 0
    ? { path: url, query: '' }
    : { path: url.slice(0, end), query: url.slice(end + 1) };
};

/** Headers in lower case; repeated ones joined with a comma. */
export const headersOf = (rawHeaders: readonly string[]): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = String(rawHeaders[index]).toLowerCase();
    const value = String(rawHeaders[index + 1]);
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
};

/** Composes the event; pure. */
export const requestEvent = (
  request: GatewayRequest,
  api: ApiPlan,
  { route, pathParameters }: RouteMatch,
  authorizer: AuthorizerContext | undefined,
): JsonObject => {
  const { path, query } = splitUrl(request.url);
  const { cookie, ...headers } = headersOf(request.rawHeaders);
  const parameters = queryParameters(query);
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: decodeURIComponent(path),
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split(';').map((it) => it.trim()) }),
    headers: { ...headers, ...forwarded(request, headers['host']) },
    ...(Object.keys(parameters).length > 0 && { queryStringParameters: parameters }),
    requestContext: requestContext(request, api, route.routeKey, headers, authorizer),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...bodyOf(request.body, headers['content-type']),
  };
};

const queryParameters = (query: string): Record<string, string> => {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    parameters[name] = parameters[name] === undefined ? value : `${parameters[name]},${value}`;
  return parameters;
};

const forwarded = (request: GatewayRequest, host = ''): Record<string, string> => ({
  'x-amzn-trace-id': `Root=1-${Math.floor(request.receivedAt / 1000).toString(16)}-${request.requestId.replaceAll('-', '').slice(0, 24)}`,
  'x-forwarded-for': request.sourceIp,
  'x-forwarded-port': host.split(':')[1] ?? '80',
  'x-forwarded-proto': 'http',
});

const requestContext = (
  request: GatewayRequest,
  api: ApiPlan,
  routeKey: string,
  headers: Readonly<Record<string, string>>,
  authorizer: AuthorizerContext | undefined,
): JsonObject => ({
  accountId: ACCOUNT_ID,
  apiId: api.name,
  ...(authorizer && { authorizer: authorizer as JsonObject }),
  domainName: headers['host'] ?? '',
  domainPrefix: api.name,
  http: {
    method: request.method,
    path: decodeURIComponent(splitUrl(request.url).path),
    protocol: request.protocol,
    sourceIp: request.sourceIp,
    userAgent: headers['user-agent'] ?? '',
  },
  requestId: request.requestId,
  routeKey,
  stage: api.stageName,
  time: commonLogTime(request.receivedAt),
  timeEpoch: request.receivedAt,
});

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `22/Nov/2026:07:09:32 +0000` */
const commonLogTime = (epochMs: number): string => {
  const iso = new Date(epochMs).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
};

const TEXT = /^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)|[^;]*\+(json|xml))/;

/** Text bodies travel as text, all others as base64. */
const bodyOf = (body: Buffer, contentType = ''): JsonObject => {
  if (body.length === 0) return { isBase64Encoded: false };
  return TEXT.test(contentType)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};
