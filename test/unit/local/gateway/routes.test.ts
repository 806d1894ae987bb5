import { describe, expect, test } from 'vitest';
import { compileRoutes } from '../../../../local/cloud/gateway/routes.ts';
import { routeTo } from './requests.ts';

const router = compileRoutes(
  [
    'GET /v1/profiles/{identifier}',
    'GET /v1/profiles/me',
    'ANY /v1/profiles/{identifier}',
    'GET /v1/{proxy+}',
    'POST /v1/profiles/{identifier}/tags/{tag}',
  ].map((key) => routeTo(key)),
);

describe('chooses', () => {
  test.each([
    ['GET', '/v1/profiles/phone:1', 'GET /v1/profiles/{identifier}', { identifier: 'phone:1' }],
    ['GET', '/v1/profiles/me', 'GET /v1/profiles/me', {}],
    ['PUT', '/v1/profiles/me', 'ANY /v1/profiles/{identifier}', { identifier: 'me' }],
    ['GET', '/v1/a/b/c', 'GET /v1/{proxy+}', { proxy: 'a/b/c' }],
    [
      'POST',
      '/v1/profiles/a/tags/b',
      'POST /v1/profiles/{identifier}/tags/{tag}',
      { identifier: 'a', tag: 'b' },
    ],
    [
      'GET',
      '/v1/profiles/phone:%2B852%206%2F7',
      'GET /v1/profiles/{identifier}',
      { identifier: 'phone:+852 6/7' },
    ],
    ['GET', '/v1/profiles/%E4%B8%AD', 'GET /v1/profiles/{identifier}', { identifier: '中' }],
  ])('%s %s', (method, path, routeKey, pathParameters) => {
    const match = router(method, path);
    expect([match?.route.routeKey, match?.pathParameters]).toEqual([routeKey, pathParameters]);
  });
});

test.each([
  ['GET', '/'],
  ['GET', '/v2/profiles/a'],
  ['POST', '/v1/profiles/a/tags'],
  ['DELETE', '/v1/elsewhere'],
])('%s %s has no route', (method, path) => {
  expect(router(method, path)).toBeUndefined();
});

test('$default takes what no route takes', () => {
  const withDefault = compileRoutes([routeTo('GET /a'), routeTo('$default')]);
  expect(withDefault('GET', '/b')?.route.routeKey).toBe('$default');
});
