import { expect, test } from 'vitest';
import type { Invocation } from '../../../../local/cloud/functions/function-pool.ts';
import { responseOf } from '../../../../local/cloud/gateway/response.ts';

const answered = (value: unknown): Invocation => ({
  kind: 'success',
  payload: JSON.stringify(value),
});
const INTERNAL = [500, '{"message":"Internal Server Error"}'];

test.each<[string, Invocation, (string | number)[]]>([
  ['a status and a body', answered({ statusCode: 404, body: 'no' }), [404, 'no']],
  ['a status alone', answered({ statusCode: 204 }), [204, '']],
  ['a status as text', answered({ statusCode: '201', body: 'x' }), [201, 'x']],
  ['base64', answered({ statusCode: 200, body: 'eA==', isBase64Encoded: true }), [200, 'x']],
  ['bare JSON', answered({ a: 1 }), [200, '{"a":1}']],
  ['bare text', answered('hello'), [200, 'hello']],
  ['a body that is no text', answered({ statusCode: 200, body: { a: 1 } }), INTERNAL],
  ['no real status', answered({ statusCode: 'fine', body: 'x' }), INTERNAL],
  ['an error', { kind: 'function-error', error: { errorType: 'E', errorMessage: '' } }, INTERNAL],
  ['throttling', { kind: 'throttled' }, [503, '{"message":"Service Unavailable"}']],
  ['too large', { kind: 'too-large', bytes: 9 }, [413, '{"message":"Request Entity Too Large"}']],
])('%s', (_, invocation, expected) => {
  const { status, body } = responseOf(invocation);
  expect([status, body.toString()]).toEqual(expected);
});

test('headers are lower-cased, cookies become set-cookie', () => {
  const { headers } = responseOf(
    answered({ statusCode: 200, headers: { 'X-A': 1 }, cookies: ['a=1', 'b=2'] }),
  );
  expect(headers).toMatchObject({ 'x-a': '1', 'set-cookie': ['a=1', 'b=2'] });
});
