/**
 * Why, why not and the graph, asked by identifier: what a role sees of the evidence, and what of it is recorded.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import { formatScope, parseScope } from '#domain/identity/scope-text.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { anApi } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aLambda } from '../../support/lambda.ts';
import { DEMO } from '../../support/pipeline.ts';

beforeEach(() => {
  aLambda();
});

const row = (source: string, table: string, data: JsonObject) => dmsText({ source, table, data });
const member = (no: string, more: JsonObject = {}) =>
  row('member', 'member', { card_no: no, dial_code: '852', brand_enrolled: 'AUR', ...more });
const contact = (no: string, more: JsonObject = {}) =>
  row('crm', 'contact', { contact_no: no, market: 'Hong Kong', ...more });
const receipt = (no: string, card: string) =>
  row('pos', 'receipt', {
    receipt_no: no,
    card_no: card,
    brand_code: 'A',
    amt: '1.00',
    ccy: 'HKD',
  });

/** One customer of a member row, a contact that says the same card, and a receipt on it. */
const ONE = [
  member('M1', { mobile: '91234567' }),
  contact('K1', { vip_code: 'M1', external_unionid: 'wx-union-1' }),
  receipt('R1', 'M1'),
];
/** Another with the same birth date, and nothing else in common. */
const OTHER = member('M2', { mobile: '98765432' });

type Api = Awaited<ReturnType<typeof anApi>>;
const pair = (api: Api, id: string, a: string, b: string, claims?: Record<string, string>) =>
  api.ask(id, { query: { a, b }, ...(claims ? { claims } : {}) });

describe('why', () => {
  test('is the shortest way from a row that holds the one to a row that holds the other', async () => {
    const api = await anApi(...ONE);
    const { status, body } = await pair(api, 'why', 'phone:+85291234567', 'unionid:wx-union-1');
    expect(status).toBe(200);
    expect(body).toMatchObject({ sameCustomer: true, rules: DEMO.hash, asOf: null });
    expect(body.path).toEqual([
      {
        from: {
          kind: 'party',
          rows: 1,
          samples: [
            { source: 'member', table: 'member', row: 'member.member.M1', at: expect.any(String) },
          ],
        },
        to: {
          kind: 'party',
          rows: 1,
          samples: [
            { source: 'crm', table: 'contact', row: 'crm.contact.K1', at: expect.any(String) },
          ],
        },
        value: { namespace: 'member-card', priority: 2, use: 'links', value: 'M1' },
      },
    ]);
  });

  test.each([
    ['admin', '陳大文'],
    ['analyst', '陳**'],
  ])(
    'names to %s the name that bore a typed phone out, as the role may see it',
    async (role, name) => {
      const api = await anApi(
        member('M1', { mobile: '91234567', name_local: '陳大文' }),
        contact('K1', { mobile_phone: '91234567', display_name: '陳大文' }),
      );
      const claims = { c360_role: role };
      const { body } = await pair(api, 'why', 'member-card:M1', 'crm-contact:K1', claims);
      expect(body.path[0].value.namespace).toBe('phone');
      expect(body.path[0].corroboratedBy).toMatchObject([{ namespace: 'name', value: name }]);
    },
  );

  test('is empty for two names of one row, and names both customers when there are two', async () => {
    const api = await anApi(...ONE, OTHER);
    const same = await pair(api, 'why', 'phone:+85291234567', 'phone:+85291234567');
    expect(same.body.path).toEqual([]);
    const apart = (await pair(api, 'why', 'member-card:M1', 'member-card:M2')).body;
    expect(apart.sameCustomer).toBe(false);
    expect(new Set(apart.customers).size).toBe(2);
    const byId = await pair(
      api,
      'why',
      `customerId:${apart.customers[0]}`,
      `customerId:${apart.customers[1]}`,
    );
    expect(byId.body.customers).toEqual(apart.customers);
  });

  test('shows values and rows as the role may see them', async () => {
    const api = await anApi(...ONE);
    const claims = { c360_role: 'analyst' };
    const { body } = await pair(api, 'why', 'phone:+85291234567', 'unionid:wx-union-1', claims);
    expect(body.path[0].value.value).toBe('****');
    expect(body.path[0].from.samples).toEqual([
      { source: 'member', table: 'member', at: expect.any(String) },
    ]);
  });

  test('is recorded for each of the two', async () => {
    const api = await anApi(...ONE, OTHER);
    await pair(api, 'why', 'member-card:M1', 'member-card:M2');
    const entries = api.audit.entries();
    expect(entries.map(({ operation, decision }) => [operation, decision])).toEqual([
      ['why', 'granted'],
      ['why', 'granted'],
    ]);
    expect(new Set(entries.map(({ customer }) => customer)).size).toBe(2);
    expect(entries[0]?.['fields']).toContain('identifiers.phone');
  });

  test.each([
    ['store', {}, 'not-permitted'],
    ['marketing', {}, 'not-permitted'],
    ['admin', { c360_brands: 'aurora' }, 'not-permitted'],
    ['admin', { c360_customer: 'one_somebodyelse' }, 'other-customer'],
  ])('is not for role %s with %j', async (role, more, code) => {
    const api = await anApi(...ONE);
    const claims = { c360_role: role, ...more };
    const { body } = await pair(api, 'why', 'member-card:M1', 'member-card:M1', claims);
    expect(body.code).toBe(code);
    expect(api.audit.entries()).toMatchObject([{ decision: 'refused', reason: code }]);
  });

  test.each([
    ['member-card:M1', 'member-card:NOBODY1', 'not-found'],
    ['nonsense', 'member-card:M1', 'bad-identifier'],
  ])('of %s and %s is %s', async (a, b, code) => {
    const api = await anApi(...ONE);
    expect((await pair(api, 'why', a, b)).body.code).toBe(code);
  });

  test('asks for both names', async () => {
    const api = await anApi(...ONE);
    const { status } = await api.ask('why', { query: { a: 'member-card:M1' } });
    expect(status).toBe(400);
  });
});

