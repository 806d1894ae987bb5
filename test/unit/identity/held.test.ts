/**
 * What waits for review: one entry for each value, with counts, gone when its evidence goes.
 */
import { describe, expect, test, vi } from 'vitest';
import { aNamespace } from '../../support/builders/definitions.ts';
import { fact, party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

type Store = ReturnType<typeof anIdentityStore>;

const shown = async (store: Store) =>
  (await store.held()).map(
    ({ identifier, reasons, units, rows, links, joins, customers }) =>
      `${identifier} ${reasons} ${units} units ${rows} rows ${links} links ${joins}: ${[...customers].sort().join(' ')}`,
  );

describe('held values', () => {
  test('a value that would break a limit is one entry, however many links it stands behind', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1', 'email#1'), party('b', 1, 'card#2', 'email#1'));
    await store.parties(party('c', 1, 'card#3', 'email#1'));
    expect(await shown(store)).toEqual([
      'email#1 limit:card 3 units 3 rows 3 links 3: one_a one_b one_c',
    ]);
    store.expectSound();
  });

  test('the value is shown, masked, by one of the rows that hold it', async () => {
    const wide = { phone: aNamespace('phone', 1, { cap: 2, normalise: 'phone' }) };
    const store = anIdentityStore({}, wide);
    const shop = '+85291234567';
    const holder = (row: string) => {
      const change = party(row, 1, `phone#${shop}`);
      const identifiers = [{ namespace: 'phone', value: shop, verified: true }];
      return { ...change, after: { ...change.after, identifiers } } as typeof change;
    };
    for (let n = 0; n < 40; n++) await store.parties(holder(`r${n}`));
    await store.close();
    const asked = vi.spyOn(store.table, 'getAll');
    expect(await store.held()).toMatchObject([
      { namespace: 'phone', value: '+852****4567', reasons: ['shared'], units: 40 },
    ]);
    const rowsRead = asked.mock.calls.map(([keys]) => keys.length);
    expect(Math.max(...rowsRead)).toBeLessThanOrEqual(10);
  });

  test('of a value that no row keeps, there is none to show', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'phone#1'));
    await store.facts(fact('pos.1', 1, ['card#1', 'phone#1?']));
    expect(await store.held()).toMatchObject([{ identifier: 'phone#1', value: null }]);
  });

  test('it goes with its evidence', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1', 'email#1'), party('b', 1, 'card#2', 'email#1'));
    await store.parties(partyGone('b', 2));
    expect(await shown(store)).toEqual([]);
    store.expectSound();
  });

  test('a link whose units another link has joined waits for nobody', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'phone#1', 'email#1?'), party('b', 1, 'phone#1', 'email#1'));
    expect(await shown(store)).toEqual([]);
    store.expectSound();
  });

  test('a typed value that would bridge two customers', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'phone#1'));
    await store.facts(fact('pos.1', 1, ['card#1', 'phone#1?']));
    await store.facts(fact('pos.2', 1, ['card#1', 'phone#1?']));
    expect(await shown(store)).toEqual([
      'phone#1 unverified 2 units 3 rows 1 links 2: one_a one_b',
    ]);
  });

  test('a shared value has one entry, which counts all that hold it', async () => {
    const wide = {
      phone: aNamespace('phone', 1, { cap: 25 }),
      card: aNamespace('card', 2, { cap: 25 }),
    };
    const store = anIdentityStore({}, wide);
    for (let n = 0; n < 60; n++) await store.parties(party(`a${n}`, 1, 'phone#shop', `card#${n}`));
    await store.close();
    const [entry, ...others] = await store.held();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ reasons: ['shared'], units: 60, rows: 60, joins: 60 });
    for (let n = 0; n < 40; n++) await store.parties(partyGone(`a${n}`, 2));
    await store.close();
    expect(await store.held()).toEqual([]);
    store.expectSound();
  });
});
