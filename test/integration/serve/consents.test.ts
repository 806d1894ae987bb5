/**
 * Consents on the local cloud: from the route over the stream to what a purpose reads, and how long it takes.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClient } from '../../../clients/typescript/client.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';

let served: ServingCloud;

const CARD = '610000001';
const IDENTIFIER = `member-card:${CARD}`;
/** What PIPL asks for, and this product promises. */
const PROMISED_MS = 60_000;

beforeAll(async () => {
  served = await startServingCloud();
  const data = {
    card_no: CARD,
    mobile: '98765432',
    dial_code: '852',
    name_local: '陳大文',
    brand_enrolled: 'AUR',
    tier: 'gold',
  };
  await served.publish([
    { key: `member.member.${CARD}`, data: dmsText({ source: 'member', table: 'member', data }) },
  ]);
  await until(async () => (await served.ask(`/v1/profiles/${IDENTIFIER}`)).status === 200);
});

afterAll(() => served?.stop());

const client = (role: string) =>
  makeClient({
    endpoint: served.api,
    token: () => served.cloud.token(undefined, { claims: { c360_role: role } }),
  });

const forMarketing = async (): Promise<string | undefined> => {
  const { body } = await served.ask(`/v1/profiles/${IDENTIFIER}`, {
    claims: { c360_role: 'marketing' },
    headers: { 'x-purpose': 'marketing' },
  });
  return body.withheld?.state ?? body.profile?.city?.value ?? 'shown';
};

const decide = async (state: 'granted' | 'withdrawn', idempotencyKey: string) => {
  const body = { purpose: 'marketing', state } as const;
  const asked = { identifier: IDENTIFIER, idempotencyKey, body };
  const startedAt = performance.now();
  const answer = await client('service').recordConsent(asked);
  return { answer, startedAt };
};

describe('a consent', () => {
  test('is withdrawn and granted again, each in force within the minute promised', async () => {
    expect(await forMarketing()).toBe('shown');
    for (const [state, expected] of [
      ['withdrawn', 'withdrawn'],
      ['granted', 'shown'],
      ['withdrawn', 'withdrawn'],
    ] as const) {
      const { startedAt } = await decide(state, `${state}-${performance.now()}`);
      await until(async () => (await forMarketing()) === expected, PROMISED_MS);
      const tookMs = performance.now() - startedAt;
      expect(tookMs).toBeLessThan(PROMISED_MS);
    }
  });

  test('is the same for a repeated key, and on the list once', async () => {
    const consents = () => client('service').getConsents({ identifier: IDENTIFIER });
    const before = (await consents()).data.length;
    const { answer } = await decide('granted', 'a key of the test');
    expect((await decide('granted', 'a key of the test')).answer).toEqual(answer);
    await until(async () => (await consents()).data.length > before);
    expect((await consents()).data.length).toBe(before + 1);
    const reused = decide('withdrawn', 'a key of the test');
    await expect(reused).rejects.toMatchObject({ status: 422, code: 'key-reused' });
  });

  test('asks for its own scope', async () => {
    const { status } = await served.ask(`/v1/profiles/${IDENTIFIER}/consents`, {
      scopes: ['c360/profile.read'],
      body: { purpose: 'marketing', state: 'granted' },
    });
    expect(status).toBe(403);
  });
});
