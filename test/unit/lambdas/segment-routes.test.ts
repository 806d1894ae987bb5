/**
 * Segment's Profile API over our customers: the shapes, the pages, and what a client key may see.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { sequenceDigits } from '#adapters/crypto/sha256.ts';
import { trackedRecord } from '#domain/capture/tracking.ts';
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { anApi } from '../../support/api.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type AskedOf, aLambda } from '../../support/lambda.ts';
import { NOW } from '../../support/pipeline.ts';

beforeEach(() => {
  aLambda();
});

const DAY = 24 * 3_600_000;
const call = (said: JsonObject): string => {
  const arrival = { receivedAt: NOW, fallbackId: 'none' };
  const read = trackedRecord({ userId: 'u-1', ...said }, arrival, sequenceDigits);
  return JSON.stringify(must(read.ok ? read.value : undefined, 'record of a call').record);
};
const track = (n: number, daysAgo: number) =>
  call({
    type: 'track',
    event: n % 2 === 0 ? 'Viewed' : 'Added',
    messageId: `m-${n}`,
    properties: { n },
    timestamp: new Date(NOW - daysAgo * DAY - n * 1000).toISOString(),
  });

const RECORDS = [
  dmsText({
    source: 'member',
    table: 'member',
    data: {
      card_no: 'M1',
      mobile: '91234567',
      dial_code: '852',
      mail: 'chan@shop.example',
      name_local: '陳大文',
      brand_enrolled: 'AUR',
      tier: 'gold',
    },
  }),
  call({ type: 'identify', traits: { email: 'chan@shop.example' } }),
  ...[0, 1, 2, 3, 4].map((n) => track(n, 1)),
  track(9, 20),
  call({ type: 'group', groupId: 'family-7', messageId: 'g-1', timestamp: '2026-11-20T00:00:00Z' }),
];
const ID = 'user_id:u-1';

const of = (id: string, query: Record<string, string> = {}, more: AskedOf = {}): AskedOf => ({
  path: { space: 'shop', id },
  query,
  ...more,
});

describe('traits', () => {
  test('are plain values, a page of them, with what we add under meta', async () => {
    const { ask } = await anApi(...RECORDS);
    const { status, body } = await ask('segmentTraits', of(ID, { limit: '200' }));
    expect(status).toBe(200);
    expect(body.traits).toMatchObject({ tier: 'gold', name: '陳大文', orderCount: 0 });
    expect(body.cursor).toEqual({
      url: `/v1/spaces/shop/collections/users/profiles/${body.meta.one_id}/traits`,
      has_more: false,
      next: '',
      limit: 200,
    });
    expect(body.meta).toMatchObject({ one_id: expect.stringMatching(/^one_/), as_of: null });
    const byId = await ask('segmentTraits', of(body.meta.one_id, { limit: '200' }));
    expect(byId.body.traits).toEqual(body.traits);
  });

  test('page through all of them once', async () => {
    const { ask } = await anApi(...RECORDS);
    const all = (await ask('segmentTraits', of(ID, { limit: '200' }))).body.traits;
    const seen: string[] = [];
    let next = '';
    do {
      const { body } = await ask('segmentTraits', of(ID, { limit: '3', next }));
      seen.push(...Object.keys(body.traits));
      next = body.cursor.next;
      expect(body.cursor.has_more).toBe(next !== '');
    } while (next !== '');
    expect(seen).toEqual(Object.keys(all).sort());
  });

  test('say where they are from when asked verbosely', async () => {
    const { ask } = await anApi(...RECORDS);
    const query = { verbose: 'true', include: 'tier,orderCount' };
    expect((await ask('segmentTraits', of(ID, query))).body.traits).toEqual({
      orderCount: { value: 0, source_id: null, updated_at: null },
      tier: { value: 'gold', source_id: 'member', updated_at: expect.stringMatching(/Z$/) },
    });
  });

  test('of class computed_trait are the measures', async () => {
    const { ask } = await anApi(...RECORDS);
    const asked = of(ID, { class: 'computed_trait', limit: '200' });
    const names = Object.keys((await ask('segmentTraits', asked)).body.traits);
    expect(names).toEqual(expect.arrayContaining(['orderCount', 'lastSeenAt', 'pointsBalance']));
    expect(names).not.toContain('tier');
    expect(names).not.toContain('name');
  });

  test('of class audience are none, as there are no audiences', async () => {
    const { ask } = await anApi(...RECORDS);
    const asked = of(ID, { class: 'audience', limit: '200' });
    expect(await ask('segmentTraits', asked)).toMatchObject({ status: 200, body: { traits: {} } });
    expect((await ask('segmentTraits', asked)).body.traits).toEqual({});
  });
});

describe('external ids', () => {
  test('have Segment’s names, and pages that tell no value', async () => {
    const { ask } = await anApi(...RECORDS);
    const ids: string[] = [];
    let next = '';
    do {
      const { body } = await ask('segmentExternalIds', of(ID, { limit: '1', next }));
      ids.push(...body.data.map((it: { type: string; id: string }) => `${it.type}:${it.id}`));
      next = body.cursor.next;
      expect(
        atob((next.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
      ).not.toMatch(/91234567|u-1|M1/);
    } while (next !== '');
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids).toEqual(
      expect.arrayContaining(['user_id:u-1', 'member_card:M1', 'phone_number:+85291234567']),
    );
    const { body } = await ask('segmentExternalIds', of('email:chan@shop.example'));
    expect(body.data[0]).toEqual({
      source_id: expect.any(String),
      collection: 'users',
      type: expect.any(String),
      id: expect.any(String),
      encoding: 'none',
      created_at: null,
      first_message_id: null,
    });
  });
});

describe('events', () => {
  const messages = (body: { data: { message_id: string }[] }) =>
    body.data.map((it) => it.message_id);

  test('are the calls of the last 14 days, newest first', async () => {
    const { ask } = await anApi(...RECORDS);
    const { body } = await ask('segmentEvents', of(ID));
    expect(messages(body)).toEqual(['m-0', 'm-1', 'm-2', 'm-3', 'm-4', 'g-1']);
    expect(body.data[0]).toEqual({
      external_ids: [{ collection: 'users', type: 'user_id', id: 'u-1', encoding: 'none' }],
      context: {},
      type: 'track',
      message_id: 'm-0',
      source_id: 'web',
      timestamp: new Date(NOW - DAY).toISOString(),
      properties: { n: 0 },
      event: 'Viewed',
      related: { users: body.meta.one_id },
    });
  });

  test.each([
    [{ sort: 'asc', limit: '2' }, ['g-1', 'm-4']],
    [{ include: 'Viewed' }, ['m-0', 'm-2', 'm-4']],
    [{ exclude: 'Viewed,family-7' }, ['m-1', 'm-3']],
    [{ start: '2026-11-21' }, ['m-0', 'm-1', 'm-2', 'm-3', 'm-4']],
    [{ end: '2026-11-21' }, ['g-1']],
    [{ start: '2026-10-01', include: 'Added' }, ['m-1', 'm-3']],
  ])('with %j are %j', async (query, expected) => {
    const { ask } = await anApi(...RECORDS);
    expect(messages((await ask('segmentEvents', of(ID, query))).body)).toEqual(expected);
  });

  test('page in either direction', async () => {
    const { ask } = await anApi(...RECORDS);
    for (const sort of ['asc', 'desc']) {
      const first = (await ask('segmentEvents', of(ID, { sort, limit: '4' }))).body;
      const { next } = first.cursor;
      const second = (await ask('segmentEvents', of(ID, { sort, limit: '4', next }))).body;
      expect(new Set([...messages(first), ...messages(second)]).size).toBe(6);
      expect(second.cursor.has_more).toBe(false);
    }
  });

  test('tell a role that may not see properties none', async () => {
    const { ask } = await anApi(...RECORDS);
    const claims = { c360_role: 'store' };
    const { body } = await ask('segmentEvents', of(ID, {}, { claims }));
    expect(body.data[0].properties).toEqual({});
    expect(body.data[0].external_ids[0].id).toBe('****');
  });
});

describe('metadata and links', () => {
  test('say since when and through what', async () => {
    const { ask } = await anApi(...RECORDS);
    const { body } = await ask('segmentMetadata', of(ID));
    expect(body.metadata).toEqual({
      created_at: expect.stringMatching(/Z$/),
      updated_at: new Date(NOW - DAY).toISOString(),
      expires_at: null,
      first_message_id: null,
      first_source_id: 'member',
      last_message_id: null,
      last_source_id: 'web',
    });
    const links = (await ask('segmentLinks', of(ID))).body;
    expect(links.data).toEqual([
      {
        to_collection: 'accounts',
        external_ids: [
          {
            id: 'family-7',
            type: 'group_id',
            source_id: 'web',
            collection: 'accounts',
            created_at: '2026-11-20T00:00:00.000Z',
            encoding: 'none',
          },
        ],
      },
    ]);
  });
});

describe('problems', () => {
  test.each([
    [of('user_id:nobody'), 404, 'not_found'],
    [of('nonsense'), 400, 'validation_error'],
    [of(ID, { limit: '201' }), 400, 'validation_error'],
    [of(ID, { other: '1' }), 400, 'validation_error'],
    [of(ID, { next: 'x.y' }), 400, 'validation_error'],
    [of(ID, {}, { claims: { c360_role: 'root' } }), 403, 'authentication_error'],
  ])('%j is %i %s', async (asked, status, code) => {
    const { ask } = await anApi(...RECORDS);
    const answer = await ask('segmentTraits', asked);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.stringify(answer.body)).not.toMatch(/nobody|u-1/);
  });
});

describe('a client key', () => {
  test('is a client of the access policy, and its reads are on record', async () => {
    const { ask, audit } = await anApi(...RECORDS);
    const asked = of(ID, { include: 'tier,name' });
    const { body } = await ask('segmentTraits', { ...asked, key: 'crm-desk' });
    expect(body.traits).toEqual({ name: '陳大文', tier: 'gold' });
    const masked = await ask('segmentTraits', { ...asked, key: 'somebody-new' });
    expect(masked.body.traits).toEqual({ name: '陳**', tier: 'gold' });
    expect(audit.entries()).toMatchObject([
      { client: 'crm-desk', role: 'service', operation: 'segmentTraits' },
      { client: 'somebody-new', role: 'analyst' },
    ]);
  });
});
