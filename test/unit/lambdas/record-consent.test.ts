/**
 * A consent through the whole way on memory stores: the route, the stream, identity, the view, and what a purpose reads.
 */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { beforeEach, describe, expect, test } from 'vitest';
import { sequenceDigits, sha256 } from '#adapters/crypto/sha256.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { anApi, expectPromised } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type AskedOf, aLambda, apiEvent, CONTEXT, metric } from '../../support/lambda.ts';
import { NOW } from '../../support/pipeline.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const member = (no: string, mobile: string, more: JsonObject = {}, position?: string) =>
  dmsText({
    source: 'member',
    table: 'member',
    ...(position === undefined ? {} : { position }),
    data: {
      card_no: no,
      mobile,
      dial_code: '852',
      name_local: '陳大文',
      brand_enrolled: 'AUR',
      tier: 'gold',
      ...more,
    },
  });

const ONE = 'member-card:M1';
const WITHDRAWN = { purpose: 'marketing', state: 'withdrawn' };
const GRANTED = { purpose: 'marketing', state: 'granted' };
const keyed = (key: string): AskedOf => ({ headers: { 'idempotency-key': key } });

/** The reading routes, and the desk that takes decisions; what it puts on the stream is applied at once. */
const aDesk = async (...records: readonly string[]) => {
  const { makeHandler } = await import('../../../lambdas/serve/record-consent/handler.ts');
  const { makeTelemetry } = await import('../../../lambdas/shared/telemetry.ts');
  const api = await anApi(...records);
  const sent: string[] = [];
  let now = NOW;
  const ports = {
    ...api.served,
    clock: () => now,
    publish: async (messages: readonly { readonly bytes: Uint8Array }[]) => {
      const texts = messages.map(({ bytes }) => new TextDecoder().decode(bytes));
      sent.push(...texts);
      await api.resolve(...texts);
      await api.refresh();
    },
    digits: sequenceDigits,
    hash: sha256,
  };
  const handler = makeHandler(async () => ports, makeTelemetry('serve/record-consent'));
  const operation = OPERATIONS.find(({ id }) => id === 'recordConsent');
  const record = async (body: unknown, asked: AskedOf = {}) => {
    const answer = (await handler(
      apiEvent('POST /v1/profiles/{identifier}/consents', {
        path: { identifier: ONE },
        claims: { c360_role: 'service' },
        body,
        ...asked,
      }),
      CONTEXT,
    )) as APIGatewayProxyStructuredResultV2;
    if (operation) expectPromised(operation, answer);
    return { status: answer.statusCode, body: JSON.parse(answer.body ?? '') };
  };
  /** Who it is for marketing: the name, or why there is none. */
  const forMarketing = async (identifier = ONE) => {
    const headers = { 'x-purpose': 'marketing' };
    const { body } = await api.ask('getProfile', { path: { identifier }, headers });
    return body.profile?.name?.value ?? body.withheld?.state;
  };
  return {
    ...api,
    record,
    forMarketing,
    sent,
    pass: (ms: number) => {
      now += ms;
    },
  };
};

