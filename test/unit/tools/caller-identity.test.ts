/** Who runs a command, against a server that answers like STS. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { callerHere, callerOnAws } from '../../../tools/ops/caller-identity.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

const ARN = 'arn:aws:sts::123456789012:assumed-role/Operator/kim';
const ANSWER = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult><Arn>${ARN}</Arn><UserId>AROA:kim</UserId><Account>123456789012</Account></GetCallerIdentityResult>
</GetCallerIdentityResponse>`;

const sts = async (status: number, answer: string) => {
  const asked: string[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(`${request.headers.authorization}`, body);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = makeKinesisClient({
    region: 'ap-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
  });
  return { asked, caller: () => callerOnAws(client, `http://127.0.0.1:${port}`) };
};

test('is asked of STS, signed', async () => {
  const { asked, caller } = await sts(200, ANSWER);
  expect(await caller()).toBe(ARN);
  expect(asked[0]).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/ap-east-1\/sts\/aws4_request/,
  );
  expect(asked[1]).toBe('Action=GetCallerIdentity&Version=2011-06-15');
});

test.each([
  [403, '<ErrorResponse><Error><Code>ExpiredToken</Code></Error></ErrorResponse>'],
  [200, '<html>a proxy</html>'],
])('that STS does not tell (%i) is an error', async (status, answer) => {
  const { caller } = await sts(status, answer);
  await expect(caller()).rejects.toThrow(`STS answers ${status}`);
});

test('is the user of the machine on the local cloud', () => {
  expect(callerHere()).toMatch(/^os:.+/);
});
