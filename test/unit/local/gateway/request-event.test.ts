import { describe, expect, test } from 'vitest';
import type { Json } from '#domain/shared/json.ts';
import {
  type GatewayRequest,
  requestEvent,
} from '../../../../local/cloud/gateway/request-event.ts';
import { apiOf, requestFor, routeTo } from './requests.ts';

const route = routeTo('GET /v1/profiles/{identifier}');

const eventOf = (request: GatewayRequest, pathParameters: Record<string, string> = {}) =>
  requestEvent(request, apiOf([route]), { route, pathParameters }, undefined);

test('has the shape of payload format 2.0', () => {
  const request = requestFor('/v1/profiles/a%3A1?x=1', ['X-Trace', 't']);
  const jwt = { jwt: { claims: { sub: 'me' }, scopes: ['c360/profile.read'] } };
  const match = { route, pathParameters: { identifier: 'a:1' } };
  expect(requestEvent(request, apiOf([route]), match, jwt)).toEqual({
    version: '2.0',
    routeKey: 'GET /v1/profiles/{identifier}',
    rawPath: '/v1/profiles/a:1',
    rawQueryString: 'x=1',
    headers: {
      host: 'localhost:8080',
      'user-agent': 'test',
      'x-trace': 't',
      'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-port': '8080',
      'x-forwarded-proto': 'http',
    },
    queryStringParameters: { x: '1' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'a1b2c3',
      authorizer: jwt,
      domainName: 'localhost:8080',
      domainPrefix: 'a1b2c3',
      http: {
        method: 'GET',
        path: '/v1/profiles/a:1',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
      requestId: request.requestId,
      routeKey: 'GET /v1/profiles/{identifier}',
      stage: '$default',
      time: '22/Nov/2026:07:09:32 +0000',
      timeEpoch: request.receivedAt,
    },
    pathParameters: { identifier: 'a:1' },
    isBase64Encoded: false,
  });
});

describe('query strings', () => {
  test.each<[string, Json | undefined]>([
    ['', undefined],
    ['a=1&a=2&b=3', { a: '1,2', b: '3' }],
    ['a=%E4%B8%AD+x', { a: '中 x' }],
    ['a', { a: '' }],
  ])('%s', (query, expected) => {
    expect(eventOf(requestFor(`/p?${query}`))['queryStringParameters']).toEqual(expected);
  });
});

test('repeated headers are joined, cookies stand apart', () => {
  const event = eventOf(requestFor('/p', ['Accept', 'a', 'ACCEPT', 'b', 'Cookie', 'c=1; d=2']));
  expect(event['headers']).toMatchObject({ accept: 'a,b' });
  expect(event['headers']).not.toHaveProperty('cookie');
  expect(event['cookies']).toEqual(['c=1', 'd=2']);
});

describe('bodies', () => {
  test.each([
    ['application/json', '{"a":1}', false],
    ['text/csv', '{"a":1}', false],
    ['application/vnd.api+json; charset=utf-8', '{"a":1}', false],
    ['application/octet-stream', 'eyJhIjoxfQ==', true],
  ])('of %s', (type, body, isBase64Encoded) => {
    const request = requestFor('/p', ['Content-Type', type], { body: Buffer.from('{"a":1}') });
    expect(eventOf(request)).toMatchObject({ body, isBase64Encoded });
  });
});