describe('a withdrawal', () => {
  test('takes what is personal from the purpose, and a grant gives it back', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    expect(await desk.forMarketing()).toBe('陳大文');
    const { status, body } = await desk.record(WITHDRAWN);
    expect([status, body.decision.state, body.decision.at]).toEqual([
      202,
      'withdrawn',
      new Date(NOW).toISOString(),
    ]);
    expect(await desk.forMarketing()).toBe('withdrawn');
    desk.pass(1);
    await desk.record(GRANTED);
    expect(await desk.forMarketing()).toBe('陳大文');
    expect(metric(lines, 'ConsentsRecorded')).toBe(2);
  });

  test('leaves other purposes, and is told with the profile and on the list', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    await desk.record({ ...WITHDRAWN, notice: '2026-10', actor: 'desk 4', evidence: 'form 12' });
    const { body } = await desk.ask('getProfile', { path: { identifier: ONE } });
    expect(body.profile.name.value).toBe('陳大文');
    expect(body.consents).toEqual([{ purpose: 'marketing', state: 'withdrawn' }]);
    const listed = await desk.ask('getConsents', { path: { identifier: ONE } });
    expect(listed.body.data).toMatchObject([
      {
        kind: 'consent-decision',
        source: 'consents',
        at: new Date(NOW).toISOString(),
        fields: { purpose: 'marketing', granted: false, version: '2026-10', actor: 'desk 4' },
      },
    ]);
  });

  test('is told by every answer about the customer, in the same words', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    const asked = { path: { identifier: ONE }, headers: { 'x-purpose': 'marketing' } };
    const routes = ['getProfile', 'getIdentifiers', 'getTraits', 'getCustomerSources']
      .concat(['getTimeline', 'getOrders', 'getPoints', 'getCoupons', 'getCases', 'getConsents'])
      .concat('exportCustomer');
    const withheldBy = (): Promise<unknown[]> =>
      Promise.all(routes.map(async (route) => (await desk.ask(route, asked)).body.withheld));
    expect(await withheldBy()).toEqual(routes.map(() => undefined));
    await desk.record(WITHDRAWN);
    const withheld = { reason: 'consent', purpose: 'marketing', state: 'withdrawn' };
    expect(await withheldBy()).toEqual(routes.map(() => withheld));
    const segment = { ...asked, path: { space: 'shop', id: 'member_card:M1' } };
    expect((await desk.ask('segmentEvents', segment)).body.meta.withheld).toEqual(withheld);
  });

  test('of one channel leaves the purpose', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    await desk.record({ ...WITHDRAWN, channel: 'sms' });
    expect(await desk.forMarketing()).toBe('陳大文');
    expect((await desk.ask('getConsents', { path: { identifier: ONE } })).body.data).toHaveLength(
      1,
    );
  });

  test('stays with the card when the phone number is somebody else’s', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    await desk.record(WITHDRAWN, { path: { identifier: 'phone:+85291234567' } });
    expect(JSON.parse(desk.sent[0] ?? '').data).toMatchObject({ member_card: 'M1' });
    const later = { position: '2/90000000', source: 'member', table: 'member' };
    const without = { card_no: 'M1', mobile: '98765432', dial_code: '852', name_local: '陳大文' };
    await desk.resolve(dmsText({ ...later, data: without }), member('M2', '91234567'));
    await desk.refresh();
    expect(await desk.forMarketing('member-card:M1')).toBe('withdrawn');
    expect(await desk.forMarketing('member-card:M2')).toBe('陳大文');
  });

  test('is older than a grant that was made after it, whichever came first', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    const decide = (body: object, key: string) =>
      desk.record(body, { headers: { 'idempotency-key': key } });
    await decide({ ...GRANTED, at: '2026-11-20T10:00:00Z' }, '1');
    await decide({ ...WITHDRAWN, at: '2026-11-19T10:00:00Z' }, '2');
    expect(await desk.forMarketing()).toBe('陳大文');
    await decide({ ...WITHDRAWN, at: '2026-11-20T10:00:00Z' }, '3');
    expect(await desk.forMarketing()).toBe('withdrawn');
  });
});

describe('a decision under a key', () => {
  test('is taken down once', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    const first = await desk.record(WITHDRAWN, keyed('"8e03978e-40d5"'));
    desk.pass(5_000);
    expect(await desk.record(WITHDRAWN, keyed('8e03978e-40d5'))).toEqual(first);
    expect(desk.sent).toHaveLength(1);
    const other = await desk.record(GRANTED, keyed('8e03978e-40d5'));
    expect([other.status, other.body.code]).toEqual([422, 'key-reused']);
  });

  test('has the same row after the key is forgotten', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    await desk.record(WITHDRAWN, keyed('k'));
    desk.pass(25 * 3_600_000);
    await desk.record(WITHDRAWN, keyed('k'));
    expect(desk.sent).toHaveLength(2);
    expect((await desk.ask('getConsents', { path: { identifier: ONE } })).body.data).toHaveLength(
      1,
    );
  });

  test.each(['', '"', '"a"b"', 'a\u00e9', 'x'.repeat(256)])('%j is no key', async (key) => {
    const desk = await aDesk(member('M1', '91234567'));
    const { status, body } = await desk.record(WITHDRAWN, keyed(key));
    expect([status, body.errors?.[0].pointer]).toEqual([400, 'header:idempotency-key']);
  });
});

