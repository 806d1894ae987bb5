/**
 * Requests and APIs for tests of the gateway.
 * @module
 */
import type { GatewayRequest } from '../../../../local/cloud/gateway/request-event.ts';
import type {
  ApiPlan,
  RoutePlan,
  TokenAuthorizerPlan,
} from '../../../../local/cloud/plan/model.ts';

/** The issuer and audience of the test APIs. */
export const AUTHORIZER: TokenAuthorizerPlan = {
  kind: 'token',
  issuer: 'https://idp.example.com/',
  audience: ['tributary'],
  identitySource: '$request.header.Authorization',
};

/** A route; open unless a test says otherwise. */
export const routeTo = (routeKey: string, more: Partial<RoutePlan> = {}): RoutePlan => ({
  routeKey,
  functionName: 'fn',
  timeoutMs: 1_000,
  authorizer: undefined,
  scopes: [],
  ...more,
});

/** An API of routes. */
export const apiOf = (routes: readonly RoutePlan[], more: Partial<ApiPlan> = {}): ApiPlan => ({
  stackName: 'Serve',
  logicalId: 'Api',
  constructId: 'Api',
  name: 'a1b2c3',
  arn: 'a1b2c3',
  routes,
  stageName: '$default',
  throttle: undefined,
  routeThrottles: {},
  cors: undefined,
  ...more,
});

/** A request; `headers` in the order of the wire. */
export const requestFor = (
  url: string,
  headers: readonly string[] = [],
  more: Partial<GatewayRequest> = {},
): GatewayRequest => ({
  method: 'GET',
  url,
  protocol: 'HTTP/1.1',
  rawHeaders: ['Host', 'localhost:8080', 'User-Agent', 'test', ...headers],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  requestId: '7c1b4f8e-0000-4000-8000-000000000001',
  receivedAt: Date.UTC(2026, 10, 22, 7, 9, 32),
  ...more,
});
