/**
 * A OneID that was issued once answers for ever: after a merge every route answers the former one with the one in force.
 */
import { beforeEach, expect, test } from 'vitest';
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { anApi } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aLambda } from '../../support/lambda.ts';

beforeEach(() => {
  aLambda();
});

const member = (no: string, more: JsonObject = {}, position = '1/10000000') =>
  dmsText({
    source: 'member',
    table: 'member',
    position,
    data: { card_no: no, brand_enrolled: 'AUR', tier: 'gold', name_local: '陳大文', ...more },
  });

const aMerge = async () => {
  const api = await anApi(member('M1'), member('M2'));
  const idOf = async (card: string): Promise<string> =>
    (await api.ask('getProfile', { path: { identifier: `member-card:${card}` } })).body.customerId;
  const before = [await idOf('M1'), await idOf('M2')];
  const same = { wechat_unionid: 'oSamePerson01' };
  await api.resolve(member('M1', same, '2/10000000'), member('M2', same, '2/10000000'));
  await api.refresh();
  const canonical = await idOf('M1');
  const former = must(
    before.find((id) => id !== canonical),
    'former id',
  );
  return { api, canonical, former };
};

test.each([
  'getProfile',
  'getIdentifiers',
  'getTraits',
  'getCustomerSources',
  'getTimeline',
  'getOrders',
  'getPoints',
  'getCoupons',
  'getCases',
  'getConsents',
  'exportCustomer',
  'getGraph',
])('%s', async (id) => {
  const { api, canonical, former } = await aMerge();
  const { status, body } = await api.ask(id, { path: { identifier: `customerId:${former}` } });
  expect([status, body.customerId, body.redirectedFrom]).toEqual([200, canonical, former]);
  expect(body).toMatchObject({ asOf: null, lagMs: null, version: expect.any(Number) });
  expect(Object.keys(body.positions).length).toBeGreaterThan(0);
});

test('batch, why, why-not and the Segment routes', async () => {
  const { api, canonical, former } = await aMerge();
  const identifiers = [`customerId:${former}`];
  const { body } = await api.ask('batchProfiles', { body: { identifiers } });
  expect(body.data[0].profile).toMatchObject({ customerId: canonical, redirectedFrom: former });
  const query = { a: `customerId:${former}`, b: 'member-card:M2' };
  for (const id of ['why', 'whyNot'])
    expect((await api.ask(id, { query })).body).toMatchObject({
      sameCustomer: true,
      customerId: canonical,
    });
  const path = { space: 'x', id: `customerId:${former}` };
  const metadata = await api.ask('segmentMetadata', { path, key: 'crm-desk' });
  expect(metadata.body.meta.one_id).toBe(canonical);
});