describe('two that meet in a merge', () => {
  const TWO = 'member-card:M2';
  const forMarketing = async (desk: Awaited<ReturnType<typeof aDesk>>) =>
    (
      await desk.ask('getProfile', {
        path: { identifier: ONE },
        headers: { 'x-purpose': 'marketing' },
      })
    ).body;
  const aMerge = async () => {
    const desk = await aDesk(member('M1', '91234567'), member('M2', '92345678'));
    await desk.record(
      { ...WITHDRAWN, at: '2026-11-20T08:00:00Z' },
      { path: { identifier: TWO }, ...keyed('a') },
    );
    await desk.record({ ...GRANTED, at: '2026-11-21T08:00:00Z' }, keyed('b'));
    await desk.resolve(
      ...['M1', 'M2'].map((card, index) =>
        member(
          card,
          index === 0 ? '91234567' : '92345678',
          { wechat_unionid: 'oSamePerson01' },
          '2/90000000',
        ),
      ),
    );
    await desk.refresh();
    return desk;
  };

  test('the most restrictive is in force, although the other was decided later', async () => {
    const desk = await aMerge();
    const read = await forMarketing(desk);
    expect(read.consents).toEqual([{ purpose: 'marketing', state: 'withdrawn' }]);
    expect(read.withheld).toEqual({ reason: 'consent', purpose: 'marketing', state: 'withdrawn' });
  });

  test('until the customer decides anew, which is said under both names', async () => {
    const desk = await aMerge();
    const before = desk.sent.length;
    expect((await desk.record(GRANTED, keyed('c'))).status).toBe(202);
    expect(desk.sent).toHaveLength(before + 2);
    const read = await forMarketing(desk);
    expect([read.consents[0].state, read.withheld]).toEqual(['granted', undefined]);
    await desk.record({ ...WITHDRAWN, at: '2026-11-22T08:02:00Z' }, keyed('d'));
    expect((await forMarketing(desk)).withheld.state).toBe('withdrawn');
  });

  test('a split gives each its own back', async () => {
    const desk = await aMerge();
    await desk.resolve(
      member('M1', '91234567', { wechat_unionid: null }, '3/90000000'),
      member('M2', '92345678', { wechat_unionid: null }, '3/90000000'),
    );
    await desk.refresh();
    expect((await forMarketing(desk)).consents[0].state).toBe('granted');
  });
});

describe('a decision about one brand', () => {
  const receipts = ['A', 'B'].map((brand, n) =>
    dmsText({
      source: 'pos',
      table: 'receipt',
      data: {
        receipt_no: `R${n}`,
        card_no: 'M1',
        brand_code: brand,
        amt: '10.50',
        ccy: 'HKD',
        sold_at: '2026-11-07 10:00:00',
      },
    }),
  );
  const asked = (claims: Record<string, string> = {}): AskedOf => ({
    path: { identifier: ONE },
    headers: { 'x-purpose': 'marketing' },
    claims: { c360_role: 'admin', ...claims },
  });

  test('keeps the rows of that brand back, and no others', async () => {
    const desk = await aDesk(member('M1', '91234567'), ...receipts);
    await desk.record({ ...WITHDRAWN, brand: 'bloom' });
    const { body } = await desk.ask('getProfile', asked());
    expect(body.consents).toEqual([
      {
        purpose: 'marketing',
        state: 'assumed',
        brands: [{ brand: 'bloom', state: 'withdrawn' }],
      },
    ]);
    expect(body.withheld).toMatchObject({ state: 'withdrawn', brands: ['bloom'] });
    expect([body.orderCount, body.profile.name.value]).toEqual([1, '陳大文']);
    const orders = (await desk.ask('getOrders', asked())).body;
    expect(orders.data.map(({ brand }: { brand: string }) => brand)).toEqual(['aurora']);
    expect(orders.withheld).toEqual(body.withheld);
    const service = { path: { identifier: ONE }, claims: { c360_role: 'service' } };
    expect((await desk.ask('getProfile', service)).body.orderCount).toBe(2);
  });

  test('is all there is to a caller of that brand', async () => {
    const desk = await aDesk(member('M1', '91234567'), ...receipts);
    await desk.record({ ...WITHDRAWN, brand: 'bloom' });
    const bloom = (await desk.ask('getProfile', asked({ c360_brands: 'bloom' }))).body;
    expect([bloom.withheld.state, bloom.profile]).toEqual(['withdrawn', {}]);
    const aurora = (await desk.ask('getProfile', asked({ c360_brands: 'aurora' }))).body;
    expect(aurora.withheld).toBeUndefined();
  });

  test('may be a grant by who answers for that brand', async () => {
    const desk = await aDesk(member('M1', '91234567'), ...receipts);
    const claims = { c360_role: 'service', c360_brands: 'aurora' };
    expect((await desk.record({ ...GRANTED, brand: 'aurora' }, { claims })).status).toBe(202);
    expect((await desk.record({ ...GRANTED, brand: 'bloom' }, { claims })).status).toBe(403);
    const unknown = await desk.record({ ...WITHDRAWN, brand: 'nobodys' });
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([400, '#/brand']);
  });
});

