/**
 * Segment's own client against the local cloud: only host and key are changed.
 *
 * `SEGMENT_EVENTS` sets how many events are sent; `npm run verify:segment` sends 10 000.
 */
import { Analytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { registerKey } from '#application/serve/client-keys.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

const EVENTS = Number(process.env['SEGMENT_EVENTS'] ?? 1_000);
const USERS = 20;
const KEY = 'wk_of_the_integration_test';
const READ_KEY = 'rk_of_the_integration_test';

let served: ServingCloud;

beforeAll(async () => {
  served = await startServingCloud();
  await registerKey(served.table('Customer360'), sha256, KEY, 'web');
  await registerKey(served.table('Customer360'), sha256, READ_KEY, 'crm-desk', 'read');
});

afterAll(() => served?.stop());

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${served.api}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${btoa(`${KEY}:`)}`,
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

const rowsOf = async (user: number): Promise<number> => {
  const { body, status } = await served.ask(`/v1/profiles/web-user:user-${user}/sources`);
  const web =
    status === 200
      ? body.sources.find(({ source }: { source: string }) => source === 'web')
      : undefined;
  return web?.rows ?? 0;
};

const kill = (engine: 'kinesis' | 'dynamodb') => {
  const pid = served.cloud.enginePids()[engine];
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
};

/** Sends with Segment's client what a shop would; the engines are killed at a third and at two thirds. */
const sendAll = async (analytics: Analytics): Promise<void> => {
  for (let user = 0; user < USERS; user++) {
    const traits = { name: `User ${user}`, email: `user-${user}@shop.example` };
    analytics.identify({ userId: `user-${user}`, traits });
  }
  for (let n = 0; n < EVENTS; n++) {
    const event = { event: 'Product Viewed', properties: { n }, messageId: `message-${n}` };
    analytics.track({ userId: `user-${n % USERS}`, ...event });
    if (n === Math.floor(EVENTS / 3)) kill('kinesis');
    if (n === Math.floor((2 * EVENTS) / 3)) kill('dynamodb');
    if (n % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await analytics.closeAndFlush({ timeout: 120_000 });
};

describe('@segment/analytics-node', () => {
  test('delivers every event exactly once although the sink is killed twice', async () => {
    const analytics = new Analytics({
      writeKey: KEY,
      host: served.api,
      flushAt: 100,
      maxRetries: 20,
    });
    const failed: unknown[] = [];
    analytics.on('error', (error) => failed.push(error));
    await sendAll(analytics);
    expect(failed).toEqual([]);
    const expected = 1 + EVENTS / USERS;
    const all = () => Promise.all(Array.from({ length: USERS }, (_, user) => rowsOf(user)));
    await until(async () => (await all()).every((rows) => rows >= expected), 280_000);
    expect(new Set(await all())).toEqual(new Set([expected]));
  }, 400_000);

  test('an event that is sent again is the same event, and shows on the timeline', async () => {
    const before = await rowsOf(0);
    for (let again = 0; again < 3; again++) {
      await post('/v1/track', {
        userId: 'user-0',
        event: 'Product Viewed',
        messageId: 'once',
        timestamp: '2026-11-22T07:00:00Z',
      });
    }
    await until(async () => (await rowsOf(0)) > before);
    expect(await rowsOf(0)).toBe(before + 1);
    const { body } = await served.ask(
      '/v1/profiles/web-user:user-0/timeline?kinds=web-event&limit=1',
    );
    expect(body.data[0].fields).toMatchObject({ type: 'track', name: 'Product Viewed' });
    const byEmail = await served.ask('/v1/profiles/email:user-0@shop.example');
    expect(byEmail.body.identifiers).toContainEqual(
      expect.objectContaining({ namespace: 'web-user', value: 'user-0' }),
    );
  });
});

describe('a browser on a page of another origin', () => {
  const origin = 'https://www.shop.example';

  test('is told that it may send, and reads the answer', async () => {
    const asked = { 'access-control-request-method': 'POST' };
    const preflight = await fetch(`${served.api}/v1/track`, {
      method: 'OPTIONS',
      headers: {
        ...{ origin, ...asked },
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect([preflight.status, Object.fromEntries(preflight.headers)]).toMatchObject([
      204,
      {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization,content-type,x-strict',
      },
    ]);
    const sent = await fetch(`${served.api}/v1/track`, {
      method: 'POST',
      headers: {
        ...{ origin, 'content-type': 'application/json' },
        authorization: `Basic ${btoa(`${KEY}:`)}`,
      },
      body: JSON.stringify({ userId: 'u', event: 'e' }),
    });
    expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
  });

  test('has no credentials added: a customer is not shown without a token', async () => {
    const read = await fetch(`${served.api}/v1/profiles/web-user:u`, { headers: { origin } });
    expect([read.status, read.headers.get('access-control-allow-credentials')]).toEqual([
      401,
      null,
    ]);
  });
});

describe('the Tracking API', () => {
  test.each([
    ['no key', ''],
    ['another key', `Basic ${btoa('wk_of_somebody_else_altogether:')}`],
    ['a token', 'Bearer x'],
  ])('refuses %s', async (_, authorization) => {
    const { status } = await post('/v1/track', { userId: 'u', event: 'e' }, { authorization });
    expect(status).toBe(authorization === '' ? 401 : 403);
  });

  test('answers as Segment does, and says more when it is asked to', async () => {
    expect(await post('/v1/track', { userId: 'u', event: 'e' })).toEqual({
      status: 200,
      body: { success: true },
    });
    expect(await post('/v1/batch', { batch: [{ type: 'track', event: 'nobody' }] })).toEqual({
      status: 200,
      body: { success: true },
    });
    const strict = await post(
      '/v1/batch',
      { batch: [{ type: 'track', event: 'nobody' }] },
      { 'x-strict': '1' },
    );
    expect(strict).toEqual({
      status: 207,
      body: { success: false, accepted: 0, rejected: [{ index: 0, code: 'no-user-anon-id' }] },
    });
    expect((await post('/v1/batch', 'x'.repeat(600_000))).status).toBe(400);
  });
});

describe('the Profile API', () => {
  const profile = async (id: string, part: string, authorization: string) => {
    const path = `/v1/spaces/shop/collections/users/profiles/${encodeURIComponent(id)}/${part}`;
    const response = await fetch(`${served.api}${path}`, { headers: { authorization } });
    // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
    const body: any = await response.json();
    return { status: response.status, body };
  };
  const basic = (key: string) => `Basic ${btoa(`${key}:`)}`;

  test('answers a read key in the shapes of Segment', async () => {
    const traits = await profile('user_id:user-0', 'traits', basic(READ_KEY));
    expect(traits.status).toBe(200);
    expect(traits.body).toMatchObject({ traits: {}, cursor: { has_more: expect.any(Boolean) } });
    const ids = await profile('email:user-0@shop.example', 'external_ids', basic(READ_KEY));
    expect(ids.body.data).toContainEqual(
      expect.objectContaining({ type: 'user_id', id: 'user-0', source_id: 'web' }),
    );
    const events = await profile('user_id:user-0', 'events', basic(READ_KEY));
    expect(events.body.data[0]).toMatchObject({ type: 'track', event: 'Product Viewed' });
    const nobody = await profile('user_id:nobody', 'traits', basic(READ_KEY));
    expect(nobody).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
  });

  test.each([
    ['no key', '', 401],
    ['a write key', basic(KEY), 403],
    ['a key of nobody', basic('rk_of_somebody_else_altogether'), 403],
  ])('refuses %s', async (_, authorization, status) => {
    expect((await profile('user_id:user-0', 'traits', authorization)).status).toBe(status);
  });

  test('a read key sends no events', async () => {
    const headers = { authorization: basic(READ_KEY) };
    expect((await post('/v1/track', { userId: 'u', event: 'e' }, headers)).status).toBe(403);
  });
});
