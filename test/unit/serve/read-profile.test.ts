import { describe, expect, test } from 'vitest';
import { readProfile } from '#application/serve/read-profile.ts';
import type { Key, Table } from '#application/shared/table.ts';
import type { Credentials } from '#domain/serve/access.ts';
import { must } from '#domain/shared/assert.ts';
import { anAuditLog } from '../../support/audit-log.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { aPipeline, DEMO } from '../../support/pipeline.ts';

const CARD = '610000074';
const member = dmsText({
  source: 'member',
  table: 'member',
  data: {
    card_no: CARD,
    mobile: '91234567',
    dial_code: '852',
    name_local: '陳大文',
    brand_enrolled: 'AUR',
  },
});
const receipt = (no: string, brand: string, amount: string) =>
  dmsText({
    source: 'pos',
    table: 'receipt',
    data: {
      receipt_no: no,
      card_no: CARD,
      brand_code: brand,
      amt: amount,
      ccy: 'HKD',
      sold_at: '2026-11-01 10:00:00',
    },
  });
const account = dmsText({
  source: 'erp',
  table: 'customer_account',
  data: { cust_code: '9', tel: '91234567', market_cd: '20', city: '香港', corp: 'BJ' },
});

/** The table, told of every key that is asked for. */
const listening = (table: Table, onRead: (keys: readonly Key[]) => void): Table =>
  new Proxy(table, {
    get: (target, name: keyof Table) =>
      name === 'getAll'
        ? (keys: readonly Key[]) => {
            onRead(keys);
            return target.getAll(keys);
          }
        : (target[name] as () => unknown).bind(target),
  });

const aShop = async (
  access = DEMO.definitions.access,
  onRead: (keys: readonly Key[]) => void = () => {},
) => {
  const { ports, table, resolve, refresh } = aPipeline();
  await resolve(member, receipt('1', 'A', '100.00'), receipt('2', 'B', '7.00'), account);
  await refresh();
  const definitions = { ...DEMO.definitions, ...(access ? { access } : {}) };
  const bound = {
    ...ports,
    table: listening(table, onRead),
    audit: anAuditLog().log,
    sleep: async () => {},
    definitions: async () => ({ definitions }),
  };
  return async (
    caller: Partial<Credentials>,
    identifier = `member-card:${CARD}`,
    purpose?: string,
  ) => {
    const read = await readProfile(bound, {
      identifier,
      purpose,
      requestId: 'q',
      operation: 'getProfile',
      caller: { client: 'tests', ...caller },
    });
    // biome-ignore lint/suspicious/noExplicitAny: looked into member by member
    return (read.ok ? read.value : read.error) as any;
  };
};

describe('a brand', () => {
  test('sees its own orders and no other', async () => {
    const ask = await aShop();
    expect((await ask({ role: 'admin' })).spend).toEqual([{ amount: '107.00', currency: 'HKD' }]);
    const aurora = await ask({ role: 'admin', brands: ['aurora'] });
    expect([aurora.orderCount, aurora.spend]).toEqual([1, [{ amount: '100.00', currency: 'HKD' }]]);
    expect(aurora.profile.name.value).toBe('陳大文');
    const bloom = await ask({ role: 'admin', brands: ['bloom'] });
    expect([bloom.orderCount, bloom.profile.name]).toEqual([1, undefined]);
  });

  test('is shown the same whether its figures are stored or added up from rows', async () => {
    const ask = await aShop();
    for (const brands of [['aurora'], ['bloom'], ['aurora', 'bloom'], ['aurora', 'none']]) {
      const stored = await ask({ role: 'admin', brands });
      // A limit to all markets is no limit, and has the rows read.
      const added = await ask({ role: 'admin', brands, markets: ['HK', 'CN', 'MO', 'SG'] });
      expect(added).toEqual(stored);
      expect(stored).toMatchObject({
        orderCount365d: brands.includes('bloom') ? expect.any(Number) : 1,
      });
    }
  });

  test('reads no bucket for it', async () => {
    const keys: string[] = [];
    const ask = await aShop(undefined, (read) => keys.push(...read.map(({ sk }) => sk)));
    await ask({ role: 'admin', brands: ['aurora'] });
    expect(keys).not.toContain('BUCKET');
    await ask({ role: 'admin', markets: ['HK'] });
    expect(keys).toContain('BUCKET');
  });

  test('that knows nothing of a customer is told there is none', async () => {
    const ask = await aShop();
    expect(await ask({ role: 'admin', brands: ['other'] })).toMatchObject({ code: 'not-found' });
    expect(await ask({ role: 'admin', brands: [] })).toMatchObject({ code: 'not-found' });
  });

  test('a market sees the sources of that market', async () => {
    const ask = await aShop();
    const mainland = await ask({ role: 'admin', markets: ['CN'] });
    expect([mainland.profile.city.value, mainland.profile.name, mainland.orderCount]).toEqual([
      '香港',
      undefined,
      0,
    ]);
  });
});

