/**
 * The IAM variant on the local cloud: templates synthesized for callers that sign, requests signed by the SDK's signer and by
 * curl, access by the principals of the policy.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClient } from '../../../clients/typescript/client.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';
import { signedFetch } from '../../support/signed-fetch.ts';

let served: ServingCloud;

const member = (no: string, mobile: string) => ({
  key: `member.member.${no}`,
  data: dmsText({
    source: 'member',
    table: 'member',
    data: { card_no: no, mobile, dial_code: '852', name_local: '陳大文', tier: 'gold' },
  }),
});
const ONE = 'member-card:610000001';
const OTHER = 'member-card:610000002';

const clientOf = (principal: string, session?: string) => {
  const key = served.cloud.accessKey({ principal, ...(session ? { session } : {}) });
  return makeClient({ endpoint: served.api, fetch: signedFetch(key, served.cloud.region) });
};

const status = async (asked: Promise<unknown>): Promise<unknown> => {
  try {
    await asked;
    return 200;
  } catch (problem) {
    const { status: refused, code } = problem as { status: number; code: string };
    return `${refused} ${code}`;
  }
};

beforeAll(async () => {
  served = await startServingCloud({ callers: 'iam' });
  await served.publish([member('610000001', '98765432'), member('610000002', '98765433')]);
  const desk = clientOf('role/crm-desk');
  for (const identifier of [ONE, OTHER])
    await until(async () => (await status(desk.getProfile({ identifier }))) === 200);
});

afterAll(() => served?.stop());

describe('who signs', () => {
  test('reads as the client of its principal, with the scopes that the policy lists', async () => {
    const desk = clientOf('role/crm-desk', 'kim');
    const profile = await desk.getProfile({ identifier: 'phone:+85298765432' });
    expect(profile.profile?.['name']?.value).toBe('陳大文');
    expect(await status(desk.searchCustomers({ body: { phoneTail: '5432' } }))).toBe(200);
    expect(await status(desk.listSources())).toBe(200);
    const page = await desk.getOrders({ identifier: ONE, limit: 1 });
    expect(page.data).toEqual([]);
  });

  test.each([
    ['role/bi', '403 not-permitted'],
    ['role/stranger', '403 not-permitted'],
    ['user/crm-desk', '403 not-permitted'],
  ])('as %s without the scope: %s', async (principal, refused) => {
    expect(await status(clientOf(principal).getProfile({ identifier: ONE }))).toBe(refused);
    if (principal !== 'role/bi')
      expect(await status(clientOf(principal).listSources())).toBe(refused);
  });

  test('for a member reads the customer that its session names', async () => {
    const { customerId } = await clientOf('role/crm-desk').getProfile({ identifier: ONE });
    const app = clientOf('role/member-app', customerId);
    expect(await status(app.getProfile({ identifier: ONE }))).toBe(200);
    expect(await status(app.getProfile({ identifier: OTHER }))).toBe('403 other-customer');
    const nobody = clientOf('role/member-app', 'somebody');
    expect(await status(nobody.getProfile({ identifier: ONE }))).toBe('403 other-customer');
  });
});

test('curl signs as well', async () => {
  const { accessKeyId, secretAccessKey, sessionToken } = served.cloud.accessKey({
    principal: 'role/crm-desk',
  });
  const curl = async (...more: readonly string[]) => {
    const { stdout } = await promisify(execFile)('curl', [
      ...['-s', '--aws-sigv4', `aws:amz:${served.cloud.region}:execute-api`],
      ...['--user', `${accessKeyId}:${secretAccessKey}`],
      ...['-H', `x-amz-security-token: ${sessionToken}`, ...more],
    ]);
    return JSON.parse(stdout);
  };
  expect((await curl(`${served.api}/v1/sources`)).sources.length).toBeGreaterThan(5);
  const found = await curl(
    ...['-H', 'content-type: application/json', '-d', '{"phoneTail":"5433"}'],
    `${served.api}/v1/search`,
  );
  expect(found).toHaveProperty('data');
});

test('no signature, a token, a signature over another path: 403; the description is open', async () => {
  const path = `${served.api}/v1/profiles/${ONE}`;
  const token = await served.cloud.token();
  expect((await fetch(path)).status).toBe(403);
  expect((await fetch(path, { headers: { authorization: `Bearer ${token}` } })).status).toBe(403);
  const key = served.cloud.accessKey({ principal: 'role/crm-desk' });
  let taken: RequestInit['headers'] = {};
  const spy = signedFetch(key, served.cloud.region);
  const original = globalThis.fetch;
  globalThis.fetch = async (_, init) => {
    taken = init?.headers ?? {};
    return new Response('{}');
  };
  await spy(path).finally(() => {
    globalThis.fetch = original;
  });
  expect((await fetch(path, { headers: taken ?? {} })).status).toBe(200);
  expect((await fetch(`${served.api}/v1/profiles/${OTHER}`, { headers: taken ?? {} })).status).toBe(
    403,
  );
  expect((await fetch(`${served.api}/v1/openapi.json`)).status).toBe(200);
});
