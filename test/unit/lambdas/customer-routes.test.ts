import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Operation } from '#domain/serve/operation.ts';
import { OPERATIONS } from '#domain/serve/operations.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { anApi } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type AskedOf, aLambda } from '../../support/lambda.ts';

let lines: ReturnType<typeof aLambda>;
beforeEach(() => {
  lines = aLambda();
});

const row = (source: string, table: string, data: JsonObject) => dmsText({ source, table, data });
const member = (no: string, mobile: string, name: string) =>
  row('member', 'member', {
    card_no: no,
    mobile,
    dial_code: '852',
    name_local: name,
    brand_enrolled: 'AUR',
    tier: 'gold',
  });
const receipt = (no: string, card: string, day: string) =>
  row('pos', 'receipt', {
    receipt_no: no,
    card_no: card,
    brand_code: 'A',
    amt: '10.50',
    ccy: 'HKD',
    sold_at: `2026-11-${day} 10:00:00`,
    store_cd: 'HK01',
  });
const coupon = (code: string, more: JsonObject) =>
  row('member', 'coupon', {
    coupon_code: code,
    card_no: 'M1',
    kind: 'birthday',
    face_value: '50.00',
    ccy: 'HKD',
    issued_at: '2026-10-01T00:00:00Z',
    ...more,
  });

const SHOP = [
  member('M1', '91234567', '陳大文'),
  member('M2', '98764567', 'Chan Tai Man'),
  ...Array.from({ length: 7 }, (_, n) => receipt(`R${n}`, 'M1', `0${n + 1}`)),
  row('member', 'points_ledger', {
    entry_id: 1,
    card_no: 'M1',
    delta: 120,
    reason: 'purchase',
    booked_at: '2026-11-05T12:00:00Z',
  }),
  coupon('C-OPEN', { expires_on: '2026-11-22' }),
  coupon('C-OLD', { expires_on: '2026-11-21' }),
  coupon('C-USED', { expires_on: '2027-01-01', redeemed_at: '2026-11-02T00:00:00Z' }),
  row('crm', 'contact', { contact_no: 'K1', vip_code: 'M1', display_name: '陳大文' }),
  row('crm', 'service_case', {
    case_id: 5,
    contact_no: 'K1',
    topic: 'ring too small',
    status: 'open',
    opened_on: '2026-11-06T00:00:00Z',
  }),
];
const of = (identifier: string, more: AskedOf = {}): AskedOf => ({ path: { identifier }, ...more });
const ONE = 'member-card:M1';

