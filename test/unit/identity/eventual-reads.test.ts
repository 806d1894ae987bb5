import { describe, expect, test } from 'vitest';
import { applyRows } from '#application/identity/apply-rows.ts';
import type { FactChange, PartyChange } from '#application/identity/row-change.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, factGone, factUnit, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;
const EMAIL = factUnit('email#1').key;

/** A store of which the next eventually consistent reads are so many writes behind, one number for each key. */
const aLaggingStore = async () => {
  const lags: number[] = [];
  const store = anIdentityStore({ lag: () => lags.shift() ?? 0 });
  await store.parties(party('a', 1, 'card#1', 'email#1'));
  return {
    ...store,
    late: (
      behind: readonly number[],
      facts: readonly FactChange[],
      parties: PartyChange[] = [],
    ) => {
      lags.push(...behind);
      return applyRows(store.ports, POLICY, parties, facts);
    },
  };
};

describe('what is read first may be of any time before', () => {
  test.each([0, 1, 2, 3])('a row that moves, seen %i writes ago', async (behind) => {
    const store = await aLaggingStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    await store.facts(fact('pos.1', 2, ['email#1']));
    const { failures } = await store.late([behind], [fact('pos.1', 3, ['card#1'])]);
    expect(failures).toEqual([]);
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 3`]);
    expect(store.customers()).toEqual([`one_a: a ${CARD}`]);
    store.expectSound();
  });

  test.each([1, 2, 3, 4])('a unit that is gone, seen %i writes ago', async (behind) => {
    const store = await aLaggingStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    await store.facts(factGone('pos.1', 2));
    await store.late([0, behind], [fact('pos.2', 1, ['card#1'])]);
    expect(store.contributions()).toEqual([`${CARD}#0 pos.2 1`]);
    store.expectSound();
  });

  test('a unit that its scope lists after a crash, seen in an earlier life', async () => {
    const store = await aLaggingStore();
    await store.facts(fact('pos.9', 1, ['card#1']));
    await store.facts(factGone('pos.9', 2));
    const ownWrite = nth(1, 'writeAll', (args) => args.includes('mayCreate'));
    const crash = () => Promise.reject(new Error('crash'));
    await store.overtaken(ownWrite, crash).facts(fact('pos.1', 1, ['card#1']));
    await store.facts(fact('pos.1', 2, ['email#1']));
    expect(store.customers()).toEqual([`one_a: a ${[CARD, EMAIL].toSorted().join(' ')}`]);
    // Four writes ago the bucket of the unit showed a live row; what is looked at again is not of that time.
    await store.late([0, 4, 4], [fact('pos.1', 1, ['card#1'])]);
    expect(store.customers()).toEqual([`one_a: a ${EMAIL}`]);
    store.expectSound();
  });

  test.each([1, 2])('a party row, seen %i writes ago', async (behind) => {
    const store = await aLaggingStore();
    await store.parties(party('a', 2, 'card#1', 'phone#1'));
    await store.late([behind], [], [party('a', 3, 'card#2')]);
    await store.late([behind], [], [party('a', 2, 'card#1', 'phone#1')]);
    expect((await store.registry('a'))?.evidence?.claims).toMatchObject([{ identifier: 'card#2' }]);
    store.expectSound();
  });
});
