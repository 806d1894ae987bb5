import { expect, test } from 'vitest';
import { applyRows } from '#application/identity/apply-rows.ts';
import type { FactChange } from '#application/identity/row-change.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { receipt, receiptGone, receiptPart } from '../../support/builders/receipts.ts';
import { fact, factUnit, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;
const OTHER = factUnit('card#2').key;

/** A receipt of 1 cent at one card, which is later said to be of 3 cents. */
const withReceipt = async (lag?: () => number) => {
  const store = anIdentityStore(lag ? { lag } : {});
  await store.parties(party('a', 1, 'card#1', 'email#1'));
  await store.facts(receipt('pos.1', 1, 'card#1'));
  await store.facts(receiptPart('pos.1', 3, { total: 3 }));
  return store;
};

/** As the resolver does: the first read is eventually consistent. */
const applyTo = ({ ports }: ReturnType<typeof anIdentityStore>, change: FactChange) =>
  applyRows(ports, POLICY, [], [change]);

test('columns that come late are not lost with a row that was read before it moved', async () => {
  const lags: number[] = [];
  const store = await withReceipt(() => lags.shift() ?? 0);
  await store.facts(receiptPart('pos.1', 7, { buyer: 'card#2' }));
  // The registry is seen two writes behind, before the move; the unit that the row has left is seen as it is.
  lags.push(2);
  await applyTo(store, receipt('pos.1', 5, 'card#1'));
  expect(store.contributions()).toEqual([`${OTHER}#0 pos.1 5`]);
  store.expectSound();
});

test('nor is a deletion', async () => {
  const lags: number[] = [];
  const store = await withReceipt(() => lags.shift() ?? 0);
  await store.facts(receiptPart('pos.1', 7, { buyer: 'card#2' }));
  lags.push(2);
  await applyTo(store, receiptGone('pos.1', 5));
  // Of what came after the deletion the rest is not known.
  expect(store.contributions()).toEqual([]);
  store.expectSound();
});

test('nor with one that moves between the two reads', async () => {
  const store = await withReceipt();
  const worker = store.overtaken(nth(1, 'transact'), () =>
    store.facts(receiptPart('pos.1', 7, { buyer: 'card#2' })),
  );
  await worker.facts(receipt('pos.1', 5, 'card#1'));
  expect(store.contributions()).toEqual([`${OTHER}#0 pos.1 5`]);
  store.expectSound();
});

test('what came while no columns were kept stays, and is no reason to read for ever', async () => {
  const store = await withReceipt();
  await store.facts(fact('pos.1', 6, ['card#1']));
  expect(await store.facts(receipt('pos.1', 5, 'card#1'))).toMatchObject({ stale: 1 });
  expect(store.contributions()).toEqual([`${CARD}#0 pos.1 6`]);
  store.expectSound();
});
