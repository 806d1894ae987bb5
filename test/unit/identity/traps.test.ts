/**
 * Traps that make one customer of strangers: each leaves them apart, and shows up once, with counts.
 */
import { describe, expect, test } from 'vitest';
import { listHeld } from '#application/identity/list-held.ts';
import { reportQuality } from '#application/operate/quality-report.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';
import { aNamespace } from '../../support/builders/definitions.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { aPipeline, DEMO } from '../../support/pipeline.ts';

const RULES: MergePolicy = Object.fromEntries(
  [
    aNamespace('card', 1, { limit: 1, cap: 50 }),
    aNamespace('phone', 2, { limit: 4, cap: 25 }),
    aNamespace('email', 3, { limit: 4, cap: 25 }),
    aNamespace('openid', 4, { limit: 1, cap: 50 }),
    aNamespace('born', 5, { limit: 1, links: false }),
  ].map((rules) => [rules.namespace, rules]),
);

const aStore = () => anIdentityStore({}, RULES);
const live = (store: ReturnType<typeof aStore>) =>
  store.customers().filter((line) => line.includes(': ')).length;
const entries = async (store: ReturnType<typeof aStore>) =>
  (await store.held()).map(
    ({ identifier, reasons, units, joins }) => `${identifier} ${reasons} ${units} ${joins}`,
  );

describe('strangers stay apart', () => {
  test('a store phone on 5 000 rows', async () => {
    const store = aStore();
    for (let n = 0; n < 5_000; n += 8) {
      const rows = Array.from({ length: Math.min(8, 5_000 - n) }, (_, k) =>
        party(`r${n + k}`, 1, 'phone#shop', `card#${n + k}`),
      );
      await store.parties(...rows);
      await store.close();
    }
    expect(live(store)).toBe(5_000);
    expect(await entries(store)).toEqual(['phone#shop shared 5000 5000']);
  }, 60_000);

  test('the same eight digits in Hong Kong and in Singapore', async () => {
    const store = aStore();
    const [hk, sg] = (['HK', 'SG'] as const).map((region) =>
      normaliseValue('phone', '9123 4567', region),
    );
    await store.parties(party('hk', 1, `phone#${hk}`), party('sg', 1, `phone#${sg}`));
    expect([live(store), await entries(store)]).toEqual([2, []]);
  });

  test('the same openid under two apps', async () => {
    const store = aStore();
    await store.parties(party('a', 1, 'openid:wx1#o1'), party('b', 1, 'openid:wx2#o1'));
    expect([live(store), await entries(store)]).toEqual([2, []]);
  });

  test.each([
    ['the same card number at two brands', 'card:aurora#1', 'card:boreal#1'],
    ['the same id under two open platforms', 'openid:op1#u1', 'openid:op2#u1'],
  ])('%s, and one person may have both', async (_, one, other) => {
    const store = aStore();
    await store.parties(party('a', 1, one), party('b', 1, other));
    expect([live(store), await entries(store)]).toEqual([2, []]);
    await store.parties(party('c', 1, one, other));
    expect([live(store), await entries(store)]).toEqual([1, []]);
    store.expectSound(RULES);
  });

  test('a recycled phone, with another card', async () => {
    const store = aStore();
    await store.parties(party('old', 1, 'phone#1', 'card#1'), party('new', 1, 'phone#1', 'card#2'));
    expect([live(store), await entries(store)]).toEqual([2, ['phone#1 limit:card 2 2']]);
  });

  test('a family e-mail, with other birth dates', async () => {
    const store = aStore();
    for (const n of [1, 2, 3, 4]) {
      await store.parties(party(`m${n}`, 1, 'email#family', `born#${n}`, `card#${n}`));
    }
    expect([live(store), await entries(store)]).toEqual([4, ['email#family limit:card 4 4']]);
  });

  test.each(['null', 'undefined', '000000', '-1', 'N/A', '无', '', '   '])(
    'the placeholder %j names nobody',
    (value) => {
      expect(normaliseValue('opaque', value)).toBeUndefined();
      expect(normaliseValue('code', value)).toBeUndefined();
      expect(normaliseValue('phone', value, 'CN')).toBeUndefined();
    },
  );
});

describe('values that stand for none leave everybody alone, as the demo reads them', () => {
  const members = (count: number, column: string, value: string) =>
    Array.from({ length: count }, (_, n) =>
      dmsText({
        source: 'member',
        table: 'member',
        data: { card_no: `61000${n}`, dial_code: '86', [column]: value },
        position: `00000002/${(n + 1).toString(16).padStart(8, '0')}.1.00000002/00000000`,
      }),
    );

  test.each([
    ['mobile', '13800138000', 'blocked-identifier'],
    ['mobile', '00000000', 'not-an-identifier'],
    ['mobile', 'null', 'not-an-identifier'],
    ['mobile', 'N/A', 'not-an-identifier'],
  ])('%s %s on 40 members', async (column, value, rule) => {
    const pipeline = aPipeline();
    const report = await pipeline.resolve(...members(40, column, value));
    expect(report).toMatchObject({ applied: 40, failed: [], quarantined: 0 });
    const items = pipeline.table.dump();
    const customers = items.filter(({ sk, into }) => sk === 'CUSTOMER' && into === undefined);
    expect(customers).toHaveLength(40);
    expect(await listHeld(pipeline.ports, DEMO.definitions.namespaces)).toEqual([]);
    expect(items.filter(({ pk }) => pk.startsWith('I#phone'))).toEqual([]);
    const { definitions } = await pipeline.ports.definitions();
    const found = await reportQuality(pipeline.table, definitions);
    expect(found.filter((finding) => finding.column === column)).toMatchObject([
      { source: 'member', table: 'member', rule, rows: { length: 40 } },
    ]);
  });

  test('and the same eight digits under two dial codes are two numbers', async () => {
    const pipeline = aPipeline();
    const texts = ['852', '65'].map((dial, n) =>
      dmsText({
        source: 'member',
        table: 'member',
        data: { card_no: `62000${n}`, dial_code: dial, mobile: '91234567' },
      }),
    );
    expect(await pipeline.resolve(...texts)).toMatchObject({ applied: 2 });
    const phones = pipeline.table.dump().filter(({ pk }) => pk.startsWith('I#phone'));
    expect(phones).toHaveLength(2);
  });
});
