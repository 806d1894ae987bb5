/**
 * The un-merge on the local cloud, end to end: when the one row that links two customers changes or goes, both are what they
 * would be had it never linked them. `npm run bench -- --only end-to-end` tells how soon.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkedCustomers } from '../../support/linked-customers.ts';
import { type ServingCloud, startServingCloud, until } from '../../support/serving-cloud.ts';
import {
  type LinkEnd,
  linkThem,
  makeTwo,
  profilesOf,
  storedText,
  unlinkThem,
} from '../../support/unmerge.ts';

/** What is promised; a test beside others may take longer, so the bench judges it. */
const PATIENCE_MS = 20_000;

let served: ServingCloud;

beforeAll(async () => {
  served = await startServingCloud();
});

afterAll(() => served?.stop());

test.each<[LinkEnd, string]>([
  ['gone', '0000001'],
  ['one', '0000002'],
])('a link whose row is %s leaves no trace', async (end, name) => {
  const two = linkedCustomers(name);
  const stored = async () => storedText(await served.items('Customer360'), two.linking);
  await makeTwo(served, two, end);
  const [profiles, items] = [await profilesOf(served, two), await stored()];
  await linkThem(served, two);
  expect(await stored()).not.toBe(items);
  expect(await unlinkThem(served, two, end, profiles)).toBeLessThan(PATIENCE_MS);
  // The last writes about the stream may come after the answer.
  await until(async () => (await stored()) === items).catch(() => undefined);
  expect((await stored()).split('\n')).toEqual(items.split('\n'));
});

test('the row that linked them is all that the deletion leaves: a tombstone', async () => {
  const { linking } = linkedCustomers('0000001');
  const items = await served.items('Customer360');
  expect(items.find(({ pk }) => pk === `R#${linking}`)).toMatchObject({ deleted: true });
  const contact = linking.slice(linking.lastIndexOf('.') + 1).replace('-', '');
  expect((await served.ask(`/v1/profiles/crm-contact:${contact}`)).status).toBe(404);
  expect(served.cloud.metrics.sum('RecordsQuarantined')).toBe(0);
});