describe('who may', () => {
  test.each([
    ['service', {}, GRANTED, 202],
    ['store', {}, GRANTED, 202],
    ['marketing', {}, GRANTED, 403],
    ['analyst', {}, WITHDRAWN, 403],
    ['service', { c360_brands: 'aurora' }, GRANTED, 403],
    ['service', { c360_brands: 'aurora' }, WITHDRAWN, 202],
    ['member', { c360_customer: 'one_somebodyelse' }, WITHDRAWN, 403],
  ])('%s with %j says %j: %i', async (role, more, body, status) => {
    const desk = await aDesk(member('M1', '91234567'));
    const answer = await desk.record(body, { claims: { c360_role: role, ...more } });
    expect(answer.status).toBe(status);
    const [entry] = desk.audit.entries();
    expect(entry).toMatchObject({
      operation: 'recordConsent',
      decision: status === 202 ? 'granted' : 'refused',
    });
    expect(desk.sent).toHaveLength(status === 202 ? 1 : 0);
  });

  test('a member for themselves, on record with what was decided', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    const { body } = await desk.ask('getProfile', { path: { identifier: ONE } });
    const claims = { c360_role: 'member', c360_customer: body.customerId };
    expect((await desk.record(WITHDRAWN, { claims })).status).toBe(202);
    expect(desk.audit.entries().at(-1)).toMatchObject({ fields: ['consent.marketing.withdrawn'] });
  });

  test('nobody when it cannot be recorded', async () => {
    const desk = await aDesk(member('M1', '91234567'));
    desk.audit.table.write = async () => {
      throw new Error('down');
    };
    expect((await desk.record(WITHDRAWN)).status).toBe(503);
    expect(desk.sent).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([
    [{ ...WITHDRAWN, purpose: 'service' }, 400],
    [{ ...WITHDRAWN, purpose: 'nothing-known' }, 400],
    [{ ...WITHDRAWN, purpose: '__proto__' }, 400],
    [{ ...WITHDRAWN, at: '2026-11-22T09:00:00Z' }, 400],
    [{ ...WITHDRAWN, at: '2026-13-45T09:00:00Z' }, 400],
    [{ ...WITHDRAWN, state: 'maybe' }, 400],
    [{ ...WITHDRAWN, evidence: 'x'.repeat(501) }, 400],
    [{ ...WITHDRAWN, more: 1 }, 400],
    [{}, 400],
  ])('%j', async (body, status) => {
    const desk = await aDesk(member('M1', '91234567'));
    expect((await desk.record(body)).status).toBe(status);
    expect(desk.sent).toEqual([]);
  });

  test.each([
    ['nonsense', 400],
    ['member-card:NOBODY1', 404],
  ])('of %s', async (identifier, status) => {
    const desk = await aDesk(member('M1', '91234567'));
    expect((await desk.record(WITHDRAWN, { path: { identifier } })).status).toBe(status);
  });
});
