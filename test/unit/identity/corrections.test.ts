/**
 * Corrections of an open scope, where what points to it was right once, is wrong now, and shall be again as it was: a read
 * that is behind takes it for right.
 */
import { expect, test } from 'vitest';
import { POLICY } from '../../support/builders/evidence.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { aLateStore } from '../../support/late-store.ts';

/** Commits so small that corrections take several. */
const SMALL = { actions: 9, scopes: 2 };

const OTHERS = ['p', 'q', 'r', 's', 't'];
const EMAILS = OTHERS.map((name) => `email#${name}`);

test('an id that redirects leads to another customer for a while, and back', async () => {
  const store = aLateStore(POLICY, SMALL);
  await store.parties(party('first', 1, 'email#first'));
  for (const name of OTHERS) await store.parties(party(name, 1, `email#${name}`));
  await store.parties(party('a', 1, 'email#a'));
  await store.parties(party('b', 1, 'email#b'));
  await store.parties(party('b', 2, 'email#a'));
  await store.close();
  expect(store.customers()).toContain('one_b -> one_a');
  await store.parties(party('hub', 1, 'email#first', 'email#a', ...EMAILS));
  await store.close();
  expect(store.customers()).toContain('one_b -> one_first');
  store.fallBehind(1);
  await store.parties(partyGone('hub', 2));
  await store.close();
  expect(store.customers()).toContain('one_b -> one_a');
  store.expectSound();
});

test('a held value has one more holder for a while', async () => {
  const store = aLateStore(POLICY, SMALL);
  for (const name of OTHERS) await store.parties(party(name, 1, `email#${name}`));
  await store.parties(party('a', 1, 'card#1', 'email#a'));
  await store.parties(party('b', 1, 'card#2', 'email#a'));
  const [before] = await store.held();
  await store.parties(party('hub', 1, 'card#3', 'email#a', ...EMAILS));
  await store.close();
  const [meanwhile] = await store.held();
  expect(before?.units).toBe(2);
  expect(meanwhile?.units).toBe(3);
  store.fallBehind(1);
  await store.parties(partyGone('hub', 2));
  await store.close();
  expect((await store.held())[0]?.units).toEqual(before?.units);
  store.expectSound();
});