describe('a partner’s data', () => {
  const policy = {
    ...must(DEMO.definitions.access, 'policy'),
    sources: { erp: { purposes: ['service'] } },
  };

  test('is there for service and absent for marketing', async () => {
    const ask = await aShop(policy);
    expect((await ask({ role: 'service' }, undefined, 'service')).profile.city.value).toBe('香港');
    const marketing = await ask({ role: 'marketing' }, undefined, 'marketing');
    expect([marketing.profile.city, marketing.orderCount]).toEqual([undefined, 2]);
    expect(JSON.stringify(marketing)).not.toContain('erp.customer_account');
  });
});

describe('a token of the member app', () => {
  test('reads its own customer, by whatever identifier', async () => {
    const ask = await aShop();
    const { customerId } = await ask({ role: 'admin' });
    const own = { role: 'member', customer: customerId };
    expect((await ask(own)).profile.name.value).toBe('陳大文');
    expect((await ask(own, `customerId:${customerId}`)).customerId).toBe(customerId);
  });

  test('learns nothing of another, not even whether there is one', async () => {
    const ask = await aShop();
    const other = { role: 'member', customer: `one_${'a'.repeat(26)}` };
    const told = [
      await ask(other),
      await ask(other, 'member-card:NOBODY1'),
      await ask(other, 'phone:+85291234567'),
    ];
    expect(told.map(({ code }) => code)).toEqual(Array(3).fill('other-customer'));
  });
});

describe('consent', () => {
  const demo = must(DEMO.definitions.access, 'policy');
  const consent = { granted: 'lastOrderAt', withdrawn: 'lastCaseAt' };
  const policy = { ...demo, purposes: { ...demo.purposes, marketing: { consent } } };

  test('given, the role decides; missing, plain fields remain and the answer says why', async () => {
    const granted = await (await aShop(policy))({ role: 'marketing' });
    expect([granted.withheld, granted.spend]).toEqual([
      undefined,
      [{ amount: '107.00', currency: 'HKD' }],
    ]);
    // The orders that stand for decisions here name their brands, and say nothing of all.
    const brands = ['aurora', 'bloom'].map((brand) => ({ brand, state: 'granted' }));
    expect(granted.consents).toEqual([{ purpose: 'marketing', state: 'never-given', brands }]);
    const never = {
      ...demo,
      purposes: { ...demo.purposes, marketing: { consent: { granted: 'x', withdrawn: 'y' } } },
    };
    const withheld = await (await aShop(never))({ role: 'marketing' });
    expect(withheld).toMatchObject({
      profile: {},
      identifiers: [],
      orderCount: 2,
      withheld: { reason: 'consent', purpose: 'marketing', state: 'never-given' },
    });
    expect(withheld.spend).toBeUndefined();
  });
});

test('without a policy the scope is all that is asked', async () => {
  const { ports, table, resolve, refresh } = aPipeline();
  await resolve(member);
  await refresh();
  const { access: _access, ...definitions } = DEMO.definitions;
  const bound = {
    ...ports,
    table,
    audit: anAuditLog().log,
    sleep: async () => {},
    definitions: async () => ({ definitions }),
  };
  const read = await readProfile(bound, {
    identifier: `member-card:${CARD}`,
    requestId: 'q',
    operation: 'getProfile',
    caller: { client: 'any' },
  });
  expect(read).toMatchObject({ value: { profile: { name: { value: '陳大文' } } } });
});
