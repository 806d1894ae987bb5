import { describe, expect, test } from 'vitest';
import { unitItemKey } from '#application/shared/items.ts';
import { fact, factGone, factUnit, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;
const EMAIL = factUnit('email#1').key;

/** A customer with a card and an e-mail address, whom facts join. */
const withCustomer = async () => {
  const store = anIdentityStore();
  await store.parties(party('a', 1, 'card#1', 'email#1'));
  return store;
};

/** The write of a unit's own item, after that of its scope. */
const ownWrite = () => nth(1, 'writeAll', (args) => args.includes('mayCreate'));

const crash = () => Promise.reject(new Error('crash'));

describe('a unit that joins one scope', () => {
  test('takes no transaction', async () => {
    const store = await withCustomer();
    const worker = store.overtaken(({ name }) => name === 'transact', crash);
    expect(await worker.facts(fact('pos.1', 1, ['card#1']))).toMatchObject({ applied: 1 });
    expect(store.customers()).toEqual([`one_a: a ${CARD}`]);
    store.expectSound();
  });

  test('nor do several that have nothing in common, each with its own scope', async () => {
    const store = await withCustomer();
    await store.parties(party('b', 1, 'card#2'));
    const worker = store.overtaken(({ name }) => name === 'transact', crash);
    await worker.facts(fact('pos.1', 1, ['card#1']), fact('pos.2', 1, ['card#2']));
    expect(store.customers()).toEqual([`one_a: a ${CARD}`, `one_b: b ${factUnit('card#2').key}`]);
    store.expectSound();
  });

  test('does not miss others of its value that come to a scope after it was read', async () => {
    const store = await withCustomer();
    // The claim of email#2 goes on naming the scope that was absorbed.
    await store.parties(party('b', 1, 'email#2'));
    await store.parties(party('c', 1, 'card#2'), party('d', 1, 'card#2'));
    await store.parties(party('c', 2, 'card#2', 'email#2'));
    await store.parties(party('e', 1, 'card#1', 'phone#1'));
    await store.parties(party('f', 1, 'phone#1'), party('g', 1, 'phone#1'));
    // The slow one has read the scope of card#1, and which scope absorbed the other; now the first absorbs that.
    const slow = store.overtaken(
      nth(2, 'getAll', (args) => args.includes('SCOPE')),
      () => store.parties(party('a', 2, 'card#1', 'card#2', 'email#1')),
    );
    const rows = [fact('pos.1', 1, ['card#1']), fact('pos.2', 1, ['email#2'])];
    expect(await slow.facts(...rows)).toMatchObject({ applied: 2, conflicts: 1 });
    store.expectSound();
  });

  test('is there after a crash between its scope and its item, once its row comes again', async () => {
    const store = await withCustomer();
    const { failures } = await store
      .overtaken(ownWrite(), crash)
      .facts(fact('pos.1', 1, ['card#1']));
    expect(failures).toHaveLength(1);
    expect(store.customers()).toEqual([`one_a: a ${CARD}`]);
    await store.facts(fact('pos.1', 1, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 1`]);
    store.expectSound();
  });

  test('is gone after such a crash, when its row has gone elsewhere', async () => {
    const store = await withCustomer();
    await store.overtaken(ownWrite(), crash).facts(fact('pos.1', 1, ['card#1']));
    await store.facts(fact('pos.1', 2, ['email#1']));
    await store.facts(fact('pos.1', 1, ['card#1']));
    expect(store.customers()).toEqual([`one_a: a ${EMAIL}`]);
    store.expectSound();
  });

  test('is not taken for one that came and went before its item was written', async () => {
    const store = await withCustomer();
    const comesAndGoes = async (name: string) => {
      await store.facts(fact(name, 1, ['card#1']));
      await store.facts(factGone(name, 2));
    };
    // Before that it was there as well, so that its bucket tells nothing but how often.
    await comesAndGoes('pos.3');
    const slow = store.overtaken(ownWrite(), () => comesAndGoes('pos.2'));
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 1`]);
    expect(await store.item(unitItemKey(CARD))).not.toHaveProperty('ended');
    store.expectSound();
  });

  test('that another worker writes as well is one unit', async () => {
    const store = await withCustomer();
    const slow = store.overtaken(ownWrite(), () => store.facts(fact('pos.2', 1, ['card#1'])));
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(store.contributions().toSorted()).toEqual([`${CARD}#0 pos.1 1`, `${CARD}#0 pos.2 1`]);
    store.expectSound();
  });

  test('loses to whoever writes its scope first, and joins what is left', async () => {
    const store = await withCustomer();
    const slow = store.overtaken(
      nth(1, 'writeAll', (args) => args.includes('SCOPE')),
      () => store.parties(party('a', 2, 'email#1')),
    );
    const { conflicts } = await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(conflicts).toBe(1);
    expect(store.customers()).toEqual(['one_a: a', `one_${CARD}: ${CARD}`]);
    store.expectSound();
  });
});

test('a value does not become shared while one of its holders has yet to get its item', async () => {
  const store = anIdentityStore();
  await store.parties(party('a', 1, 'phone#1'), party('b', 1, 'phone#1', 'card#1'));
  const row = fact('pos.1', 1, ['card#1', 'phone#1']);
  await store.overtaken(ownWrite(), crash).facts(row);
  const { failures } = await store.parties(party('c', 1, 'phone#1'));
  expect(failures).toMatchObject([{ error: { name: 'ContentionError' } }]);
  await store.facts(row);
  await store.parties(party('c', 1, 'phone#1'));
  expect(store.customers()).toHaveLength(3);
  store.expectSound();
});
