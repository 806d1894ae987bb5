/**
 * Every route of the API on memory stores, behind the gateway of the local cloud: routes, authorizers and events as they
 * are, functions called in this process. Call after `aLambda()`.
 */
import type { Context } from 'aws-lambda';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { sequenceDigits, sha256 } from '#adapters/crypto/sha256.ts';
import { memoryScan } from '#adapters/memory/scan.ts';
import { continueFold } from '#application/operate/fold-metrics.ts';
import { registerKey } from '#application/serve/client-keys.ts';
import { SCOPES } from '#domain/definitions/api-scopes.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS, routeKeyOf } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import type { FunctionHost } from '../../local/cloud/functions/function-host.ts';
import { AccessKeys } from '../../local/cloud/gateway/access-keys.ts';
import { answerOf } from '../../local/cloud/gateway/gateway.ts';
import type { ApiPlan, AuthorizerPlan, RoutePlan } from '../../local/cloud/plan/model.ts';
import { anErasingWorld } from './erasing.ts';
import { CONTEXT } from './lambda.ts';
import { DEMO } from './pipeline.ts';

const ISSUER = 'https://issuer.example/';
const KEYS = { write: 'wk_0123456789abcdef0123', read: 'rk_0123456789abcdef0123' } as const;

type Handler = (event: never, context: Context) => Promise<unknown>;

/** A request as it comes over the wire. */
export interface WireRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** The API over these records. */
export const aWholeApi = async (...records: readonly string[]) => {
  const world = anErasingWorld();
  const published: string[] = [];
  await world.deliver(...records);
  await registerKey(world.table, sha256, KEYS.write, 'website');
  await registerKey(world.table, sha256, KEYS.read, 'crm-desk', 'read');
  const functions = await functionsOf(world, published);
  const keys = await generateKeyPair('RS256');
  const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k' }] });
  const failures: unknown[] = [];
  const host = {
    invoke: async (name: string, event: string) => {
      try {
        const handler = must(functions[name], `function ${name}`);
        const answer = await handler(JSON.parse(event) as never, CONTEXT);
        return { kind: 'success', payload: JSON.stringify(answer) };
      } catch (error) {
        failures.push(error);
        return { kind: 'function-error', payload: '{}' };
      }
    },
  } as unknown as FunctionHost;
  const answer = answerOf(API, {
    functions: host,
    keysOf: () => jwks,
    accessKeys: new AccessKeys(),
    region: 'ap-east-1',
    clock: Date.now,
  });
  let requests = 0;
  return {
    ...world,
    published,
    /** What functions have thrown. */
    failures,
    ask: ({ method, url, headers, body = '' }: WireRequest) =>
      answer({
        method,
        url,
        protocol: 'HTTP/1.1',
        rawHeaders: ['host', 'localhost', ...Object.entries(headers).flat()],
        body: Buffer.from(body),
        sourceIp: '127.0.0.1',
        requestId: `request-${++requests}`,
        receivedAt: Date.now(),
      }),
    /** An authorization header of a token; without scopes one for all. */
    token: async (
      claims: Readonly<Record<string, unknown>>,
      scopes: readonly string[] = Object.values(SCOPES),
    ): Promise<string> => {
      const signed = await new SignJWT({ ...claims, scope: scopes.join(' ') })
        .setProtectedHeader({ alg: 'RS256', kid: 'k' })
        .setIssuer(ISSUER)
        .setAudience('tributary')
        .setExpirationTime('1h')
        .sign(keys.privateKey);
      return `Bearer ${signed}`;
    },
    key: (use: keyof typeof KEYS): string => `Basic ${btoa(`${KEYS[use]}:`)}`,
    /** Folds the metrics of all customers, as the pass over the table does. */
    foldMetrics: async (): Promise<void> => {
      const definitions = async () => DEMO;
      const { table } = world;
      await continueFold(
        { table, scan: memoryScan(table), clock: Date.now, definitions },
        undefined,
      );
    },
  };
};

const authorizerOf = ({ scope, key }: Operation): AuthorizerPlan | undefined => {
  const identitySource = '$request.header.Authorization';
  if (key) return { kind: 'function', functionName: 'keys', identitySource };
  if (scope === undefined) return undefined;
  return { kind: 'token', issuer: ISSUER, audience: ['tributary'], identitySource };
};

const routeOf = (operation: Operation): RoutePlan => ({
  routeKey: routeKeyOf(operation),
  functionName: operation.group,
  timeoutMs: 10_000,
  authorizer: authorizerOf(operation),
  scopes: operation.scope === undefined ? [] : [operation.scope],
});

const API: ApiPlan = {
  stackName: 'Serve',
  logicalId: 'Api',
  constructId: 'Api',
  name: 'a1b2c3',
  arn: 'a1b2c3',
  routes: [
    ...(OPERATIONS as readonly Operation[]).map(routeOf),
    {
      routeKey: '$default',
      functionName: 'documents',
      timeoutMs: 10_000,
      authorizer: undefined,
      scopes: [],
    },
  ],
  stageName: '$default',
  throttle: undefined,
  routeThrottles: {},
  cors: undefined,
};

/** The handlers by group, and the authorizer of keys. */
const functionsOf = async (
  world: ReturnType<typeof anErasingWorld>,
  published: string[],
): Promise<Readonly<Record<string, Handler>>> => {
  const { makeTelemetry } = await import('../../lambdas/shared/telemetry.ts');
  const customers = await import('../../lambdas/serve/get-profile/handler.ts');
  const consents = await import('../../lambdas/serve/record-consent/handler.ts');
  const sources = await import('../../lambdas/serve/list-sources/handler.ts');
  const documents = await import('../../lambdas/serve/describe-api/handler.ts');
  const tracking = await import('../../lambdas/serve/accept-events/handler.ts');
  const rights = await import('../../lambdas/serve/answer-rights/handler.ts');
  const keys = await import('../../lambdas/serve/authorize-key/handler.ts');
  let ids = 0;
  const ports = {
    ...world.portsOn(world.table),
    definitions: async () => DEMO,
    audit: world.audit.log,
    sleep: async () => {},
    newId: () => `n${++ids}`,
    linkTo: async (object: string) => `https://lists.example/${object}`,
    sign: (...parts: readonly string[]) => sha256(JSON.stringify(['key', ...parts])),
    digits: sequenceDigits,
    publish: async (messages: readonly { readonly bytes: Uint8Array }[]) => {
      published.push(...messages.map(({ bytes }) => Buffer.from(bytes).toString('utf8')));
    },
  };
  const bound = async () => ports;
  const telemetry = makeTelemetry('serve/get-profile');
  return {
    customers: customers.makeHandler(bound, telemetry) as Handler,
    consents: consents.makeHandler(bound, telemetry) as Handler,
    sources: sources.makeHandler(ports, telemetry) as Handler,
    documents: documents.makeHandler(telemetry) as Handler,
    tracking: tracking.makeHandler(ports, telemetry) as Handler,
    rights: rights.makeHandler(bound, telemetry) as Handler,
    keys: keys.makeHandler(world.table, telemetry) as Handler,
  };
};
