import { describe, expect, test } from 'vitest';
import { sequenceDigits } from '#adapters/crypto/sha256.ts';
import {
  type AcceptPorts,
  acceptEvents,
  type TrackingRequest,
} from '#application/capture/accept-events.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { type Arrival, trackedRecord } from '#domain/capture/tracking.ts';
import type { Json } from '#domain/shared/json.ts';
import { DEMO } from '../../support/pipeline.ts';

const ARRIVAL: Arrival = { receivedAt: Date.UTC(2026, 10, 22, 8), fallbackId: 'fallback' };
const track = {
  type: 'track',
  userId: 'u1',
  event: 'Order Completed',
  messageId: 'm1',
  timestamp: '2026-11-22T07:00:00Z',
};
const read = (call: Json, arrival: Partial<Arrival> = {}) =>
  trackedRecord(call, { ...ARRIVAL, ...arrival }, sequenceDigits);

const decoded = (call: Json, arrival: Partial<Arrival> = {}) => {
  const tracked = read(call, arrival);
  if (!tracked.ok) throw new Error(tracked.error);
  const bytes = new TextEncoder().encode(JSON.stringify(tracked.value.record));
  const change = decodeChange(bytes, DEMO.definitions);
  if (!change.ok || change.value.kind === 'ignored') throw new Error(JSON.stringify(change));
  return { key: tracked.value.key, change: change.value.records[0] };
};

describe('a call becomes a row', () => {
  test.each([
    ['track', track, 'web.event.m1'],
    ['page', { type: 'page', anonymousId: 'a.1', name: 'Home', messageId: 'm2' }, 'web.event.m2'],
    ['screen', { type: 'screen', userId: 7, messageId: 'm.3' }, 'web.event.m%2E3'],
    ['group', { type: 'group', userId: 'u1', groupId: 'g1', messageId: 'm4' }, 'web.event.m4'],
    [
      'identify',
      { type: 'identify', userId: 'u1', traits: { email: 'a@b.example' } },
      'web.identity.u:u1',
    ],
    ['identify without a user', { type: 'identify', anonymousId: 'a1' }, 'web.identity.a:a1'],
    ['alias', { type: 'alias', previousId: 'a1', userId: 'u1' }, 'web.alias.a1.u1'],
    [
      'without a message id',
      { ...track, messageId: undefined as unknown as Json },
      'web.event.fallback',
    ],
  ])('%s', (_, call, key) => {
    const { key: partitionKey, change } = decoded(JSON.parse(JSON.stringify(call)));
    expect([partitionKey, change?.rowKey]).toEqual([key, key]);
  });

  test('that has one version, whenever it is sent again', () => {
    const first = decoded(track).change;
    const retried = decoded(track, {
      receivedAt: ARRIVAL.receivedAt + 60_000,
      sentAt: ARRIVAL.receivedAt,
    });
    expect(retried.change?.version).toBe(first?.version);
  });

  test('later calls of a user win, whatever order they arrive in', () => {
    const identify = (timestamp: string) =>
      decoded({ type: 'identify', userId: 'u', timestamp }).change?.version ?? '';
    expect(identify('2026-11-22T07:00:01Z') > identify('2026-11-22T07:00:00Z')).toBe(true);
  });

  test('a clock that runs ahead does not pin a row for ever', () => {
    const ahead =
      decoded({ type: 'identify', userId: 'u', timestamp: '2099-01-01T00:00:00Z' }).change
        ?.version ?? '';
    const later =
      decoded({ type: 'identify', userId: 'u' }, { receivedAt: ARRIVAL.receivedAt + 1 }).change
        ?.version ?? '';
    expect(later > ahead).toBe(true);
  });

  test.each([
    ['is taken out of the time of an event', '2026-11-22T07:59:55Z', '07:00:05', track.timestamp],
    [
      'is that of a phone a year behind',
      '2025-11-22T07:59:00Z',
      '07:59:00',
      '2025-11-22T07:58:00Z',
    ],
    ['leads to no time after the arrival', '2026-11-22T06:00:00Z', '08:00:00', track.timestamp],
    ['is none where the clock was none (Go)', '0001-01-01T00:00:00Z', '07:00:00', track.timestamp],
    ['is none before 1970 either', '1969-12-31T00:00:00Z', '07:00:00', track.timestamp],
    ['is none at the end of time', '+275760-09-13T00:00:00Z', '07:00:00', track.timestamp],
    ['is none at its beginning', '-271821-04-20T00:00:00Z', '07:00:00', track.timestamp],
    ['does not date an event ahead', '2026-11-22T08:00:00Z', '08:00:00', '4052-01-01T00:00:00Z'],
  ])('the skew of the sender’s clock %s', (_, sentAt, time, timestamp) => {
    const tracked = read({ ...track, timestamp }, { sentAt: Date.parse(sentAt) });
    expect(tracked.ok && tracked.value.record['data']).toMatchObject({
      occurred_at: `2026-11-22T${time}.000Z`,
    });
  });
});

