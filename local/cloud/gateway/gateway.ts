/**
 * An HTTP API on a port of this machine: route, authorize, invoke, answer.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { assertNever } from '#domain/shared/assert.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import { closeNow, listener, listenLocally, readBody } from '../http.ts';
import type { ApiPlan } from '../plan/model.ts';
import type { AccessKeys } from './access-keys.ts';
import { isPreflight, preflightResponse, withCors } from './cors.ts';
import { authorizeByFunction } from './function-authorizer.ts';
import { type Authorization, authorizeToken, type KeysOf } from './jwt-authorizer.ts';
import { type GatewayRequest, requestEvent, splitUrl } from './request-event.ts';
import { type GatewayResponse, messageResponse, responseOf, UNAVAILABLE } from './response.ts';
import { compileRoutes, type RouteMatch, type Router } from './routes.ts';
import { authorizeSignature } from './signature-authorizer.ts';
import { type Throttle, throttlesOf } from './throttle.ts';

/** API Gateway's limit on a request body, in bytes. */
const BODY_LIMIT = 10 * 1024 * 1024;

/** What a gateway works with. */
export interface GatewayOptions {
  readonly functions: FunctionHost;
  readonly keysOf: KeysOf;
  /** Keys of IAM principals, for routes that ask for a signature. */
  readonly accessKeys: AccessKeys;
  readonly region: string;
  readonly clock: Clock;
  /** A request that has not come whole by then is 408; 30 s. */
  readonly patienceMs?: number;
}

/** API Gateway waits so long for a request. */
const PATIENCE_MS = 30_000;

/** A running HTTP API. */
export interface Gateway {
  readonly endpoint: string;
  close(): void;
}

/** Answers one request; the part that knows no socket. */
export type Answer = (request: GatewayRequest) => Promise<GatewayResponse>;

/** Starts an API on a port; 0 takes a free one. */
export const startGateway = async (
  api: ApiPlan,
  port: number,
  options: GatewayOptions,
): Promise<Gateway> => {
  const answer = answerOf(api, options);
  const { patienceMs = PATIENCE_MS } = options;
  const server = createServer(
    {
      requestTimeout: patienceMs,
      headersTimeout: patienceMs,
      connectionsCheckingInterval: Math.min(1_000, patienceMs),
    },
    listener((request, response) => serve(answer, options, request, response)),
  );
  return { endpoint: await listenLocally(server, port), close: () => closeNow(server) };
};

/** Everything an API does with a request. */
export const answerOf = (api: ApiPlan, options: GatewayOptions): Answer => {
  const router = compileRoutes(api.routes);
  const throttles = throttlesOf(api, options.clock);
  return async (request) => {
    const match = matchOf(api, router, request);
    if ('status' in match) return match;
    const throttle = throttles(match.route.routeKey);
    return answerMatch(api, match, request, { ...options, throttle });
  };
};

const matchOf = (
  api: ApiPlan,
  router: Router,
  request: GatewayRequest,
): RouteMatch | GatewayResponse => {
  const { method, url } = request;
  const { path } = splitUrl(url);
  const prefix = api.stageName === '$default' ? '' : `/${api.stageName}`;
  try {
    decodeURIComponent(path);
  } catch {
    return messageResponse(400, 'Bad Request');
  }
  const match = path.startsWith(prefix) ? router(method, path.slice(prefix.length)) : undefined;
  if (match) return match;
  return api.cors && isPreflight(request)
    ? preflightResponse(api.cors, request)
    : messageResponse(404, 'Not Found');
};

const answerMatch = async (
  api: ApiPlan,
  match: RouteMatch,
  request: GatewayRequest,
  options: GatewayOptions & { throttle: Throttle },
): Promise<GatewayResponse> => {
  const authorization = await authorize(api, match, request, options);
  if (authorization.kind === 'refused') return authorization.response;
  if (!options.throttle()) return messageResponse(429, 'Too Many Requests');
  const event = requestEvent(request, api, match, authorization.authorizer);
  const { functionName, timeoutMs } = match.route;
  const invoked = options.functions.invoke(functionName, JSON.stringify(event)).then(responseOf);
  const timer = new AbortController();
  const tooLate = delay(timeoutMs, UNAVAILABLE, { signal: timer.signal }).catch(() => UNAVAILABLE);
  const answer = await Promise.race([invoked, tooLate]).finally(() => timer.abort());
  return withCors(api.cors, request, answer);
};

const authorize = async (
  api: ApiPlan,
  match: RouteMatch,
  request: GatewayRequest,
  { functions, keysOf, accessKeys: keys, region }: GatewayOptions,
): Promise<Authorization> => {
  const { authorizer } = match.route;
  if (!authorizer) return { kind: 'granted', authorizer: undefined };
  switch (authorizer.kind) {
    case 'token':
      return authorizeToken(request, match.route, authorizer, keysOf);
    case 'signature':
      return authorizeSignature(request, { keys, region });
    case 'function': {
      const event = requestEvent(request, api, match, undefined);
      return authorizeByFunction(request, event, authorizer, functions);
    }
    default:
      return assertNever(authorizer);
  }
};

const serve = async (
  answer: Answer,
  { clock }: GatewayOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> => {
  const requestId = randomUUID();
  const body = await readBody(incoming, BODY_LIMIT).catch(() => Buffer.alloc(0));
  const response = body
    ? await answer({
        method: incoming.method ?? 'GET',
        url: incoming.url ?? '/',
        protocol: `HTTP/${incoming.httpVersion}`,
        rawHeaders: incoming.rawHeaders,
        body,
        sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
        requestId,
        receivedAt: clock(),
      }).catch(() => messageResponse(500, 'Internal Server Error'))
    : messageResponse(413, 'Request Entity Too Large');
  const headers = { ...response.headers, 'apigw-requestid': requestId };
  outgoing.writeHead(response.status, { ...headers, 'content-length': response.body.length });
  outgoing.end(response.body);
};
