import { gunzipSync } from 'node:zlib';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AskedOf, aLambda, apiEvent, CONTEXT } from '../../../support/lambda.ts';

beforeEach(() => {
  aLambda();
});

const long = 'x'.repeat(5_000);

const api = async (body: object = { asOf: '2026', name: long }, requestsPerSecond = 100) => {
  const { makeApi } = await import('../../../../lambdas/shared/api.ts');
  const { makeTelemetry } = await import('../../../../lambdas/shared/telemetry.ts');
  const settings = { telemetry: makeTelemetry('serve/list-sources'), clock: () => 5_000 };
  const answer = async () => ({ ok: true, value: { body } }) as const;
  const handler = makeApi('sources', { listSources: answer }, { ...settings, requestsPerSecond });
  return (asked: AskedOf = {}, route = 'GET /v1/sources') =>
    handler(apiEvent(route, asked), CONTEXT) as Promise<APIGatewayProxyStructuredResultV2>;
};

describe('every answer', () => {
  test('carries request id, entity tag and allowance, for no cache to keep', async () => {
    const { headers, statusCode } = await (await api())();
    expect([statusCode, headers]).toEqual([
      200,
      {
        'content-type': 'application/json',
        'cache-control': 'no-store',
        vary: 'accept-encoding, authorization',
        'request-id': 'q-7',
        'x-content-type-options': 'nosniff',
        'ratelimit-policy': '"default";q=100;w=1',
        ratelimit: '"default";r=99;t=1',
        etag: expect.stringMatching(/^W\/"[\w-]{22}"$/),
      },
    ]);
  });

  test('that the caller has already is 304 without a body, whatever the clock says', async () => {
    const { headers } = await (await api())();
    const again = await api({ asOf: '2027', name: long });
    const { statusCode, body } = await again({
      headers: { 'if-none-match': `W/"other", ${headers?.['etag']}` },
    });
    expect([statusCode, body]).toEqual([304, undefined]);
    const other = await api({ asOf: '2026', name: 'changed' });
    expect(
      (await other({ headers: { 'if-none-match': String(headers?.['etag']) } })).statusCode,
    ).toBe(200);
  });

  test.each([
    ['gzip, deflate, br', true],
    ['gzip;q=1', true],
    ['br', false],
    ['gzip;q=0', false],
    ['', false],
  ])('is packed for a caller that takes %j: %s', async (encoding, packed) => {
    const { headers, body, isBase64Encoded } = await (await api())({
      headers: { 'accept-encoding': encoding },
    });
    expect([headers?.['content-encoding'] === 'gzip', isBase64Encoded ?? false]).toEqual([
      packed,
      packed,
    ]);
    const text = packed ? gunzipSync(Buffer.from(body ?? '', 'base64')).toString() : body;
    expect(JSON.parse(text ?? '')).toEqual({ asOf: '2026', name: long });
  });
});

describe('a problem', () => {
  test.each([
    ['an unknown parameter', { query: { brand: 'aurora' } }, 'GET /v1/sources', 400, 'bad-request'],
    ['a route that is none', {}, '$default', 404, 'no-such-route'],
  ])('of %s is a document', async (_, asked, route, status, code) => {
    const { statusCode, headers, body } = await (await api())(asked as AskedOf, route);
    expect([statusCode, headers?.['content-type']]).toEqual([status, 'application/problem+json']);
    expect(JSON.parse(body ?? '')).toMatchObject({
      type: `urn:tributary:problem:${code}`,
      status,
      code,
      instance: 'urn:request:q-7',
    });
    expect(headers?.['request-id']).toBe('q-7');
  });

  test('of a body that is too large is told before it is read', async () => {
    const { makeApi } = await import('../../../../lambdas/shared/api.ts');
    const { makeTelemetry } = await import('../../../../lambdas/shared/telemetry.ts');
    const telemetry = makeTelemetry('serve/get-profile');
    const batch = makeApi('customers', {}, { telemetry, clock: () => 5_000 });
    const event = apiEvent('POST /v1/profiles/batch', { body: 'x'.repeat(300_000) });
    const { statusCode, body } = (await batch(event, CONTEXT)) as APIGatewayProxyStructuredResultV2;
    expect([statusCode, JSON.parse(body ?? '').code]).toEqual([413, 'body-too-large']);
  });

  test('is told when an allowance is used up, per caller', async () => {
    const ask = await api({}, 2);
    await ask();
    await ask();
    const third = await ask();
    expect([third.statusCode, third.headers?.['retry-after']]).toEqual([429, '1']);
    expect((await ask({ claims: { client_id: 'another' } })).statusCode).toBe(200);
  });
});

