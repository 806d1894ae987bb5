/**
 * What a browser asks before a page of another origin may send, and what it is told.
 */
import { describe, expect, test } from 'vitest';
import type { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import { AccessKeys } from '../../../../local/cloud/gateway/access-keys.ts';
import { answerOf } from '../../../../local/cloud/gateway/gateway.ts';
import type { CorsPlan, RoutePlan } from '../../../../local/cloud/plan/model.ts';
import { AUTHORIZER, apiOf, requestFor, routeTo } from './requests.ts';

const SHOP = 'https://shop.example.com';
const CORS: CorsPlan = {
  origins: [SHOP, 'http://*'],
  methods: ['POST'],
  headers: ['authorization', 'content-type'],
  maxAgeSeconds: 600,
};
const TRACK = routeTo('POST /v1/track', { authorizer: AUTHORIZER });
const PREFLIGHT = { Origin: SHOP, 'Access-Control-Request-Method': 'POST' };
const ALLOWED = {
  'access-control-allow-origin': SHOP,
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization,content-type',
  'access-control-max-age': '600',
};

/** Answers 418 with headers that only the API may set. */
const functions = {
  invoke: async () => ({
    kind: 'success',
    payload: JSON.stringify({
      statusCode: 418,
      headers: { 'Access-Control-Allow-Origin': 'https://evil.example', 'x-own': '1' },
    }),
  }),
} as unknown as FunctionHost;

const OPTIONS = {
  functions,
  accessKeys: new AccessKeys(),
  region: 'ap-east-1',
  clock: () => 0,
  keysOf: () => {
    throw new Error('nobody is asked for a token');
  },
};

const ask = async (
  method: string,
  headers: Readonly<Record<string, string>>,
  routes: readonly RoutePlan[] = [TRACK],
  cors: CorsPlan | null = CORS,
) => {
  const answer = answerOf(apiOf(routes, { cors: cors ?? undefined }), OPTIONS);
  const request = requestFor('/v1/track', Object.entries(headers).flat(), { method });
  const { status, headers: sent } = await answer(request);
  const told = Object.entries(sent).filter(([name]) => name !== 'content-type');
  return { status, headers: Object.fromEntries(told) };
};

describe('a preflight', () => {
  test('is answered without a route and without an authorizer', async () => {
    expect(await ask('OPTIONS', PREFLIGHT)).toEqual({ status: 204, headers: ALLOWED });
  });

  test('of a foreign origin is told nothing', async () => {
    const foreign = { ...PREFLIGHT, Origin: 'https://evil.example' };
    expect(await ask('OPTIONS', foreign)).toEqual({ status: 204, headers: {} });
  });

  test('names any origin where any is allowed', async () => {
    const { headers } = await ask('OPTIONS', PREFLIGHT, [TRACK], { ...CORS, origins: ['*'] });
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*' });
  });

  test.each(['$default', 'OPTIONS /{proxy+}', 'ANY /{proxy+}'])(
    'is served by %s where there is one',
    async (routeKey) => {
      expect(await ask('OPTIONS', PREFLIGHT, [TRACK, routeTo(routeKey)])).toEqual({
        status: 418,
        headers: { 'x-own': '1', ...ALLOWED },
      });
    },
  );

  test.each([
    ['without an origin', { 'Access-Control-Request-Method': 'POST' }],
    ['without a method', { Origin: SHOP }],
  ])('is none %s', async (_, headers) => {
    expect(await ask('OPTIONS', headers)).toMatchObject({ status: 404 });
  });
});

describe('an answer', () => {
  const open = [routeTo('POST /v1/track')];

  test.each([
    ['to an allowed origin', SHOP, { 'access-control-allow-origin': SHOP }],
    [
      'to an origin of a pattern',
      'http://a.test',
      { 'access-control-allow-origin': 'http://a.test' },
    ],
    ['to a foreign origin', 'https://evil.example', {}],
  ])('%s has the headers of the API alone', async (_, Origin, headers) => {
    expect(await ask('POST', { Origin }, open)).toEqual({
      status: 418,
      headers: { 'x-own': '1', ...headers },
    });
  });

  test('is left as it is where nothing is configured', async () => {
    expect(await ask('POST', { Origin: SHOP }, open, null)).toEqual({
      status: 418,
      headers: { 'x-own': '1', 'access-control-allow-origin': 'https://evil.example' },
    });
  });
});