describe('the lists of a customer', () => {
  test('are newest first, of one kind or of all', async () => {
    const { ask } = await anApi(...SHOP);
    const orders = (await ask('getOrders', of(ONE))).body;
    expect(orders.data.map(({ row }: { row: string }) => row)).toEqual(
      ['R6', 'R5', 'R4', 'R3', 'R2', 'R1', 'R0'].map((no) => `pos.receipt.${no}`),
    );
    expect(orders.data[0]).toEqual({
      kind: 'order',
      at: '2026-11-07T02:00:00.000Z',
      source: 'pos',
      row: 'pos.receipt.R6',
      brand: 'aurora',
      fields: { total: { amount: '10.50', currency: 'HKD' }, store: 'HK01' },
    });
    const timeline = (await ask('getTimeline', of(ONE))).body.data;
    expect(new Set(timeline.map(({ kind }: { kind: string }) => kind))).toEqual(
      new Set(['order', 'points', 'coupon', 'case']),
    );
    const times = timeline.map(({ at }: { at: string }) => at);
    expect(times).toEqual([...times].sort().reverse());
  });

  test('are filtered by time, source and kind', async () => {
    const { ask } = await anApi(...SHOP);
    const rows = async (query: Record<string, string>) =>
      (await ask('getTimeline', of(ONE, { query }))).body.data.map(
        ({ kind, at }: { kind: string; at: string }) => `${kind} ${at.slice(5, 10)}`,
      );
    expect(await rows({ from: '2026-11-05', until: '2026-11-06T00:00:00Z' })).toEqual([
      'points 11-05',
      'order 11-05',
    ]);
    expect(await rows({ sources: 'crm' })).toEqual(['case 11-06']);
    expect(await rows({ kinds: 'points,case' })).toEqual(['case 11-06', 'points 11-05']);
  });

  test('page by signed cursors that lose and repeat nothing', async () => {
    const { ask } = await anApi(...SHOP);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '3', ...(cursor ? { cursor } : {}) };
      const { data, cursor: page } = (await ask('getOrders', of(ONE, { query }))).body;
      seen.push(...data.map(({ row }: { row: string }) => row));
      cursor = page.next ?? undefined;
      expect(page).toMatchObject({ hasMore: cursor !== undefined, limit: 3 });
    } while (cursor);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  test('link to their next page, relative to the address asked', async () => {
    const { ask } = await anApi(...SHOP);
    let address: URL | undefined = new URL('https://api/v1/x?limit=3&from=2026-11-02&sources=pos');
    const pages: string[][] = [];
    while (address) {
      const query: Record<string, string> = Object.fromEntries(address.searchParams);
      const { body, headers } = await ask('getOrders', of(ONE, { query }));
      pages.push(body.data.map(({ row }: { row: string }) => row.slice(-2)));
      const [, next] = /^<([^<>]+)>; rel="next"$/.exec(String(headers['link'] ?? '')) ?? [];
      expect(next !== undefined).toBe(body.cursor.hasMore);
      address = next === undefined ? undefined : new URL(next, address);
    }
    expect(pages).toEqual([
      ['R6', 'R5', 'R4'],
      ['R3', 'R2', 'R1'],
    ]);
    expect((await ask('getProfile', of(ONE))).headers).not.toHaveProperty('link');
  });

  test.each([
    ['of another list', 'getTimeline', ONE, {}],
    ['of another filter', 'getOrders', ONE, { query: { sources: 'pos' } }],
    ['of another customer', 'getOrders', 'member-card:M2', {}],
    ['of another caller', 'getOrders', ONE, { claims: { c360_role: 'service' } }],
  ])('a cursor %s is refused', async (_, id, identifier, more) => {
    const { ask } = await anApi(...SHOP);
    const { body } = await ask('getOrders', of(ONE, { query: { limit: '2' } }));
    const { query, ...rest } = more as AskedOf;
    const cursor = body.cursor.next;
    const answer = await ask(id, of(identifier, { ...rest, query: { ...query, cursor } }));
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-cursor']);
  });

  test('coupons have a state, and those that a store can redeem are told', async () => {
    const { ask } = await anApi(...SHOP);
    const codes = (answer: { body: { data: { row: string; state: string }[] } }) =>
      answer.body.data.map((it) => `${it.row.split('.')[2]} ${it.state}`).sort();
    expect(codes(await ask('getCoupons', of(ONE)))).toEqual([
      'C-OLD expired',
      'C-OPEN issued',
      'C-USED redeemed',
    ]);
    expect(codes(await ask('getCoupons', of(ONE, { query: { redeemableAt: 'HK01' } })))).toEqual([
      'C-OPEN issued',
    ]);
  });

  test('coupons that a store can redeem page on, whatever time passes', async () => {
    const open = (code: string) => coupon(code, { expires_on: '2027-01-01' });
    const { ask, served } = await anApi(...SHOP, open('C-A'), open('C-B'));
    const query = { redeemableAt: 'HK01', limit: '2' };
    const first = (await ask('getCoupons', of(ONE, { query }))).body;
    const { clock } = served;
    served.clock = () => clock() + 60_000;
    const more = { ...query, cursor: first.cursor.next };
    const second = (await ask('getCoupons', of(ONE, { query: more }))).body;
    const codes = [...first.data, ...second.data].map(({ row }: { row: string }) => row);
    expect(codes.sort()).toEqual(['C-A', 'C-B', 'C-OPEN'].map((code) => `member.coupon.${code}`));
  });

  test('show what the role may see', async () => {
    const { ask } = await anApi(...SHOP);
    const entry = async (role: string, id: string) =>
      (await ask(id, of(ONE, { claims: { c360_role: role } }))).body.data[0];
    expect(await entry('service', 'getCases')).toMatchObject({ kind: 'case' });
    expect(await entry('analyst', 'getOrders')).not.toHaveProperty('row');
    expect(await entry('store', 'getOrders')).toMatchObject({ kind: 'order', fields: {} });
    const { body } = await ask(
      'getOrders',
      of(ONE, { claims: { c360_role: 'admin', c360_brands: 'bloom' } }),
    );
    expect(body.code).toBe('not-found');
  });
});

