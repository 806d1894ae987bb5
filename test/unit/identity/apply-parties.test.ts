import { describe, expect, test } from 'vitest';
import { rowItemKey } from '#application/shared/items.ts';
import { party, partyGone, partyRenamed, rowKey } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth, nthCommit } from '../../support/interposed-table.ts';

const counts = (applied: object) => ({ failures: [], held: 0, conflicts: 0, stale: 0, ...applied });

describe('a party row', () => {
  test('is a customer from the first sight', async () => {
    const store = anIdentityStore();
    expect(await store.parties(party('a', 1, 'card#1'))).toEqual(counts({ applied: 1 }));
    expect(store.customers()).toEqual(['one_a: a']);
    store.expectSound();
  });

  test('keeps what it says at its highest version, in any order, any number of times', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 3, 'card#3'));
    expect(await store.parties(party('a', 2, 'card#2'))).toEqual(counts({ applied: 0, stale: 1 }));
    expect(await store.parties(party('a', 3, 'card#3'))).toEqual(counts({ applied: 1 }));
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'a 3' } },
    });
    store.expectSound();
  });

  test('with unchanged claims is one write', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const before = store.table.dump().filter(({ sk }) => sk !== 'ROW');
    await store.parties(party('a', 2, 'card#1'));
    expect(store.table.dump().filter(({ sk }) => sk !== 'ROW')).toEqual(before);
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'a 2' } },
    });
  });

  test('that is deleted leaves a tombstone, and a late change does not bring it back', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    await store.parties(partyGone('a', 3));
    expect(await store.parties(party('a', 2, 'card#1'))).toEqual(counts({ applied: 0, stale: 1 }));
    expect(store.customers()).toEqual(['one_a rests']);
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({ deleted: true });
    store.expectSound();
  });

  test('that is deleted before it was ever seen is remembered', async () => {
    const store = anIdentityStore();
    expect(await store.parties(partyGone('a', 2))).toEqual(counts({ applied: 1 }));
    expect(await store.parties(party('a', 1, 'card#1'))).toEqual(counts({ applied: 0, stale: 1 }));
    expect(store.customers()).toEqual([]);
  });

  test('that comes back has its id again', async () => {
    const store = anIdentityStore();
    for (const change of [party('a', 1), partyGone('a', 2), party('a', 3)])
      await store.parties(change);
    expect(store.customers()).toEqual(['one_a: a']);
    expect(await store.item(rowItemKey(rowKey('a')))).not.toHaveProperty('deleted');
    store.expectSound();
  });
});

describe('merge and split', () => {
  test('the id issued first stays, the other redirects, and a split gives it back', async () => {
    const store = anIdentityStore();
    await store.parties(party('b', 1, 'card#1'));
    await store.parties(party('a', 1, 'email#1'));
    await store.parties(party('c', 1, 'card#1', 'email#1'));
    expect(store.customers()).toEqual(['one_a -> one_b', 'one_b: a b c']);
    store.expectSound();
    await store.parties(party('c', 2, 'email#1'));
    expect(store.customers()).toEqual(['one_a: a c', 'one_b: b']);
    store.expectSound();
  });

  test('a merge and its undoing leave the world as if the link had never been', async () => {
    const plain = anIdentityStore();
    const linked = anIdentityStore();
    for (const store of [plain, linked]) {
      await store.parties(party('a', 1, 'card#1'));
      await store.parties(party('b', 1, 'card#2'));
      await store.parties(party('c', 1, 'phone#1'));
    }
    await linked.parties(party('c', 2, 'card#1'));
    await linked.parties(party('c', 3, 'card#2'));
    await linked.parties(party('c', 4, 'phone#1'));
    expect(linked.customers()).toEqual(plain.customers());
    linked.expectSound();
  });

  test('held links are counted', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1', 'phone#1'));
    const applied = await store.parties(party('b', 1, 'card#2', 'phone#1'));
    expect(applied).toEqual(counts({ applied: 1, held: 1 }));
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
  });

  test('rows of one batch that meet are committed together', async () => {
    const store = anIdentityStore();
    await store.parties(party('b', 1, 'card#1'), party('a', 2, 'card#1'), party('c', 3, 'card#9'));
    expect(store.customers()).toEqual(['one_a: a b', 'one_c: c']);
    store.expectSound();
  });
});

