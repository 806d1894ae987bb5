/**
 * The JWT authorizer of an HTTP API.
 *
 * Checks signature (RSA only), issuer, audience (`aud`, or `client_id` where there is none), times and scopes, in
 * API Gateway's order: a bad token is 401, a good token without the route's scope 403.
 * Source: API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers".
 * @module
 */
import { type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { RoutePlan, TokenAuthorizerPlan } from '../plan/model.ts';
import {
  type AuthorizerContext,
  type GatewayRequest,
  headersOf,
  splitUrl,
} from './request-event.ts';
import { type GatewayResponse, messageResponse } from './response.ts';

/** The keys of an issuer. */
export type KeysOf = (issuer: string) => JWTVerifyGetKey;

/** Either leave to pass, with what the event is told, or the response that ends the request. */
export type Authorization =
  | { readonly kind: 'granted'; readonly authorizer: AuthorizerContext | undefined }
  | { readonly kind: 'refused'; readonly response: GatewayResponse };

const ALGORITHMS = ['RS256', 'RS384', 'RS512'];

/** Authorizes a request for a route that asks for a token. */
export const authorizeToken = async (
  request: GatewayRequest,
  route: RoutePlan,
  authorizer: TokenAuthorizerPlan,
  keysOf: KeysOf,
): Promise<Authorization> => {
  const token = bearerIn(request, authorizer.identitySource);
  if (token === undefined) return unauthorized('Bearer');
  const claims = await verified(token, authorizer, keysOf);
  if (!claims) return unauthorized('Bearer scope="" error="invalid_token"');
  return checkScopes(claims, route.scopes);
};

const unauthorized = (challenge: string): Authorization => ({
  kind: 'refused',
  response: messageResponse(401, 'Unauthorized', { 'www-authenticate': challenge }),
});

const checkScopes = (claims: JWTPayload, wanted: readonly string[]): Authorization => {
  const held = scopesIn(claims);
  const matched = wanted.filter((scope) => held.includes(scope));
  if (wanted.length > 0 && matched.length === 0) {
    const challenge = `Bearer scope="${wanted.join(' ')}" error="insufficient_scope"`;
    const headers = { 'www-authenticate': challenge };
    return { kind: 'refused', response: messageResponse(403, 'Forbidden', headers) };
  }
  const scopes = wanted.length > 0 ? matched : null;
  return { kind: 'granted', authorizer: { jwt: { claims: textClaims(claims), scopes } } };
};

const bearerIn = (request: GatewayRequest, source: string): string | undefined =>
  valueIn(request, source)?.replace(/^Bearer +/i, '');

/** Value of `$request.header.Authorization` or `$request.querystring.token`. */
export const valueIn = (request: GatewayRequest, source: string): string | undefined => {
  const [, place, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  return place === 'header'
    ? headersOf(request.rawHeaders)[name.toLowerCase()]
    : (new URLSearchParams(splitUrl(request.url).query).get(name) ?? undefined);
};

const verified = async (
  token: string,
  { issuer, audience }: TokenAuthorizerPlan,
  keysOf: KeysOf,
): Promise<JWTPayload | undefined> => {
  try {
    const { payload } = await jwtVerify(token, keysOf(issuer), { issuer, algorithms: ALGORITHMS });
    const audiences = [payload.aud ?? []].flat();
    const named = audiences.length > 0 ? audiences : [String(payload['client_id'])];
    return audience.some((it) => named.includes(it)) ? payload : undefined;
  } catch {
    return undefined;
  }
};

/** `scope` is text with blanks between, `scp` text or a list. */
const scopesIn = (claims: JWTPayload): readonly string[] => {
  const stated = claims['scope'] ?? claims['scp'] ?? '';
  return Array.isArray(stated) ? stated.map(String) : String(stated).split(' ').filter(Boolean);
};

/** API Gateway hands claims on as text; a list becomes `[a b]`. */
const textClaims = (claims: JWTPayload): Record<string, string> =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      Array.isArray(value) ? `[${value.join(' ')}]` : String(value),
    ]),
  );
