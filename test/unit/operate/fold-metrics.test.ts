/**
 * Metrics from records to the routes: what is counted, what a caller may see, and passes that are stopped and gone on with.
 */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryScan } from '#adapters/memory/scan.ts';
import { continueFold, type FoldPass, isFolded } from '#application/operate/fold-metrics.ts';
import { loadMetrics, saveMetrics } from '#application/profile/metrics-store.ts';
import { factMetrics } from '#domain/profile/metrics.ts';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { expectPromised } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { rowKey } from '../../support/builders/rows.ts';
import { type AskedOf, aLambda, apiEvent, CONTEXT } from '../../support/lambda.ts';
import { aPipeline, DEMO, NOW } from '../../support/pipeline.ts';

beforeEach(() => {
  aLambda();
});

const row = (source: string, table: string, data: JsonObject) => dmsText({ source, table, data });
const member = (no: string, tier: string) =>
  row('member', 'member', { card_no: no, brand_enrolled: 'AUR', tier });
const receipt = (no: string, card: string | null, soldAt: string, more: JsonObject = {}) =>
  row('pos', 'receipt', {
    receipt_no: no,
    card_no: card,
    brand_code: 'A',
    amt: '10.50',
    ccy: 'HKD',
    sold_at: soldAt,
    ...more,
  });

const SHOP = [
  member('M1', 'gold'),
  member('M2', 'gold'),
  member('M3', 'silver'),
  receipt('R1', 'M1', '2026-11-21 23:30:00'),
  receipt('R2', 'M1', '2026-11-22 00:30:00', { ccy: 'MOP', amt: '1.25' }),
  receipt('R3', 'M1', '2026-11-21 10:00:00', { brand_code: 'B' }),
  receipt('R4', 'M2', '2026-10-20 10:00:00'),
  receipt('R5', 'M2', '2025-01-01 10:00:00'),
  row('pos', 'return_receipt', {
    return_no: 'T1',
    card_no: 'M1',
    brand_code: 'A',
    refund_amt: '0.50',
    ccy: 'HKD',
    returned_at: '2026-11-21 20:00:00',
  }),
];

const aShop = async (...records: readonly string[]) => {
  const pipeline = aPipeline();
  await pipeline.resolve(...records);
  await pipeline.refresh();
  const { table } = pipeline;
  const definitions = async () => DEMO;
  const ports = { table, scan: memoryScan(table), clock: () => NOW, definitions };
  const { makeHandler } = await import('../../../lambdas/serve/list-sources/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const handler = makeHandler(ports, makeTelemetry('serve/list-sources'));
  const ask = async (id: string, asked: AskedOf = {}) => {
    const operation = must(
      (OPERATIONS as readonly Operation[]).find((each) => each.id === id),
      'operation',
    );
    const claims = asked.claims ?? { c360_role: 'admin' };
    const answer = (await handler(
      apiEvent(`GET ${operation.path}`, { ...asked, claims }),
      CONTEXT,
    )) as APIGatewayProxyStructuredResultV2;
    if (answer.statusCode !== 304) expectPromised(operation, answer);
    const { statusCode: status, headers = {}, body = '' } = answer;
    return {
      status,
      etag: String(headers['etag']),
      body: body === '' ? undefined : JSON.parse(body),
    };
  };
  return { ...pipeline, ports, ask, fold: () => continueFold(ports, undefined) };
};

describe('GET /v1/sources', () => {
  const tablesOf = async (shop: Awaited<ReturnType<typeof aShop>>, source: string, claims = {}) => {
    const { body } = await shop.ask('listSources', { claims: { c360_role: 'admin', ...claims } });
    const found = body.sources.find((each: { source: string }) => each.source === source);
    return { countedAt: body.countedAt, tables: found.tables };
  };

  test('says how many rows have each field, and break no rule with it', async () => {
    const shop = await aShop(...SHOP, member('M4', 'gold'), receipt('R6', 'M1', 'no time'));
    expect(await tablesOf(shop, 'member')).toEqual({});
    await shop.fold();
    const { countedAt, tables } = await tablesOf(shop, 'member');
    expect(countedAt).toBe(new Date(NOW).toISOString());
    expect(tables.map(({ table, rows }: JsonObject) => [table, rows])).toEqual([['member', 4]]);
    const fields = new Map(tables[0].fields.map((each: JsonObject) => [each['field'], each]));
    expect(fields.get('tier')).toEqual({ field: 'tier', completeness: 1, validity: 1 });
    expect(fields.get('city')).toEqual({ field: 'city', completeness: 0, validity: 1 });
    const [receipts] = (await tablesOf(shop, 'pos')).tables;
    expect(receipts).toMatchObject({ table: 'receipt', rows: 6 });
    const at = receipts.fields.find(({ field }: JsonObject) => field === 'at');
    expect(at).toEqual({ field: 'at', completeness: 0.8333, validity: 0.8333 });
  });

  test('counts for who sees all brands and markets only', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    expect(await tablesOf(shop, 'member', { c360_brands: 'aurora' })).toEqual({});
    expect(await tablesOf(shop, 'member', { c360_markets: 'HK' })).toEqual({});
  });
});

