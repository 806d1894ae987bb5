/**
 * Signatures of IAM principals: signed here by the steps of the specification, checked by the gateway.
 */
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import { type AccessKey, AccessKeys } from '../../../../local/cloud/gateway/access-keys.ts';
import { answerOf } from '../../../../local/cloud/gateway/gateway.ts';
import type { GatewayRequest } from '../../../../local/cloud/gateway/request-event.ts';
import { apiOf, requestFor, routeTo } from './requests.ts';

const NOW = Date.UTC(2026, 10, 22, 7, 9, 32);
const REGION = 'cn-north-1';
const accessKeys = new AccessKeys();
const DESK = accessKeys.issue({ principal: 'role/crm-desk', session: 'kim' });

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** What is signed; a test changes one thing after the other. */
interface Signing {
  readonly key: AccessKey;
  readonly method: string;
  /** As it is sent; each segment is encoded once more in the canonical request. */
  readonly path: string;
  readonly query: string;
  readonly body: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly without: readonly string[];
}

const DEFAULTS: Signing = {
  key: DESK,
  method: 'GET',
  path: '/v1/profiles/phone%3A%2B85291234567',
  query: '',
  body: '',
  date: '20261122T070932Z',
  region: REGION,
  service: 'execute-api',
  without: [],
};

const sign = (more: Partial<Signing> = {}): readonly string[] => {
  const it = { ...DEFAULTS, ...more };
  const headers = Object.entries({
    host: 'localhost:8080',
    'x-amz-date': it.date,
    ...(it.key.sessionToken ? { 'x-amz-security-token': it.key.sessionToken } : {}),
  }).filter(([name]) => !it.without.includes(name));
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    it.method,
    encodeURIComponent(it.path).replaceAll('%2F', '/'),
    it.query,
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    sha(it.body),
  ].join('\n');
  const scope = [it.date.slice(0, 8), it.region, it.service, 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', it.date, scope.join('/'), sha(canonical)].join('\n');
  const signingKey = scope.reduce(mac, `AWS4${it.key.secretAccessKey}` as string | Buffer);
  const signature = mac(signingKey, toSign).toString('hex');
  const credential = `${it.key.accessKeyId}/${scope.join('/')}`;
  return [
    'Authorization',
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
    ...headers.filter(([name]) => name !== 'host').flat(),
  ];
};

const echo = {
  invoke: async (_: string, event: string) => ({ kind: 'success', payload: event }),
} as unknown as FunctionHost;

const ask = async (headers: readonly string[], more: Partial<GatewayRequest> = {}) => {
  const route = routeTo('ANY /v1/profiles/{identifier}', { authorizer: { kind: 'signature' } });
  const options = { functions: echo, keysOf: () => undefined as never, accessKeys, region: REGION };
  const answer = answerOf(apiOf([route]), { ...options, clock: () => NOW });
  const request = requestFor(DEFAULTS.path, headers, { receivedAt: NOW, ...more });
  const { status, body } = await answer(request);
  return { status, body: JSON.parse(body.toString()) };
};

describe('a signed request', () => {
  test('passes, and the function is told who signed', async () => {
    const { status, body } = await ask(sign());
    expect(status).toBe(200);
    expect(body.requestContext.authorizer.iam).toEqual({
      accessKey: DESK.accessKeyId,
      accountId: '000000000000',
      callerId: 'AROALOCAL:kim',
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: 'arn:aws:sts::000000000000:assumed-role/crm-desk/kim',
      userId: 'AROALOCAL:kim',
    });
  });

  test('of a user carries no session', async () => {
    const key = accessKeys.issue({ principal: 'user/teams/bi' });
    const { status, body } = await ask(sign({ key }));
    expect(status).toBe(200);
    expect(body.requestContext.authorizer.iam.userArn).toBe(
      'arn:aws:iam::000000000000:user/teams/bi',
    );
  });

  test('covers method, query and body', async () => {
    const signed = sign({ method: 'POST', query: 'a=1&b=%2B', body: '{"x":1}' });
    const url = `${DEFAULTS.path}?a=1&b=%2B`;
    const sent = { method: 'POST', url, body: Buffer.from('{"x":1}') };
    expect((await ask(signed, sent)).status).toBe(200);
    expect((await ask(signed, { ...sent, method: 'PUT' })).status).toBe(403);
    expect((await ask(signed, { ...sent, url: `${DEFAULTS.path}?a=2&b=%2B` })).status).toBe(403);
    expect((await ask(signed, { ...sent, body: Buffer.from('{"x":2}') })).status).toBe(403);
    const other = { ...sent, url: '/v1/profiles/phone%3A%2B85290000000?a=1&b=%2B' };
    expect((await ask(signed, other)).status).toBe(403);
  });
});

describe('403, without a word why', () => {
  const stranger = { ...DESK, accessKeyId: 'ASIASTRANGER' };
  test.each<[string, readonly string[]]>([
    ['no signature', []],
    ['a token', ['Authorization', 'Bearer eyJhbGciOiJub25lIn0.e30.']],
    ['a key that nobody was given', sign({ key: stranger })],
    ['the secret of another key', sign({ key: { ...DESK, secretAccessKey: 'other' } })],
    ['another session’s token', sign({ key: { ...DESK, sessionToken: 'other' } })],
    ['another region', sign({ region: 'cn-northwest-1' })],
    ['another service', sign({ service: 's3' })],
    ['a date of six minutes ago', sign({ date: '20261122T070332Z' })],
    ['a date to come', sign({ date: '20261122T071532Z' })],
    ['a date that is none', sign({ date: 'yesterday' })],
    ['a host that is not signed', sign({ without: ['host'] })],
    ['a session that is not signed', sign({ without: ['x-amz-security-token'] })],
    [
      'a date that is not signed',
      [...sign({ without: ['x-amz-date'] }), 'x-amz-date', DEFAULTS.date],
    ],
  ])('%s', async (_, headers) => {
    expect(await ask(headers)).toEqual({ status: 403, body: { message: 'Forbidden' } });
  });

  test('a hash of the body that is signed, over another body', async () => {
    const signed = [...sign({ method: 'POST', body: 'a' }), 'x-amz-content-sha256', sha('a')];
    const sent = { method: 'POST', body: Buffer.from('b') };
    expect((await ask(signed, sent)).status).toBe(403);
  });
});