describe('who may see no field of a kind knows of no entry of it', () => {
  const as = (role: string, query: Record<string, string> = {}) =>
    of(ONE, { claims: { c360_role: role }, query });

  test.each(['store', 'marketing', 'analyst'])('%s, of complaints', async (role) => {
    const { ask, audit } = await anApi(...SHOP);
    const cases = (await ask('getCases', as(role))).body;
    expect([cases.data, cases.cursor]).toEqual([[], { next: null, hasMore: false, limit: 20 }]);
    const timeline = (await ask('getTimeline', as(role, { sources: 'crm' }))).body;
    expect(timeline.data).toEqual([]);
    const { activity, sources } = (await ask('exportCustomer', as(role))).body;
    expect(activity.map(({ kind }: { kind: string }) => kind)).not.toContain('case');
    expect(activity).toHaveLength(11);
    expect(sources).toContainEqual({ source: 'crm' });
    expect(sources).toContainEqual(expect.objectContaining({ source: 'pos', rows: 7 }));
    expect(JSON.stringify(audit.entries())).not.toContain('case.*');
  });

  test('but pages of what is left are whole', async () => {
    const { ask } = await anApi(...SHOP);
    const kinds: string[] = [];
    let cursor: string | null = '';
    do {
      const query: Record<string, string> = { limit: '2', ...(cursor ? { cursor } : {}) };
      const { body } = await ask('getTimeline', as('store', query));
      expect(body.data.length).toBeGreaterThan(0);
      kinds.push(...body.data.map(({ kind }: { kind: string }) => kind));
      cursor = body.cursor.next;
    } while (cursor !== null);
    expect([kinds.length, kinds.includes('case')]).toEqual([11, false]);
  });

  test('and a graph shows no row of it, nor how many rows facts have', async () => {
    const { ask } = await anApi(...SHOP);
    const graph = async (role: string) => (await ask('getGraph', as(role))).body.units;
    const facts = (units: { kind: string }[]) => units.filter(({ kind }) => kind === 'fact');
    const tables = (units: object[]) => JSON.stringify(units).includes('service_case');
    const [seen, kept] = [await graph('service'), await graph('analyst')];
    expect([tables(seen), tables(kept)]).toEqual([true, false]);
    expect(facts(seen).every((unit) => 'rows' in unit)).toBe(true);
    expect(facts(kept).some((unit) => 'rows' in unit)).toBe(false);
    expect(facts(kept)).toHaveLength(facts(seen).length);
  });
});

describe('parts of a profile', () => {
  test('identifiers, traits and sources', async () => {
    const { ask } = await anApi(...SHOP);
    expect(
      (await ask('getIdentifiers', of(ONE))).body.identifiers.map(
        ({ namespace }: { namespace: string }) => namespace,
      ),
    ).toContain('phone');
    const { traits } = (await ask('getTraits', of(ONE))).body;
    expect(traits.name).toMatchObject({
      value: '陳大文',
      source: 'member',
      row: 'member.member.M1',
      rule: 'source-priority',
    });
    expect(traits.orderCount).toEqual({ value: 7, rule: 'measure orderCount' });
    expect(
      (await ask('getCustomerSources', of(ONE))).body.sources.map(
        ({ source }: { source: string }) => source,
      ),
    ).toEqual(['crm', 'member', 'pos']);
  });

  test('a trait says what else was said and why it is not shown, as far as the caller may see it', async () => {
    const contact = { contact_no: 'K2', vip_code: 'M1', display_name: '陳小文' };
    const { ask } = await anApi(...SHOP, row('crm', 'contact', contact));
    const other = { source: 'crm', lostBy: 'source', why: 'member comes before crm' };
    const { traits } = (await ask('getTraits', of(ONE))).body;
    expect(traits.name.others).toEqual([
      expect.objectContaining({ value: '陳大文', row: 'crm.contact.K1', lostBy: 'same' }),
      { value: '陳小文', row: 'crm.contact.K2', setAt: expect.any(String), ...other },
    ]);
    const asked = of(ONE, { claims: { c360_role: 'analyst' } });
    const masked = (await ask('getTraits', asked)).body.traits.name;
    expect(masked.others.slice(1)).toEqual([
      { value: '陳**', masked: true, setAt: expect.any(String), ...other },
    ]);
    expect((await ask('getProfile', of(ONE))).body.profile.name).not.toHaveProperty('others');
  });

  test('everything that is held, as far as the caller may see it', async () => {
    const { ask, audit } = await anApi(...SHOP);
    const { body } = await ask('exportCustomer', of(ONE));
    expect(body.records.map(({ row }: { row: string }) => row).sort()).toEqual([
      'crm.contact.K1',
      'member.member.M1',
    ]);
    expect(body.activity).toHaveLength(12);
    expect(body.profile.name.value).toBe('陳大文');
    const masked = (await ask('exportCustomer', of(ONE, { claims: { c360_role: 'analyst' } })))
      .body;
    expect(JSON.stringify([masked.records, masked.activity])).not.toMatch(
      /陳大文|91234567|ring too small/,
    );
    expect(audit.entries().map(({ operation }) => operation)).toEqual([
      'exportCustomer',
      'exportCustomer',
    ]);
  });

  test('many at once, each by itself, each recorded', async () => {
    const { ask, audit } = await anApi(...SHOP);
    const identifiers = [ONE, 'nonsense', 'member-card:M2', 'member-card:NOBODY1'];
    const { body } = await ask('batchProfiles', { body: { identifiers, fields: 'name' } });
    expect(
      body.data.map((it: { index: number; problem?: { code: string } }) => [
        it.index,
        it.problem?.code,
      ]),
    ).toEqual([
      [0, undefined],
      [1, 'bad-identifier'],
      [2, undefined],
      [3, 'not-found'],
    ]);
    expect(audit.entries()).toHaveLength(4);
  });

  test('ten thousand at once are refused', async () => {
    const { ask } = await anApi(...SHOP);
    const identifiers = Array.from({ length: 10_000 }, () => ONE);
    expect((await ask('batchProfiles', { body: { identifiers } })).status).toBe(400);
  });
});