test.each<[Json, string]>([
  ['text', 'not-an-object'],
  [null, 'not-an-object'],
  [{ userId: 'u' }, 'unknown-type'],
  [{ ...track, type: 'delete' }, 'unknown-type'],
  [{ type: 'track', event: 'x' }, 'no-user-anon-id'],
  [{ type: 'track', userId: '', event: 'x' }, 'bad-id'],
  [{ type: 'track', userId: { $ne: 1 }, event: 'x' }, 'bad-id'],
  [{ type: 'track', userId: 'x'.repeat(201), event: 'x' }, 'bad-id'],
  [{ type: 'track', userId: '\ud800', event: 'x' }, 'bad-id'],
  [{ type: 'track', userId: 'u' }, 'no-event-name'],
  [{ type: 'group', userId: 'u' }, 'no-group-id'],
  [{ type: 'alias', userId: 'u' }, 'no-previous-id'],
  [{ ...track, messageId: 'x'.repeat(256) }, 'bad-message-id'],
  [{ ...track, timestamp: 'yesterday' }, 'bad-timestamp'],
  [{ ...track, timestamp: '-271821-04-20T00:00:00Z' }, 'bad-timestamp'],
  [{ ...track, timestamp: '0001-01-01T00:00:00Z' }, 'bad-timestamp'],
  [{ ...track, timestamp: '0099-12-31T23:59:59Z' }, 'bad-timestamp'],
])('%j is %s', (call, problem) => {
  expect(read(call)).toEqual({ ok: false, error: problem });
});

describe('a request', () => {
  const accept = async (request: Partial<TrackingRequest>) => {
    const put: { partitionKey: string; text: string }[] = [];
    const ports: AcceptPorts = {
      clock: () => ARRIVAL.receivedAt,
      digits: sequenceDigits,
      publish: async (messages) => {
        for (const { partitionKey, bytes } of messages)
          put.push({ partitionKey, text: new TextDecoder().decode(bytes) });
      },
    };
    const outcome = await acceptEvents(ports, {
      requestId: 'q',
      route: 'batch',
      body: '',
      strict: false,
      ...request,
    });
    return { outcome, put };
  };
  const batch = (...calls: readonly Json[]) =>
    JSON.stringify({ batch: calls, sentAt: '2026-11-22T08:00:00Z' });

  test('of 2 500 events in 480 KB is taken whole', async () => {
    const calls = Array.from({ length: 2_500 }, (_, n) => ({
      type: 'track',
      userId: 'u',
      event: 'e'.repeat(100),
      messageId: `m${n}`,
    }));
    const { outcome, put } = await accept({ body: batch(...calls) });
    expect(outcome).toEqual({ ok: true, value: { accepted: 2_500, rejected: [] } });
    expect(new Set(put.map(({ partitionKey }) => partitionKey)).size).toBe(2_500);
  });

  test('takes its type from the path', async () => {
    const { put } = await accept({ route: 'identify', body: '{"userId":"u1","type":"track"}' });
    expect(put.map(({ partitionKey }) => partitionKey)).toEqual(['web.identity.u:u1']);
  });

  test('sets a call aside as it came, next to its neighbours', async () => {
    const { outcome, put } = await accept({ body: batch(track, { odd: true }) });
    expect(outcome).toMatchObject({
      value: { accepted: 1, rejected: [{ index: 1, code: 'unknown-type' }] },
    });
    expect(put.map(({ partitionKey, text }) => [partitionKey, text.includes('odd')])).toEqual([
      ['web.event.m1', false],
      ['web.unreadable.q-1', true],
    ]);
  });

  test('with a time that there is not loses that call alone, whatever the sender’s clock says', async () => {
    const endless = { ...track, messageId: 'm2', timestamp: '-271821-04-20T00:00:00Z' };
    for (const sentAt of ['-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00Z']) {
      const { outcome, put } = await accept({
        body: JSON.stringify({ batch: [track, endless], sentAt }),
      });
      expect(outcome).toMatchObject({
        value: { accepted: 1, rejected: [{ index: 1, code: 'bad-timestamp' }] },
      });
      expect(put.map((it) => it.partitionKey)).toEqual(['web.event.m1', 'web.unreadable.q-1']);
    }
  });

  test('that is strict puts nothing aside and tells which', async () => {
    const { outcome, put } = await accept({ strict: true, body: batch({ odd: true }, track) });
    expect(outcome).toMatchObject({ value: { accepted: 1, rejected: [{ index: 0 }] } });
    expect(put).toHaveLength(1);
  });

  test.each([
    ['no JSON', { body: '{"batch":[' }, 'invalid-json'],
    ['a list', { body: '[]' }, 'invalid-json'],
    ['depth', { body: `{"batch":${'['.repeat(50)}${']'.repeat(50)}}` }, 'invalid-json'],
    ['501 KB', { body: batch('x'.repeat(501 * 1024)) }, 'too-large'],
    [
      '33 KB of one call',
      {
        route: 'track' as const,
        body: JSON.stringify({ ...track, properties: 'x'.repeat(33_000) }),
      },
      'too-large',
    ],
    ['2 501 calls', { body: batch(...Array.from({ length: 2_501 }, () => 1)) }, 'too-large'],
  ])('with %s is refused as a whole', async (_, request, problem) => {
    const { outcome, put } = await accept(request);
    expect([outcome, put]).toEqual([{ ok: false, error: problem }, []]);
  });

  test('whose stream does not answer is not answered either', async () => {
    const ports: AcceptPorts = {
      clock: () => 0,
      digits: sequenceDigits,
      publish: () => Promise.reject(new Error('no stream')),
    };
    const request = { requestId: 'q', route: 'batch', body: batch(track), strict: false } as const;
    await expect(acceptEvents(ports, request)).rejects.toThrow('no stream');
  });
});