describe('why not', () => {
  test('names what keeps two apart, the strongest first', async () => {
    const api = await anApi(
      member('M1', { mobile: '91234567', birthday: '1990-05-06' }),
      member('M2', { mobile: '91234567', birthday: '1971-01-02' }),
    );
    const { body } = await pair(api, 'whyNot', 'member-card:M1', 'member-card:M2');
    expect(body).toMatchObject({ sameCustomer: false, rules: DEMO.hash });
    expect(body.obstacles[0]).toMatchObject({
      kind: 'held',
      reason: expect.stringContaining('limit:'),
      value: { namespace: 'phone', value: '+85291234567' },
    });
  });

  test.each([
    ['admin', '1990-05-06', '1971-01-02'],
    ['analyst', '1990-**-**', '1971-**-**'],
  ])(
    'names to %s the values that a limit keeps apart, as the role may see them',
    async (role, a, b) => {
      const api = await anApi(
        member('M1', { mobile: '91234567', birthday: '1990-05-06' }),
        member('M2', { mobile: '91234567', birthday: '1971-01-02' }),
      );
      const claims = { c360_role: role };
      const { body } = await pair(api, 'whyNot', 'member-card:M1', 'member-card:M2', claims);
      expect(body.obstacles[0]).toMatchObject({
        reason: 'limit:birth-date',
        overLimit: {
          a: [{ namespace: 'birth-date', use: 'guards', value: a }],
          b: [{ namespace: 'birth-date', use: 'guards', value: b }],
        },
      });
    },
  );

  test.each([
    ['admin', '陳大文', '王小明'],
    ['analyst', '陳**', '王**'],
  ])(
    'names to %s the names that speak against a phone, as the role may see them',
    async (role, a, b) => {
      const api = await anApi(
        member('M1', { mobile: '91234567', name_local: '陳大文' }),
        member('M2', { mobile: '91234567', name_local: '王小明' }),
      );
      const claims = { c360_role: role };
      const { body } = await pair(api, 'whyNot', 'member-card:M1', 'member-card:M2', claims);
      const namesIn = (side: readonly { namespace: string; value: string | null }[]) =>
        side.flatMap(({ namespace, value }) => (namespace === 'name' ? [value] : []));
      const [{ reason, opposedBy }] = body.obstacles;
      expect([reason, namesIn(opposedBy.a), namesIn(opposedBy.b)]).toEqual([
        'contradicted',
        [a],
        [b],
      ]);
    },
  );

  test('says when they are one', async () => {
    const api = await anApi(...ONE);
    const { body } = await pair(api, 'whyNot', 'member-card:M1', 'unionid:wx-union-1');
    expect(body).toMatchObject({ sameCustomer: true, customerId: expect.stringMatching(/^one_/) });
  });
});

describe('the graph', () => {
  const graphOf = (api: Api, role: string) =>
    api.ask('getGraph', { path: { identifier: 'member-card:M1' }, claims: { c360_role: role } });

  test('has units and values as nodes, and an edge where a unit holds a value', async () => {
    const api = await anApi(...ONE);
    const { body } = await graphOf(api, 'admin');
    expect(body.units).toHaveLength(3);
    expect(body.version).toBeGreaterThan(0);
    const card = body.values.find(
      (value: { namespace: string }) => value.namespace === 'member-card',
    );
    expect(card).toMatchObject({ use: 'links', value: 'M1' });
    const holders = body.edges.filter(({ value }: { value: string }) => value === card.id);
    expect(holders).toHaveLength(3);
    expect(new Set(holders.map(({ unit }: { unit: string }) => unit))).toEqual(
      new Set(body.units.map(({ id }: { id: string }) => id)),
    );
  });

  test('tells a masked role no row, no value and no name of the store', async () => {
    const api = await anApi(...ONE);
    const { body } = await graphOf(api, 'analyst');
    expect(JSON.stringify(body)).not.toMatch(/91234567|wx-union-1|M1|K1|R1|[#~]/);
    expect(body.units).toHaveLength(3);
  });

  test('of more than is weighed together is a problem that says so', async () => {
    const api = await anApi(...ONE);
    const scopes = api.table.dump().filter(({ sk }) => sk === 'SCOPE');
    for (const item of scopes) {
      const scope = parseScope(String(item['doc']));
      const crowd = Array.from({ length: 200 }, (_, n): [UnitKey, EvidenceUnit] => {
        const key = `crm.contact.X${n}` as UnitKey;
        return [key, { key, party: true, mayCreate: true, claims: [] }];
      });
      const doc = formatScope({ ...scope, units: new Map([...scope.units, ...crowd]) });
      await api.table.write({ kind: 'put', item: { ...item, doc } });
    }
    for (const answer of [
      await graphOf(api, 'admin'),
      await pair(api, 'why', 'member-card:M1', 'unionid:wx-union-1'),
      await pair(api, 'whyNot', 'member-card:M1', 'unionid:wx-union-1'),
    ])
      expect(answer).toMatchObject({ status: 422, body: { code: 'too-much-evidence' } });
  });
});