describe('a search', () => {
  const found = async (body: object, claims?: Record<string, string>) => {
    const { ask } = await anApi(...SHOP);
    const answer = await ask('searchCustomers', { body, ...(claims ? { claims } : {}) });
    return (
      answer.body.data
        ?.map((it: { profile: { name: { value: string } } }) => it.profile.name.value)
        .sort() ?? answer.body.code
    );
  };

  test.each([
    [{ phoneTail: '4567' }, ['Chan Tai Man', '陳大文']],
    [{ phoneTail: '91234567' }, ['陳大文']],
    [{ phoneTail: '4567', name: '陳大文' }, ['陳大文']],
    [{ name: 'CHAN tai-man' }, ['Chan Tai Man']],
    [{ name: 'ＣＨＡＮ　ＴＡＩ　ＭＡＮ' }, ['Chan Tai Man']],
    [{ name: 'Chan\u200b Tai\u202e Man' }, ['Chan Tai Man']],
    [{ card: 'M1' }, ['陳大文']],
    [{ card: 'NOBODY1' }, []],
    [{ name: '𝕮' }, []],
    [{ name: '。。' }, []],
  ])('by %j finds %j', async (by, names) => {
    expect(await found(by)).toEqual(names);
  });

  test.each([
    [{}],
    [{ phoneTail: '456' }],
    [{ phoneTail: '٤٥٦٧' }],
    [{ name: '' }],
    [{ email: 'x' }],
  ])('by %j is refused', async (by) => {
    expect(await found(by)).toBe('bad-request');
  });

  test('is not for a token of one customer', async () => {
    expect(
      await found({ phoneTail: '4567' }, { c360_role: 'member', c360_customer: 'one_x' }),
    ).toBe('not-permitted');
  });

  test('finds nobody by what a row no longer says, and keys tell no name', async () => {
    const { ask, table, resolve, refresh } = await anApi(...SHOP);
    await resolve(
      dmsText({
        source: 'member',
        table: 'member',
        position: '2/90000000',
        data: { card_no: 'M1', mobile: '90000000', dial_code: '852', name_local: '陳小文' },
      }),
    );
    await refresh();
    expect(
      (await ask('searchCustomers', { body: { name: '陳大文', phoneTail: '4567' } })).body.data,
    ).toEqual([]);
    const keys = table
      .dump()
      .filter(({ pk }) => pk.startsWith('L#'))
      .map(({ pk }) => pk);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toMatch(/陳|chan|4567/);
  });
});

