/**
 * Cross-origin requests, as an HTTP API with a CORS configuration treats them.
 *
 * API Gateway answers a preflight where no route fits, without an authorizer; a route that fits (`OPTIONS`, `ANY`, `$default`)
 * is served like any other. It adds its own headers to the answers of integrations, in place of theirs, when the request
 * names an origin that it allows. Source: API Gateway Developer Guide, "Configure CORS for HTTP APIs".
 * @module
 */
import type { CorsPlan } from '../plan/model.ts';
import { type GatewayRequest, headersOf } from './request-event.ts';
import type { GatewayResponse } from './response.ts';

/** Whether a browser asks if it may send. */
export const isPreflight = ({ method, rawHeaders }: GatewayRequest): boolean => {
  const headers = headersOf(rawHeaders);
  const asked = headers['access-control-request-method'];
  return method === 'OPTIONS' && headers['origin'] !== undefined && asked !== undefined;
};

/** The answer to a preflight that no route serves. */
export const preflightResponse = (cors: CorsPlan, request: GatewayRequest): GatewayResponse =>
  withCors(cors, request, { status: 204, headers: {}, body: Buffer.alloc(0) });

/** The answer of an integration, with the headers of the API in place of its own. */
export const withCors = (
  cors: CorsPlan | undefined,
  request: GatewayRequest,
  response: GatewayResponse,
): GatewayResponse => {
  if (!cors) return response;
  const own = Object.entries(response.headers).filter(
    ([name]) => !name.startsWith('access-control-'),
  );
  return { ...response, headers: { ...Object.fromEntries(own), ...corsHeaders(cors, request) } };
};

const corsHeaders = (cors: CorsPlan, request: GatewayRequest): Record<string, string> => {
  const { origin } = headersOf(request.rawHeaders);
  const allowed = cors.origins.find((pattern) => origin !== undefined && allows(pattern, origin));
  if (origin === undefined || allowed === undefined) return {};
  const allowOrigin = { 'access-control-allow-origin': allowed === '*' ? '*' : origin };
  if (!isPreflight(request)) return allowOrigin;
  return {
    ...allowOrigin,
    ...listed('access-control-allow-methods', cors.methods),
    ...listed('access-control-allow-headers', cors.headers),
    ...(cors.maxAgeSeconds !== undefined && {
      'access-control-max-age': String(cors.maxAgeSeconds),
    }),
  };
};

/** `*`, `https://*` and `http://*` are the patterns that API Gateway knows. */
const allows = (pattern: string, origin: string): boolean =>
  pattern.endsWith('*') ? origin.startsWith(pattern.slice(0, -1)) : origin === pattern;

const listed = (name: string, values: readonly string[]): Record<string, string> =>
  values.length > 0 ? { [name]: values.join(',') } : {};
