/**
 * The API on the local cloud: every route of the templates, through the gateway, with real tokens.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { publishDefinitions } from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { auditPartition } from '#application/serve/audit.ts';
import { verifyAudit } from '#application/serve/verify-audit.ts';
import { must } from '#domain/shared/assert.ts';
import { makeClient, TributaryProblem } from '../../../clients/typescript/client.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

let served: ServingCloud;

const PHONE = '+85298765432';
const member = (no: string, mobile: string) => ({
  key: `member.member.${no}`,
  data: dmsText({
    source: 'member',
    table: 'member',
    data: {
      card_no: no,
      mobile,
      dial_code: '852',
      name_local: '陳大文',
      brand_enrolled: 'AUR',
      tier: 'gold',
    },
  }),
});

beforeAll(async () => {
  served = await startServingCloud();
  await served.publish([member('610000001', '98765432')]);
  await until(async () => (await served.ask('/v1/profiles/member-card:610000001')).status === 200);
});

afterAll(() => served?.stop());

const client = () =>
  makeClient({
    endpoint: served.api,
    token: () => served.cloud.token(undefined, { claims: { c360_role: 'service' } }),
  });

describe('the typed client', () => {
  test('reads a profile by a phone, plus sign and all', async () => {
    const profile = await client().getProfile({ identifier: `phone:${PHONE}`, fields: 'name' });
    expect(profile.profile?.['name']?.value).toBe('陳大文');
    expect(profile.version).toBeGreaterThan(0);
  });

  test('throws the problem it is told', async () => {
    const asked = client().getProfile({ identifier: 'member-card:NOBODY1' });
    await expect(asked).rejects.toThrow(TributaryProblem);
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'not-found' });
  });
});

describe('the service desk and the counter', () => {
  test('find a customer as soon as its row is there', async () => {
    const search = () => served.ask('/v1/search', { body: { phoneTail: '5432', name: '陳大文' } });
    await until(async () => (await search()).body.data?.length === 1);
    const shown = await served.ask('/v1/pickup', { body: { phone: PHONE } });
    expect(shown.body.customer.profile.name.value).toBe('陳大文');
    const orders = await client().getOrders({ identifier: `phone:${PHONE}`, limit: 5 });
    expect(orders.cursor).toEqual({ next: null, hasMore: false, limit: 5 });
  });
});

describe('conventions', () => {
  test('a poller is told 304 until something changes', async () => {
    const path = '/v1/profiles/member-card:610000001';
    const first = await served.ask(path);
    const etag = String(first.headers.get('etag'));
    const again = await served.ask(path, { headers: { 'if-none-match': etag } });
    expect([again.status, again.body]).toEqual([304, '']);
    expect(again.headers.get('request-id')).toBe(again.headers.get('apigw-requestid'));
  });

  test('the description is open to anybody', async () => {
    const page = await fetch(`${served.api}/v1/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const described = await (await fetch(`${served.api}/v1/openapi.json`)).json();
    expect(described).toMatchObject({ openapi: '3.1.0' });
  });

  test.each([
    ['/v1/nothing', 404],
    ['/v1/profiles/..%2f..%2fetc%2fpasswd', 400],
    ['/v1/profiles/phone%3A%2B85298765432%0d%0aset-cookie%3Ax', 400],
    ['/v1/profiles/nonsense', 400],
    [`/v1/profiles/${'x'.repeat(5_000)}`, 400],
    ['/v1/sources?brand=bloom', 400],
  ])('%s is a problem document', async (path, status) => {
    const { status: given, headers, body } = await served.ask(path);
    expect([given, headers.get('content-type')]).toEqual([status, 'application/problem+json']);
    expect(body.instance).toBe(`urn:request:${headers.get('request-id')}`);
    expect(JSON.stringify(body)).not.toMatch(/passwd|98765432|at .*\.ts/);
  });

  test('no token, a token without the scope, an expired one, one of nobody', async () => {
    const status = async (token: string) =>
      (await fetch(`${served.api}/v1/sources`, { headers: { authorization: token } })).status;
    const unsigned = `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"scope":"c360/profile.read"}')}.`;
    const other = await served.cloud.token(['c360/other']);
    const expired = await served.cloud.token(undefined, { expiresInSeconds: -60 });
    const foreign = await served.cloud.token(undefined, { audience: 'somebody-else' });
    expect(await status('')).toBe(401);
    expect(await status(unsigned)).toBe(401);
    expect(await status(`Bearer ${other}`)).toBe(403);
    expect(await status(`Bearer ${expired}`)).toBe(401);
    expect(await status(`Bearer ${foreign}`)).toBe(401);
  });
});

describe('the audit', () => {
  const verify = () => verifyAudit({ table: served.table('Audit'), hash: sha256, clock: Date.now });

  test('holds every read, chained, and names the entry that was changed', async () => {
    const before = (await verify()).chained;
    for (let n = 0; n < 20; n++) await served.ask('/v1/profiles/member-card:610000001');
    await until(async () => (await verify()).chained >= before + 20);
    expect((await verify()).faults).toEqual([]);
    const table = served.table('Audit');
    const pages = await Promise.all(
      Array.from({ length: 16 }, (_, lane) => table.query({ pk: auditPartition(lane) })),
    );
    const { pk, sk } = must(pages.flatMap(({ items }) => items)[3], 'entry');
    await table.write({ kind: 'update', key: { pk, sk }, set: { client: 'somebody' } });
    expect((await verify()).faults).toEqual([{ kind: 'changed', key: `${pk} ${sk}` }]);
  });
});

describe('what runs on a schedule', () => {
  test('does all of its work with what its role allows', async () => {
    // Other definitions, so that views have to be made anew.
    const read = readDefinitions(join(import.meta.dirname, '../../../definitions'));
    if (!read.ok) throw new Error('the definitions do not compile');
    const stores = { table: served.table('Customer360'), objects: served.bucket('Definitions') };
    const others = { ...read.value.definitions, note: 'others' };
    await publishDefinitions(stores, others);
    const { plan, metrics, invoke } = served.cloud;
    const names = plan.schedules.flatMap(({ targets }) => targets.map((it) => it.functionName));
    expect(names).toHaveLength(5);
    for (const name of names) expect(await invoke(name, {})).toMatchObject({ kind: 'success' });
    await until(async () => metrics.sum('ViewsRebuilt') > 0 && metrics.sum('MetricsFolded') > 0);
    expect(served.cloud.refusals).toEqual([]);
  });
});
