/**
 * What is printed tells of nobody: a thousand planted identifiers go through every way in, well formed and not, are asked for
 * in every way, and are then looked for in all logs, metrics, refusals and audit entries.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { registerKey } from '#application/serve/client-keys.ts';
import { must } from '#domain/shared/assert.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { memberRow, receipt } from '../../support/builders/household.ts';
import { placesOf } from '../../support/erasing.ts';
import { printedBy } from '../../support/everything.ts';
import {
  type Asked,
  type ServingCloud,
  startServingCloud,
  until,
} from '../../support/serving-cloud.ts';

const PEOPLE = Array.from({ length: 200 }, (_, n) => ({
  card: `PLANTED${String(n).padStart(5, '0')}X`,
  // No round number: the decimals of a duration often end in zeros.
  phone: `6${String(5_271_839 + n * 37)}`,
  email: `planted.${n}.person@example.com`,
  unionid: `oPlantedUnion${String(n).padStart(5, '0')}`,
  name: `歐陽植${String.fromCodePoint(0x4e00 + n)}`,
}));
const PLANTED = PEOPLE.flatMap((who) => Object.values(who));
const WRITE_KEY = 'wk_planted_0123456789abcdef';
const READ_KEY = 'rk_planted_0123456789abcdef';

/** What is asked of somebody by the routes that do not read a profile: words of theirs wherever a caller can put one. */
const asksOf = (who: (typeof PEOPLE)[number]): readonly (readonly [string, Asked?])[] => {
  const one = `/v1/profiles/member-card:${who.card}`;
  const keyed = (body: object): Asked => ({ headers: { 'idempotency-key': who.card }, body });
  const planted = (body: object): Asked => ({ headers: { 'x-purpose': who.phone }, body });
  const filter = [{ field: 'identifiers.phone', is: 'equal', value: `+852${who.phone}` }];
  const reading = { headers: { authorization: `Basic ${btoa(`${READ_KEY}:`)}` } };
  return [
    [`/v1/why?a=member-card:${who.card}&b=email:${who.email}`],
    [`/v1/why-not?a=unionid:${who.unionid}&b=${encodeURIComponent(who.name)}`],
    [`${one}/graph`],
    [`${one}/export`, { headers: { 'x-purpose': who.phone } }],
    [`${one}/timeline?kinds=${who.phone}&sources=${who.phone}`],
    [`${one}/coupons?redeemableAt=${encodeURIComponent(who.name)}`],
    [`${one}/consents`, keyed({ purpose: 'marketing', state: 'withdrawn', evidence: who.phone })],
    [
      `${one}/consents`,
      planted({ purpose: `p${who.phone}`, state: 'granted', channel: `c${who.phone}` }),
    ],
    [`${one}/corrections`, keyed({ field: 'name', wanted: who.name })],
    [`${one}/corrections`, { body: { field: who.card, wanted: who.email } }],
    ['/v1/extracts', { body: { fields: [who.card], filter, format: 'csv' } }],
    ['/v1/extracts', keyed({ fields: ['tier', 'identifiers.phone'], filter, format: 'ndjson' })],
    [`/v1/extracts/${who.card}`],
    [`/v1/erasures/${who.unionid}`],
    [`/v1/metrics/sales-trend?from=${who.phone}`],
    [`/v1/spaces/${who.card}/collections/users/profiles/email:${who.email}/traits`, reading],
    [`/v1/spaces/x/collections/users/profiles/${who.card}/events?next=${who.phone}`, reading],
    ['/v1/profiles/batch', { body: { identifiers: [`phone:+852${who.phone}`, who.name] } }],
  ];
};

let served: ServingCloud;
/** Everything that was answered with a refusal, headers included. */
const refusals: string[] = [];

const ask = async (path: string, asked: Parameters<ServingCloud['ask']>[1] = {}) => {
  const answer = await served.ask(path, asked);
  if (answer.status >= 400)
    refusals.push(JSON.stringify([answer.body, [...answer.headers.entries()]]));
  return answer;
};

