/**
 * The whole way of a request through an API, without a socket: routes, JWT authorizer, limits, integration.
 */
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import type { Invocation } from '../../../../local/cloud/functions/function-pool.ts';
import { AccessKeys } from '../../../../local/cloud/gateway/access-keys.ts';
import { answerOf } from '../../../../local/cloud/gateway/gateway.ts';
import type { RoutePlan } from '../../../../local/cloud/plan/model.ts';
import { AUTHORIZER, apiOf, requestFor, routeTo } from './requests.ts';

const ROUTE = 'GET /v1/profiles/{identifier}';
const GUARDED = { authorizer: AUTHORIZER, scopes: ['c360/profile.read', 'c360/admin'] };

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let strangers: typeof keys;
const accessKeys = new AccessKeys();
let keysOf: () => ReturnType<typeof createLocalJWKSet>;

beforeAll(async () => {
  keys = await generateKeyPair('RS256');
  strangers = await generateKeyPair('RS256');
  const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k' }] });
  keysOf = () => jwks;
});

const tokenOf = (claims: JWTPayload, key = keys.privateKey) =>
  new SignJWT({ iss: AUTHORIZER.issuer, aud: 'tributary', scope: 'c360/profile.read', ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'k' })
    .setExpirationTime(claims.exp ?? '1h')
    .sign(key);

/** Invocations end with their event as the body, so that a test can look at it. */
const functionsThat = (invoke: (event: string) => Promise<Invocation>): FunctionHost =>
  ({ invoke: (_name: string, event: string) => invoke(event) }) as unknown as FunctionHost;

const echo = functionsThat(async (event) => ({ kind: 'success', payload: event }));

const ask = async (
  route: Partial<RoutePlan>,
  headers: readonly string[] = [],
  functions = echo,
  url = '/v1/profiles/a',
) => {
  const api = apiOf([routeTo(ROUTE, route)]);
  const answer = answerOf(api, {
    functions,
    keysOf,
    accessKeys,
    region: 'cn-north-1',
    clock: () => 0,
  });
  const { status, body, headers: sent } = await answer(requestFor(url, headers));
  return { status, body: JSON.parse(body.toString()), challenge: sent['www-authenticate'] };
};

const bearer = async (claims: JWTPayload = {}, key = keys.privateKey) => [
  'Authorization',
  `Bearer ${await tokenOf(claims, key)}`,
];

describe('a guarded route', () => {
  test('lets a good token pass and tells the function what it says', async () => {
    const { status, body } = await ask(GUARDED, await bearer({ sub: 'crm', roles: ['a', 'b'] }));
    expect(status).toBe(200);
    expect(body.requestContext.authorizer.jwt).toMatchObject({
      claims: { sub: 'crm', roles: '[a b]', exp: expect.any(String) },
      scopes: ['c360/profile.read'],
    });
  });

  test.each<[string, JWTPayload]>([
    ['scope as a list in scp', { scope: undefined, scp: ['c360/admin'] }],
    ['client_id where there is no audience', { aud: [], client_id: 'tributary' }],
    ['one of several audiences', { aud: ['other', 'tributary'] }],
  ])('takes %s', async (_, claims) => {
    expect((await ask(GUARDED, await bearer(claims))).status).toBe(200);
  });

  test('takes a token without the word Bearer', async () => {
    expect((await ask(GUARDED, ['authorization', await tokenOf({})])).status).toBe(200);
  });

  test.each<[string, JWTPayload]>([
    ['another issuer', { iss: 'https://evil.example.com/' }],
    ['another audience', { aud: 'other' }],
    ['a time past', { exp: 1_000 }],
    ['a time to come', { nbf: 9_999_999_999 }],
  ])('answers 401 to %s', async (_, claims) => {
    const { status, body } = await ask(GUARDED, await bearer(claims));
    expect([status, body]).toEqual([401, { message: 'Unauthorized' }]);
  });

  test("answers 401 to a stranger's key, to nonsense and to nothing", async () => {
    const answers = [
      await ask(GUARDED, await bearer({}, strangers.privateKey)),
      await ask(GUARDED, ['Authorization', 'Bearer nonsense']),
      await ask(GUARDED),
    ];
    expect(answers.map((it) => it.status)).toEqual([401, 401, 401]);
    expect(answers[2]?.challenge).toBe('Bearer');
  });

  test('answers 403 to a token without the scope', async () => {
    const { status, body, challenge } = await ask(GUARDED, await bearer({ scope: 'other' }));
    expect([status, body]).toEqual([403, { message: 'Forbidden' }]);
    expect(challenge).toContain('insufficient_scope');
  });
});

describe('an open route', () => {
  test.each([
    ['/nowhere', 404, { message: 'Not Found' }],
    ['/v1/profiles/%zz', 400, { message: 'Bad Request' }],
  ])('%s is answered with %i', async (url, status, body) => {
    expect(await ask({}, [], echo, url)).toMatchObject({ status, body });
  });

  test('answers 503 when the integration takes too long', async () => {
    const never = functionsThat(() => new Promise(() => undefined));
    const { status, body } = await ask({ timeoutMs: 20 }, [], never);
    expect([status, body]).toEqual([503, { message: 'Service Unavailable' }]);
  });
});

test('answers 429 beyond the limits of the stage', async () => {
  const api = apiOf([routeTo(ROUTE)], { throttle: { ratePerSecond: 1, burst: 1 } });
  const answer = answerOf(api, {
    functions: echo,
    keysOf,
    accessKeys,
    region: 'cn-north-1',
    clock: () => 0,
  });
  const request = requestFor('/v1/profiles/a');
  expect([(await answer(request)).status, (await answer(request)).status]).toEqual([200, 429]);
});

test('a route with limits of its own takes nothing from the others', async () => {
  const limits = { ratePerSecond: 1, burst: 1 };
  const api = apiOf([routeTo(ROUTE), routeTo('GET /v1/events')], {
    throttle: limits,
    routeThrottles: { 'GET /v1/events': limits },
  });
  const options = { functions: echo, keysOf, accessKeys, region: 'cn-north-1', clock: () => 0 };
  const answer = answerOf(api, options);
  const asked = ['/v1/events', '/v1/events', '/v1/profiles/a', '/v1/profiles/a'];
  const answered: number[] = [];
  for (const url of asked) answered.push((await answer(requestFor(url))).status);
  expect(answered).toEqual([200, 429, 200, 429]);
});

test('a named stage stands in front of the path', async () => {
  const api = apiOf([routeTo(ROUTE)], { stageName: 'live' });
  const answer = answerOf(api, {
    functions: echo,
    keysOf,
    accessKeys,
    region: 'cn-north-1',
    clock: () => 0,
  });
  const [inside, outside] = await Promise.all(
    ['/live/v1/profiles/a', '/v1/profiles/a'].map((url) => answer(requestFor(url))),
  );
  expect([inside?.status, outside?.status]).toEqual([200, 404]);
});
