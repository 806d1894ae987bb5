/** Values that change hands: evidence on different days is evidence of different people. */
import { expect, test } from 'vitest';
import { fact, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

test('a phone number that was given up and handed out again links nobody, whatever comes first', async () => {
  const rows = [
    party('old', 1, 'phone#1@..2019-12-31', 'card#1'),
    party('new', 1, 'phone#1@2020-03-01..', 'card#2'),
  ];
  for (const order of [rows, rows.toReversed()]) {
    const store = anIdentityStore();
    for (const row of order) await store.parties(row);
    expect(store.customers().toSorted()).toEqual(['one_new: new', 'one_old: old']);
    expect(await store.held()).toEqual([]);
    store.expectSound();
  }
});

test('a card that was issued again to somebody else links its holders of each time, and no others', async () => {
  const store = anIdentityStore();
  await store.parties(party('old', 1, 'card#1@..2019-12-31', 'email#old'));
  await store.parties(party('new', 1, 'card#1@2020-03-01..', 'email#new'));
  await store.facts(
    fact('pos.1', 1, ['card#1@..2018-06-30']),
    fact('pos.2', 1, ['card#1@2022-01-01..']),
  );
  const customers = store.customers().filter((line) => line.includes(': '));
  expect(customers).toHaveLength(2);
  expect(customers).toContainEqual(expect.stringMatching(/: new .*2022/));
  expect(customers).toContainEqual(expect.stringMatching(/: old .*2018/));
  store.expectSound();
});

test('when the days are corrected, they link', async () => {
  const store = anIdentityStore();
  await store.parties(party('a', 1, 'phone#1@..2019-12-31'), party('b', 1, 'phone#1@2020-03-01..'));
  await store.parties(party('b', 2, 'phone#1@2019-03-01..'));
  expect(store.customers()).toContain('one_a: a b');
  await store.parties(party('b', 3, 'phone#1@2020-03-01..'));
  expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
  store.expectSound();
});

test('a third that knew both days links all three, for then it was one person', async () => {
  const store = anIdentityStore();
  await store.parties(party('a', 1, 'phone#1@..2019-12-31'), party('b', 1, 'phone#1@2020-03-01..'));
  await store.parties(party('c', 1, 'phone#1'));
  expect(store.customers()).toContain('one_a: a b c');
  store.expectSound();
});