describe('figures', () => {
  test('of sales are the view’s measures by market-local day, source and brand', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const { body } = await shop.ask('getSalesTrend');
    expect(body).toMatchObject({ asOf: new Date(NOW).toISOString(), definitions: DEMO.hash });
    expect(body.lagMs).toBeGreaterThanOrEqual(0);
    expect(Object.keys(body.positions)).toEqual(Object.keys(DEMO.definitions.sources).sort());
    expect(body.positions.pos).toEqual({
      position: expect.any(String),
      committedAt: expect.any(String),
      lagMs: expect.any(Number),
    });
    expect(body.positions.shop).toBeNull();
    const hkd = (amount: string) => ({ amount, currency: 'HKD' });
    const of = { source: 'pos', brand: 'aurora' };
    expect(body.days).toEqual([
      { day: '2026-10-20', ...of, orderCount: 1, spend: [hkd('10.50')] },
      { day: '2026-11-21', ...of, orderCount: 1, returnCount: 1, spend: [hkd('10.00')] },
      { day: '2026-11-21', source: 'pos', brand: 'bloom', orderCount: 1, spend: [hkd('10.50')] },
      { day: '2026-11-22', ...of, orderCount: 1, spend: [{ amount: '1.25', currency: 'MOP' }] },
    ]);
    const some = await shop.ask('getSalesTrend', { query: { from: '2026-11-22' } });
    expect(some.body.days).toHaveLength(1);
  });

  test('of sales have those that name nobody', async () => {
    const shop = await aShop(receipt('R1', null, '2026-11-21 10:00:00'));
    await shop.fold();
    const spend = [{ amount: '10.50', currency: 'HKD' }];
    expect((await shop.ask('getSalesTrend')).body.days).toEqual([
      { day: '2026-11-21', source: 'pos', brand: 'aurora', orderCount: 1, spend },
    ]);
    const { sources } = (await shop.ask('listSources')).body;
    const { tables } = sources.find(({ source }: JsonObject) => source === 'pos');
    expect(tables).toMatchObject([{ table: 'receipt', rows: 1 }]);
    expect((await shop.ask('getMemberActivity')).body.customers).toBe(0);
  });

  test('of sales leave out what a measure does not mean', () => {
    const sold = { total: { amount: 500, currency: 'HKD' }, at: NOW - 1, brand: 'aurora' };
    const order = (state: string) => ({
      rowKey: rowKey('shop.shop_order.1'),
      as: 'order',
      fields: { ...sold, state },
    });
    const trendOf = (state: string) =>
      Object.values(factMetrics(order(state), DEMO.definitions, NOW).trend);
    expect(trendOf('cancelled')).toEqual([]);
    expect(trendOf('shipped')).toEqual([
      { counts: { orderCount: 1 }, amounts: { spend: { HKD: 500 } } },
    ]);
  });

  test('of members are by when they were last seen', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const { body } = await shop.ask('getMemberActivity');
    const active = (...customers: number[]) =>
      [1, 7, 30, 90, 365].map((days, index) => ({ days, customers: customers[index] }));
    expect([body.customers, body.tiers]).toEqual([
      3,
      [
        { tier: 'gold', customers: 2, active: active(1, 1, 1, 2, 2) },
        { tier: 'silver', customers: 1, active: active(0, 0, 0, 0, 0) },
      ],
    ]);
  });

  test('of channels are customers of a source and those of them who have ordered', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    expect((await shop.ask('getChannelConversion')).body.channels).toEqual([
      { source: 'member', customers: 3, buyers: 2, conversion: 0.6667 },
      { source: 'pos', customers: 2, buyers: 2, conversion: 1 },
    ]);
  });

  test('of identity are duplicates before and after, of all records, markets and sources', async () => {
    const contact = (no: string, more: JsonObject) =>
      row('crm', 'contact', { contact_no: no, ...more });
    const shop = await aShop(
      ...SHOP,
      contact('C1', { vip_code: 'M1' }),
      contact('C2', { vip_code: 'M1' }),
      // Typed twice; nothing bears it out, so the second customer waits for review.
      contact('C3', { vip_code: 'M2', mobile_phone: '+85291234567' }),
      contact('C4', { vip_code: 'M3', mobile_phone: '+85291234567' }),
    );
    await shop.fold();
    const { body } = await shop.ask('getIdentityMetrics');
    expect(body).toMatchObject({ asOf: new Date(NOW).toISOString(), definitions: DEMO.hash });
    expect(body.method).toContain('before and after are duplicates per record');
    const all = {
      records: 7,
      customers: 3,
      people: 2,
      before: 0.7143,
      after: 0.1429,
      reduction: 0.8,
    };
    expect(body.all).toEqual(all);
    expect(body.markets).toEqual([{ market: 'HK', ...all }]);
    expect(body.sources).toEqual([
      {
        source: 'crm',
        records: 4,
        customers: 3,
        people: 2,
        before: 0.7083,
        after: 0.125,
        reduction: 0.8235,
      },
      {
        source: 'member',
        records: 3,
        customers: 3,
        people: 2,
        before: 0.7222,
        after: 0.1667,
        reduction: 0.7692,
      },
    ]);
  });

  test('of identity say so when there is nothing', async () => {
    const shop = await aShop();
    await shop.fold();
    const none = { records: 0, customers: 0, people: 0, before: 0, after: 0, reduction: null };
    const { body } = await shop.ask('getIdentityMetrics');
    expect([body.all, body.markets, body.sources]).toEqual([none, [], []]);
  });

  test('keep their entity tag from one moment to the next', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const { etag } = await shop.ask('getIdentityMetrics');
    expect(etag).toMatch(/^W\/"/);
    const headers = { 'if-none-match': etag };
    expect((await shop.ask('getIdentityMetrics', { headers })).status).toBe(304);
  });

  test('lose what is deleted, in the next pass', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const data = { receipt_no: 'R4' };
    const gone = { source: 'pos', table: 'receipt', operation: 'delete', position: '2/90000000' };
    await shop.resolve(dmsText({ ...gone, data } as Parameters<typeof dmsText>[0]));
    await shop.refresh();
    await shop.fold();
    const { days } = (await shop.ask('getSalesTrend')).body;
    expect(days.map(({ day }: { day: string }) => day)).not.toContain('2026-10-20');
  });
});