/** A row of which one value after the other is not what it should be. */
const broken = (who: (typeof PEOPLE)[number], n: number): string => {
  const data = { card_no: who.card, mobile: who.phone, mail: who.email, name_local: who.name };
  const row = (more: object, metadata: object = {}) =>
    dmsText({
      source: 'member',
      table: 'member',
      data: { ...data, ...more },
      metadata: { ...metadata },
    });
  return must(
    [
      row({ card_no: null }),
      row({}, { 'table-name': `member of ${who.name}` }),
      row({}, { 'schema-name': who.email }),
      row({}, { 'stream-position': who.phone }),
      row({}, { operation: who.unionid }),
      JSON.stringify({ [who.card]: who }),
      `{"cut off": "${who.card} ${who.phone} ${who.email}`,
      receipt(who.card, { card: who.card, mobile: who.phone }, `${who.phone} dollars`),
    ][n % 8],
    'broken row',
  );
};

beforeAll(async () => {
  served = await startServingCloud();
  await registerKey(served.table('Customer360'), sha256, WRITE_KEY, 'website');
  await registerKey(served.table('Customer360'), sha256, READ_KEY, 'crm-desk', 'read');
  await served.publish(
    PEOPLE.map((who) => ({ key: `member.member.${who.card}`, data: memberRow(who) })),
  );
  await served.publish(PEOPLE.map((who, n) => ({ key: who.card, data: broken(who, n) })));
  const last = must(PEOPLE.at(-1), 'person');
  const path = `/v1/profiles/member-card:${last.card}`;
  await until(async () => (await served.ask(path)).status === 200, 300_000);
});

afterAll(() => served?.stop());

test('a thousand identifiers are in no log, metric, refusal or audit entry', async () => {
  expect(PLANTED).toHaveLength(1_000);
  const [first, second] = PEOPLE;
  const card = must(first, 'person').card;
  // What is done by functions of their own goes on while everybody else is asked for.
  const erasing = await ask(`/v1/profiles/member-card:${card}/erasure`, { method: 'POST' });
  const listing = await ask('/v1/extracts', {
    body: {
      fields: ['name', 'identifiers.phone'],
      filter: [{ field: 'name', is: 'equal', value: must(second, 'person').name }],
      format: 'csv',
    },
  });
  expect([erasing.status, listing.status]).toEqual([202, 202]);
  for (const [n, who] of PEOPLE.entries()) {
    const phone = encodeURIComponent(`+852${who.phone}`);
    const odd = [
      `/v1/profiles/phone:${phone}`,
      `/v1/profiles/member-card:${who.card}-NOT`,
      `/v1/profiles/${encodeURIComponent(who.name)}`,
      `/v1/profiles/email:${who.email}?limit=${who.phone}`,
      `/v1/profiles/unionid:${who.unionid}/orders?cursor=${who.card}`,
      `/v1/${who.card}`,
    ];
    await ask(must(odd[n % odd.length], 'path'));
    const asks = asksOf(who);
    await ask(...must(asks[n % asks.length], 'question'));
    if (n % 4 === 0) await ask('/v1/search', { body: { name: who.name, [who.email]: who.card } });
    if (n % 4 === 1) await ask('/v1/pickup', { body: { phone: who.phone } });
    if (n % 4 === 2) await ask(`/v1/profiles/member-card:${who.card}/erasure`, { method: 'PUT' });
    if (n % 4 === 3)
      await ask('/v1/identify', {
        headers: { authorization: `Basic ${btoa(`${WRITE_KEY}:`)}`, 'x-strict': '1' },
        body: { userId: who.email, traits: who, timestamp: who.phone, messageId: who.card },
      });
  }
  const isDone = async (path: string, by: string) => {
    await served.work(by);
    return (await served.ask(path)).body.state === 'done';
  };
  await until(
    () => isDone(`/v1/extracts/${listing.body.extractId}`, 'operate/run-extracts'),
    400_000,
  );
  await until(
    () => isDone(`/v1/erasures/${erasing.body.erasureId}`, 'operate/erase-customers'),
    400_000,
  );
  expect(refusals.length).toBeGreaterThan(100);
  await until(async () => (await served.items('Audit')).length > 150, 300_000);
  const audit = (await served.items('Audit')).map((item): readonly [string, string] => [
    `${item.pk} ${item.sk}`,
    JSON.stringify(item),
  ]);
  const said = new Map<string, string>([
    ...printedBy(served),
    ['the cloud', served.lines.join('\n')],
    ['metrics', JSON.stringify(served.cloud.metrics.summaries())],
    ['refusals', refusals.join('\n')],
    ...audit,
  ]);
  expect([...printedBy(served).values()].join('').length).toBeGreaterThan(10_000);
  expect(placesOf(said, PLANTED)).toEqual([]);
}, 1_200_000);
