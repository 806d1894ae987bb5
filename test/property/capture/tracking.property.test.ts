/**
 * Laws of calls: whatever a sender says, each call is a row that can be read or is refused by itself, and no event is
 * dated after its arrival.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sequenceDigits } from '#adapters/crypto/sha256.ts';
import { acceptEvents } from '#application/capture/accept-events.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { parseInstant } from '#domain/capture/instant.ts';
import { isJsonObject, type Json } from '#domain/shared/json.ts';
import { DEMO } from '../../support/pipeline.ts';

const NOW = Date.UTC(2026, 10, 22, 8);
const GOOD = { type: 'track', userId: 'u', event: 'e', messageId: 'm1' };

/** Any instant of the Date range, its ends often; texts that look like one; anything. */
const dateText = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc
    .date({ min: new Date(NOW - 1e12), max: new Date(NOW + 1e12), noInvalidDate: true })
    .map(String),
  fc.constantFrom(
    '0001-01-01T00:00:00Z',
    '-271821-04-20T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '1970-01-01',
    '2026-11-22T07:00:00+99:99',
    '',
  ),
  fc.string({ unit: fc.constantFrom(...'0123456789-+:.TZ ') }),
  fc.jsonValue(),
) as fc.Arbitrary<Json>;

const call = fc.oneof(
  { weight: 3, arbitrary: dateText.map((timestamp) => ({ ...GOOD, messageId: 'm2', timestamp })) },
  { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
);

const accepted = async (body: Json) => {
  const put: Uint8Array[] = [];
  const outcome = await acceptEvents(
    {
      clock: () => NOW,
      digits: sequenceDigits,
      publish: async (messages) => void put.push(...messages.map(({ bytes }) => bytes)),
    },
    { requestId: 'q', route: 'batch', body: JSON.stringify(body), strict: true },
  );
  return { outcome, put };
};

test('a call has no bearing on its neighbours, and is a row with a time or refused', async () => {
  await fc.assert(
    fc.asyncProperty(call, dateText, async (odd, sentAt) => {
      const { outcome, put } = await accepted({ batch: [GOOD, odd], sentAt });
      if (!outcome.ok) return expect(outcome.error).toBe('invalid-json'); // Nested too deeply.
      expect(put.length).toBe(outcome.value.accepted);
      expect(outcome.value.rejected.map(({ index }) => index)).toEqual(put.length === 2 ? [] : [1]);
      for (const bytes of put) expect(timeOf(bytes)).toBeLessThanOrEqual(NOW);
    }),
    { numRuns: 1_000 },
  );
});

/** The time of the event as the pipeline reads it; the arrival for a row that has none. */
const timeOf = (bytes: Uint8Array): number | undefined => {
  const decoded = decodeChange(bytes, DEMO.definitions);
  if (!decoded.ok || decoded.value.kind === 'ignored') return undefined;
  const { data } = JSON.parse(new TextDecoder().decode(bytes));
  const at = isJsonObject(data) ? data['occurred_at'] : undefined;
  return at === undefined ? NOW : parseInstant(String(at), 'UTC');
};
