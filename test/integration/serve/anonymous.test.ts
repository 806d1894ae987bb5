/**
 * From an anonymous browser to a member with a card, on the local cloud: calls, rows and requests as they come from outside.
 * The customer is one before and after, nothing that happened is lost, and the id of the browser keeps leading to it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { registerKey } from '#application/serve/client-keys.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import {
  type Answered,
  type ServingCloud,
  startServingCloud,
  until,
} from '../../support/serving-cloud.ts';

const KEY = 'wk_of_the_shop_window';
/** A busy machine takes its time with functions that have to start. */
const PATIENCE_MS = 60_000;
let served: ServingCloud;

beforeAll(async () => {
  served = await startServingCloud();
  await registerKey(served.table('Customer360'), sha256, KEY, 'web');
});

afterAll(() => served?.stop());

/** A visitor, by what it is known by at each step. */
const visitor = (name: string, phone: string) => ({
  device: `anonymous:device-${name}`,
  login: `web-user:login-${name}`,
  card: `member-card:CARD${phone}`,
  deviceId: `device-${name}`,
  userId: `login-${name}`,
  cardNo: `CARD${phone}`,
  phone,
});
type Visitor = ReturnType<typeof visitor>;

const call = async (type: 'track' | 'identify' | 'page', said: JsonObject): Promise<void> => {
  const response = await fetch(`${served.api}/v1/${type}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Basic ${btoa(`${KEY}:`)}` },
    body: JSON.stringify(said),
  });
  expect(response.status).toBe(200);
};

const view = ({ deviceId }: Visitor, sku: string, more: JsonObject = {}): Promise<void> =>
  call('track', {
    anonymousId: deviceId,
    event: 'Product Viewed',
    properties: { sku },
    messageId: `${deviceId}-${sku}`,
    ...more,
  });

const logIn = ({ deviceId, userId, phone }: Visitor): Promise<void> =>
  call('identify', { anonymousId: deviceId, userId, traits: { phone: `+852${phone}` } });

const enrol = ({ cardNo, phone }: Visitor): Promise<void> =>
  publish('member', 'member', cardNo, {
    card_no: cardNo,
    mobile: phone,
    dial_code: '852',
    name_local: '陳大文',
    brand_enrolled: 'AUR',
    tier: 'gold',
  });

const buy = ({ cardNo }: Visitor): Promise<void> =>
  publish('pos', 'receipt', `R-${cardNo}`, {
    receipt_no: `R-${cardNo}`,
    card_no: cardNo,
    brand_code: 'A',
    amt: '10.50',
    ccy: 'HKD',
    sold_at: '2026-11-07 10:00:00',
    store_cd: 'HK01',
  });

const publish = (source: string, table: string, id: string, data: JsonObject): Promise<void> =>
  served.publish([{ key: `${source}.${table}.${id}`, data: dmsText({ source, table, data }) }]);

const read = (identifier: string, part = '', purpose?: string): Promise<Answered> =>
  served.ask(`/v1/profiles/${identifier}${part}`, {
    claims: { c360_role: 'admin' },
    ...(purpose === undefined ? {} : { headers: { 'x-purpose': purpose } }),
  });

const idOf = async (identifier: string): Promise<string> =>
  (await read(identifier)).body.customerId;

/** What is on a timeline: `Product Viewed R-1`, `order`, … */
const happened = async (identifier: string): Promise<readonly string[]> => {
  const { body } = await read(identifier, '/timeline?kinds=web-event,order');
  return (body.data ?? [])
    .map(({ kind, fields }: { kind: string; fields: { name?: string; properties?: string } }) =>
      kind === 'web-event' ? `${fields.name} ${JSON.parse(fields.properties ?? '{}').sku}` : kind,
    )
    .sort();
};

/** Waits until every name leads to this timeline, then gives the one customer that all of them are. */
const oneTimeline = async (
  identifiers: readonly string[],
  expected: readonly string[],
): Promise<string> => {
  const shown = () => Promise.all(identifiers.map(happened));
  const wanted = JSON.stringify(identifiers.map(() => expected));
  await until(async () => JSON.stringify(await shown()) === wanted, PATIENCE_MS);
  const ids = await Promise.all(identifiers.map(idOf));
  expect(new Set(ids).size).toBe(1);
  return ids[0] ?? '';
};

test('a visitor who logs in and then becomes a member is one customer all the way', async () => {
  const someone = visitor('new', '91230001');
  const { device, login, card } = someone;
  await view(someone, 'A-1');
  await view(someone, 'A-2');
  const seen = ['Product Viewed A-1', 'Product Viewed A-2'];
  const id = await oneTimeline([device], seen);

  await logIn(someone);
  await view(someone, 'A-3', { userId: someone.userId });
  const known = [...seen, 'Product Viewed A-3'];
  expect(await oneTimeline([device, login], known)).toBe(id);

  await enrol(someone);
  await buy(someone);
  const all = [...known, 'order'];
  expect(await oneTimeline([device, login, card, `phone:+852${someone.phone}`], all)).toBe(id);

  // The same browser goes on without a login, and what it does is the member's.
  await view(someone, 'A-4');
  expect(await oneTimeline([device, card], ['Product Viewed A-4', ...all].sort())).toBe(id);
});

test('a member who browsed before the login keeps the older id, and the newer leads to it', async () => {
  const someone = visitor('back', '91230002');
  const { device, login, card } = someone;
  await enrol(someone);
  await buy(someone);
  const member = await oneTimeline([card], ['order']);
  await view(someone, 'B-1');
  const stranger = await oneTimeline([device], ['Product Viewed B-1']);
  expect(stranger).not.toBe(member);

  await logIn(someone);
  expect(await oneTimeline([device, login, card], ['Product Viewed B-1', 'order'])).toBe(member);
  const promoted = await read(`customerId:${stranger}`);
  expect(promoted.body).toMatchObject({ customerId: member, redirectedFrom: stranger });
});

test('what a member withdraws from covers what it did before it was known', async () => {
  const someone = visitor('withdrawn', '91230003');
  const { device, login, card } = someone;
  await view(someone, 'C-1');
  await oneTimeline([device], ['Product Viewed C-1']);
  const forMarketing = async (identifier: string) => {
    const { body } = await read(identifier, '/timeline?kinds=web-event', 'marketing');
    return { fields: body.data[0].fields, withheld: body.withheld };
  };
  const permitted = {
    fields: { type: 'track', name: 'Product Viewed', properties: '{"sku":"C-1"}' },
  };
  expect(await forMarketing(device)).toEqual(permitted);

  await enrol(someone);
  await logIn(someone);
  await oneTimeline([device, login, card], ['Product Viewed C-1']);
  const decision = await served.ask(`/v1/profiles/${card}/consents`, {
    claims: { c360_role: 'service' },
    body: { purpose: 'marketing', state: 'withdrawn' },
  });
  expect(decision.status).toBe(202);
  const withheld = { reason: 'consent', purpose: 'marketing', state: 'withdrawn' };
  await until(async () => (await forMarketing(card)).withheld !== undefined, PATIENCE_MS);
  for (const identifier of [device, login, card])
    expect(await forMarketing(identifier)).toEqual({
      fields: { type: 'track', name: 'Product Viewed' },
      withheld,
    });
  // Service goes on with all of it, as one timeline.
  await oneTimeline([device, login, card], ['Product Viewed C-1']);
});