describe('a changed primary key', () => {
  test('takes the id along', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 1, 'card#1'));
    await store.parties(party('a', 2, 'card#1'));
    await store.parties(...partyRenamed('m', 'z', 3, 'card#1'));
    expect(store.customers()).toEqual(['one_m: a z']);
    store.expectSound();
    await store.parties(partyGone('a', 4));
    expect(store.customers()).toEqual(['one_m: z']);
    store.expectSound();
  });

  test('of a row that was never seen is a new row', async () => {
    const store = anIdentityStore();
    await store.parties(...partyRenamed('m', 'z', 3, 'card#1'));
    expect(store.customers()).toEqual(['one_z: z']);
    store.expectSound();
  });

  test('of a row that has since come back leaves the id with the row', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 5, 'card#1'));
    await store.parties(...partyRenamed('m', 'z', 3, 'card#2'));
    expect(store.customers()).toEqual(['one_m: m', 'one_z: z']);
    store.expectSound();
  });

  test('a new row under the old key mints an id of its own', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 1, 'card#1'));
    await store.parties(...partyRenamed('m', 'z', 2, 'card#1'));
    await store.parties(party('m', 3, 'card#3'));
    expect(store.customers()).toEqual(['one_m: z', 'one_m/1: m']);
    store.expectSound();
  });

  test('stays whole in a batch in which many rows meet', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 1, 'card#1', 'phone#shop'));
    const crowd = Array.from({ length: 60 }, (_, index) =>
      party(`c${index}`, 2, `card#c${index}`, `email#c${index}`, 'phone#shop'),
    );
    const applied = await store.parties(
      ...crowd,
      ...partyRenamed('m', 'z', 3, 'card#1', 'phone#shop'),
    );
    expect(applied.failures).toEqual([]);
    expect(store.customers()).toContain('one_m: z');
    store.expectSound();
  });
});

describe('races', () => {
  test('a row that another worker changes meanwhile is read again', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const slow = store.workerOn(
      interposed(store.table, nth(1, 'transact'), () => store.parties(party('a', 2, 'card#2'))),
    );
    expect((await slow.parties(party('a', 3, 'card#3'))).applied).toBe(1);
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'a 3' } },
    });
    store.expectSound();
  });

  test('and given up when the other one was later', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const slow = store.workerOn(
      interposed(store.table, nth(1, 'transact'), () => store.parties(party('a', 3, 'card#3'))),
    );
    expect((await slow.parties(party('a', 2, 'card#2'))).failures).toEqual([]);
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'a 3' } },
    });
    store.expectSound();
  });

  test('an image written while the claims change is not lost, nor are the claims', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const slow = store.workerOn(
      interposed(store.table, nth(1, 'writeAll'), () => store.parties(party('a', 2, 'card#2'))),
    );
    await slow.parties(party('a', 3, 'card#1'));
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'a 3' } },
    });
    store.expectSound();
  });

  test('a failure stays with the few rows that were committed together', async () => {
    const store = anIdentityStore();
    const failing = interposed(
      store.table,
      nthCommit(1, (args) => args.includes('card#7')),
      () => Promise.reject(new Error('throttled')),
    );
    const rows = Array.from({ length: 40 }, (_, index) => party(`r${index}`, 1, `card#${index}`));
    const applied = await store.workerOn(failing).parties(...rows);
    expect(applied.failures.map(({ change }) => change.rowKey)).toContain('r7');
    expect(applied.failures.length).toBeLessThanOrEqual(8);
    expect(applied.applied).toBe(40 - applied.failures.length);
    expect(store.customers()).toHaveLength(applied.applied);
    await store.parties(...rows);
    expect(store.customers()).toHaveLength(40);
    store.expectSound();
  });
});