describe('at the counter', () => {
  test.each([[{ orderNumber: 'R3' }], [{ phone: '+85291234567' }], [{ memberCode: 'M1' }]])(
    '%j names the customer and the orders',
    async (body) => {
      const { ask } = await anApi(...SHOP);
      const answer = (await ask('findPickup', { body, claims: { c360_role: 'store' } })).body;
      expect([answer.customer.profile.name.value, answer.orders.data.length]).toEqual([
        '陳大文',
        7,
      ]);
      expect(answer.customer.identifiers[0].masked).toBe(true);
    },
  );

  test.each([
    ['service', 1],
    ['store', 0],
  ])('the %s desk is told %i service cases in the same answer', async (c360_role, cases) => {
    const { ask } = await anApi(...SHOP);
    const body = { memberCode: 'M1' };
    const answer = (await ask('findPickup', { body, claims: { c360_role } })).body;
    expect(answer.cases.data).toHaveLength(cases);
    expect(answer.customer).toMatchObject({ pointsBalance: expect.any(Number) });
  });

  test.each([
    [{ orderNumber: 'NONE' }, 404],
    [{ orderNumber: '../R3' }, 404],
    [{ phone: '91234567' }, 400],
    [{}, 400],
    [{ phone: '+85291234567', memberCode: 'M1' }, 400],
  ])('%j is %i', async (body, status) => {
    const { ask, audit } = await anApi(...SHOP);
    expect((await ask('findPickup', { body })).status).toBe(status);
    if (!(status === 400 && Object.keys(body).length !== 1))
      expect(audit.entries().length).toBeGreaterThan(0);
  });
});

describe('whatever is asked', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom(
      ONE,
      'phone:+85291234567',
      'customerId:one_',
      '__proto__',
      '../..',
      '\u0000',
      '7',
      '9'.repeat(30),
      'orders',
    ),
  );
  const operations = (OPERATIONS as readonly Operation[]).filter(
    ({ group }) => group === 'customers',
  );
  const requests = fc.record({
    operation: fc.constantFrom(...operations),
    identifier: texts,
    query: fc.dictionary(
      fc.constantFrom('fields', 'limit', 'cursor', 'minVersion', 'from', 'kinds', 'x'),
      texts,
      { maxKeys: 3 },
    ),
    body: fc.oneof(
      fc.json(),
      fc.record({ identifiers: fc.array(texts) }),
      fc.record({ name: texts }),
      fc.record({ orderNumber: texts }),
    ),
    role: fc.constantFrom('admin', 'analyst', 'store', 'nobody'),
    purpose: fc.constantFrom('service', 'analytics', '', 'x'),
  });

  test('the answer is one that the description promises, without a stack trace', async () => {
    const { ask } = await anApi(...SHOP.slice(0, 4));
    await fc.assert(
      fc.asyncProperty(requests, async ({ operation, identifier, query, body, role, purpose }) => {
        const { status, body: told } = await ask(operation.id, {
          path: { identifier },
          query: { timeoutMs: '0', ...query } as Record<string, string>,
          headers: { 'x-purpose': purpose },
          claims: { c360_role: role },
          ...(operation.body ? { body } : {}),
        });
        expect(status).toBeLessThan(500);
        expect(JSON.stringify(told)).not.toMatch(/\bat .*\.ts:|node_modules/);
      }),
      { numRuns: 400 },
    );
    expect(JSON.stringify(lines)).not.toMatch(/91234567|陳大文/);
  });
});

test('1 000 planted identifiers: none in any log line, metric, problem or audit entry', async () => {
  const planted = Array.from({ length: 1_000 }, (_, n) => ({
    card: `PLANTED${n}`,
    mobile: String(90_000_000 + n * 7_919).slice(0, 8),
    name: `甲乙丙${String.fromCodePoint(0x4e00 + n)}`,
  }));
  const { ask, audit } = await anApi(
    ...planted.map(({ card, mobile, name }) => member(card, mobile, name)),
  );
  const problems: unknown[] = [];
  for (const [n, { card, mobile, name }] of planted.entries()) {
    const claims = { client_id: `c${n}`, c360_role: n % 2 === 0 ? 'service' : 'nobody' };
    const asked = [
      await ask('getProfile', of(`phone:+852${mobile}`, { claims })),
      await ask('getProfile', of(`nonsense:${card}`, { claims, query: { [mobile]: name } })),
      await ask('findPickup', { body: { orderNumber: card, [name]: mobile }, claims }),
    ];
    problems.push(
      ...asked.filter(({ status }) => status >= 400).map(({ body, headers }) => [body, headers]),
    );
  }
  const said = JSON.stringify([lines, problems, audit.entries()]);
  const leaked = planted.flatMap(({ card, mobile, name }) =>
    [`${card}"`, mobile, name].filter((it) => said.includes(it)),
  );
  expect(leaked).toEqual([]);
  expect(audit.entries().length).toBeGreaterThanOrEqual(1_000);
}, 60_000);
