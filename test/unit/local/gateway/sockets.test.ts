/**
 * Clients that are slow, or that try to say more than one thing, on a real socket.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import { AccessKeys } from '../../../../local/cloud/gateway/access-keys.ts';
import { type Gateway, startGateway } from '../../../../local/cloud/gateway/gateway.ts';
import { apiOf, routeTo } from './requests.ts';

let gateway: Gateway;

// Answers with the identifier in a header, as it came.
const functions = {
  invoke: async (_: string, event: string) => {
    const { pathParameters, headers } = JSON.parse(event);
    return {
      kind: 'success',
      payload: JSON.stringify({
        statusCode: 200,
        headers: { 'x-identifier': pathParameters.identifier },
        body: JSON.stringify(headers),
      }),
    };
  },
} as unknown as FunctionHost;

beforeAll(async () => {
  gateway = await startGateway(apiOf([routeTo('ANY /v1/profiles/{identifier}')]), 0, {
    functions,
    keysOf: () => undefined as never,
    accessKeys: new AccessKeys(),
    region: 'ap-east-1',
    clock: Date.now,
    patienceMs: 300,
  });
});

afterAll(() => gateway.close());

/** Sends bytes as they are, and gives all that comes back until the other side ends. */
const send = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const { port } = new URL(gateway.endpoint);
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', () => resolve(answer));
  });

const REQUEST = 'GET /v1/profiles/a HTTP/1.1\r\nhost: localhost\r\n';

test.each([
  ['half its headers', REQUEST],
  ['half its body', `${REQUEST.replace('GET', 'POST')}content-length: 100\r\n\r\n{"a":`],
])('a client that sends %s and waits is let go, and keeps nobody else waiting', async (_, text) => {
  const slow = send(text);
  const quick = await fetch(`${gateway.endpoint}/v1/profiles/a`);
  expect(quick.status).toBe(200);
  expect(await slow).toMatch(/^HTTP\/1\.1 408 /);
});

test('a line break in a path ends no header', async () => {
  const answer = await fetch(`${gateway.endpoint}/v1/profiles/a%0d%0aset-cookie:%20x=1`);
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([500, null]);
  expect(await answer.text()).not.toContain('x=1');
});

test.each([
  ['a header with a lone line feed', 'x-a: b\nx-b: c\r\n'],
  ['a header without a name', ': b\r\n'],
  ['a header with a zero byte', 'x-a: b\u0000c\r\n'],
  ['two lengths', 'content-length: 1\r\ncontent-length: 2\r\n'],
  ['a length and chunks', 'content-length: 1\r\ntransfer-encoding: chunked\r\n'],
])('%s is 400', async (_, header) => {
  expect(await send(`${REQUEST}${header}connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
});

test('a body of more than 10 MiB is 413', async () => {
  const body = Buffer.alloc(10 * 1024 * 1024 + 1);
  const answer = await fetch(`${gateway.endpoint}/v1/profiles/a`, { method: 'POST', body });
  expect(answer.status).toBe(413);
});