describe('a pass', () => {
  test('that is stopped after every page comes to the same', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const whole = await loadMetrics(shop.table);
    let pass: FoldPass | undefined;
    let pages = 0;
    do {
      let left = 1;
      const small = {
        ...shop.ports,
        scan: (asked: Parameters<typeof shop.ports.scan>[0]) =>
          shop.ports.scan({ ...asked, limit: 2 }),
      };
      pass = await continueFold(small, pass, () => left-- > 0);
      pages += 1;
      // As it is kept between two invocations.
      pass = JSON.parse(JSON.stringify(pass)) as FoldPass;
    } while (!isFolded(pass));
    expect(pages).toBeGreaterThan(3);
    expect(await loadMetrics(shop.table)).toEqual(whole);
  });

  test('shows nothing until it is complete, and begins anew under other definitions', async () => {
    const shop = await aShop(...SHOP);
    const none = await shop.ask('getSalesTrend');
    expect([none.status, none.body.code]).toEqual([425, 'not-yet-visible']);
    const begun = await continueFold(shop.ports, undefined, () => false);
    expect((await shop.ask('getSalesTrend')).status).toBe(425);
    const other = async () => ({ ...DEMO, hash: 'other' });
    const pass = await continueFold({ ...shop.ports, definitions: other }, begun);
    expect([pass.definitions, isFolded(pass)]).toEqual(['other', true]);
  });

  test('of former code, which counted less, is begun anew, and what it left is not shown', async () => {
    const shop = await aShop(...SHOP);
    const begun = await continueFold(shop.ports, undefined, () => false);
    const { duplicates: _, ...counted } = begun.metrics;
    const former = { ...begun, items: 4_711, metrics: counted as FoldPass['metrics'] };
    expect((await continueFold(shop.ports, former)).items).toBeLessThan(4_711);
    const stored = must(await loadMetrics(shop.table), 'metrics');
    const { duplicates: __, ...metrics } = stored.metrics;
    await saveMetrics(shop.table, { ...stored, metrics: metrics as typeof stored.metrics });
    expect((await shop.ask('getIdentityMetrics')).status).toBe(425);
  });
});

describe('who may see them', () => {
  test.each([
    ['getSalesTrend', { c360_role: 'analyst' }, 200],
    ['getMemberActivity', { c360_role: 'analyst' }, 200],
    ['getChannelConversion', { c360_role: 'marketing' }, 200],
    ['getSalesTrend', { c360_role: 'nobody' }, 403],
    ['getSalesTrend', { c360_role: 'member', c360_customer: 'one_x' }, 403],
    ['getMemberActivity', { c360_role: 'admin', c360_brands: 'aurora' }, 403],
    ['getChannelConversion', { c360_role: 'admin', c360_markets: 'HK' }, 403],
    ['getIdentityMetrics', { c360_role: 'analyst' }, 200],
    ['getIdentityMetrics', { c360_role: 'admin', c360_markets: 'HK' }, 403],
    ['getIdentityMetrics', { c360_role: 'member', c360_customer: 'one_x' }, 403],
  ])('%s, %j: %i', async (id, claims, status) => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    expect((await shop.ask(id, { claims })).status).toBe(status);
  });

  test('amounts and brands are those that the role and the token show', async () => {
    const shop = await aShop(...SHOP);
    await shop.fold();
    const days = async (claims: Record<string, string>) =>
      (await shop.ask('getSalesTrend', { claims })).body.days;
    for (const day of await days({ c360_role: 'store' })) expect(day).not.toHaveProperty('spend');
    const bloom = await days({ c360_role: 'admin', c360_brands: 'bloom' });
    expect(bloom.map(({ brand }: { brand: string }) => brand)).toEqual(['bloom']);
    expect(await days({ c360_role: 'admin', c360_markets: 'SG' })).toEqual([]);
  });
});