describe('a route on its way out', () => {
  test('says since when and until when', async () => {
    const { respond } = await import('../../../../lambdas/shared/answer.ts');
    const { OPERATIONS } = await import('#domain/serve/operations.ts');
    const deprecation = {
      since: '2026-11-22',
      sunset: '2027-05-22',
      link: 'https://docs.example/v2',
    };
    const { headers } = await respond(
      { body: {}, headers: { link: '<?cursor=c>; rel="next"' } },
      { requestId: 'q', headers: {}, rateLimit: {}, operation: { ...OPERATIONS[1], deprecation } },
    );
    expect(headers).toMatchObject({
      deprecation: '@1795305600',
      sunset: 'Sat, 22 May 2027 00:00:00 GMT',
      link: '<https://docs.example/v2>; rel="deprecation", <?cursor=c>; rel="next"',
    });
  });
});

describe('the caller', () => {
  const read = async (authorizer: object) => {
    const { callerOf } = await import('../../../../lambdas/shared/caller.ts');
    const event = apiEvent('GET /v1/sources');
    const requestContext = { ...event.requestContext, accountId: '123456789012', authorizer };
    return callerOf({ ...event, requestContext } as never, { scope: 'c360/profile.read' });
  };

  test.each([
    [
      { client_id: 'crm', c360_role: 'service', c360_brands: '[aurora bloom]' },
      { client: 'crm', role: 'service', brands: ['aurora', 'bloom'] },
    ],
    [
      { sub: 'app', c360_customer: 'one_a', c360_markets: 'HK,MO' },
      { client: 'app', customer: 'one_a', markets: ['HK', 'MO'] },
    ],
    [
      { client_id: 'x', c360_brands: '' },
      { client: 'x', brands: [] },
    ],
    [
      { client_id: 'x', c360_customer: '' },
      { client: 'x', customer: '' },
    ],
    [{}, { client: 'anonymous' }],
  ])('of the claims %j', async (claims, caller) => {
    expect(await read({ jwt: { claims } })).toEqual(caller);
  });

  test.each([
    ['sts::123456789012:assumed-role/crm-desk/somebody', 'role/crm-desk', 'somebody'],
    ['sts::999999999999:assumed-role/crm-desk/x', '999999999999:role/crm-desk', 'x'],
    ['iam::123456789012:user/crm-desk', 'user/crm-desk', undefined],
    ['iam::123456789012:user/teams/bi', 'user/teams/bi', undefined],
    ['sts::123456789012:federated-user/kim', 'federated-user/kim', undefined],
    ['iam::123456789012:root', 'root', undefined],
  ])(
    'of a signature as %s is %s, and asks for the scope of the route',
    async (arn, principal, session) => {
      const signature = {
        principal,
        ...(session === undefined ? {} : { session }),
        scope: 'c360/profile.read',
      };
      expect(await read({ iam: { userArn: `arn:aws-cn:${arn}` } })).toEqual({
        client: principal,
        signature,
      });
    },
  );

  test('of a signature that says nothing is nobody of the account', async () => {
    expect(await read({ iam: {} })).toMatchObject({ client: ':' });
  });
});
