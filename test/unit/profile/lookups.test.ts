import { describe, expect, test } from 'vitest';
import { makeFollower } from '#application/profile/follow-table.ts';
import { rowOfLookup } from '#application/profile/maintain-lookups.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { Table } from '#application/shared/table.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { interposed, nth } from '../../support/interposed-table.ts';
import { aViewStore, viewPortsOn } from '../../support/views.ts';

const pseudonymise = (_: string, __: string | undefined, value: string) => value;

/** A row with a name and a phone number, and what it claims. */
const person = (row: string, n: number, name: string, ...claims: readonly string[]) => {
  const change = party(row, n, ...claims);
  const identifiers = [{ namespace: 'phone', value: '+85261234567', verified: true }];
  return { ...change, after: { ...change.after, fields: { name }, identifiers } } as typeof change;
};

const aStore = () => {
  const store = aViewStore();
  const follow = (changes: readonly TableChange[] = store.take(), table: Table = store.table) =>
    makeFollower({ ...viewPortsOn(table), lookups: async () => ({ table, pseudonymise }) })(
      changes,
    );
  /** `term row`, sorted. */
  const lookups = () =>
    store.table
      .dump()
      .filter(({ pk }) => pk.startsWith('L#'))
      .map((key) => `${key.pk.slice(2)} ${rowOfLookup(key)}`)
      .sort();
  return { ...store, follow, lookups };
};

describe('lookups', () => {
  test('rows of one customer that share their terms take one each', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    expect((await store.follow()).lookups).toBe(2);
    await store.parties(person('erp.1', 1, 'AN', 'card#1'), person('shop.1', 1, 'Bo', 'card#1'));
    expect((await store.follow()).lookups).toBe(1);
    expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1', 'bo shop.1']);
  });

  test('rows of two customers have their own', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'), person('crm.2', 1, 'An', 'card#2'));
    await store.follow();
    expect(store.lookups()).toEqual(['4567 crm.1', '4567 crm.2', 'an crm.1', 'an crm.2']);
  });

  test.each([
    ['goes', partyGone('crm.1', 2), ['4567 erp.1', 'an erp.1']],
    [
      'becomes another customer',
      person('crm.1', 2, 'An', 'card#2'),
      ['4567 crm.1', '4567 erp.1', 'an crm.1', 'an erp.1'],
    ],
    [
      'takes another name',
      person('crm.1', 2, 'Bo', 'card#1'),
      ['4567 crm.1', 'an erp.1', 'bo crm.1'],
    ],
  ])('the row that stands for others %s', async (_, change, expected) => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    await store.follow();
    await store.parties(person('erp.1', 1, 'An', 'card#1'));
    await store.follow();
    await store.parties(change);
    await store.follow();
    expect(store.lookups()).toEqual(expected);
  });

  test('are written before the summary tells of them', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    const changes = store.take();
    const dies = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('SUMMARY')),
      async () => {
        expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1']);
        throw new Error('dies');
      },
    );
    await expect(store.follow(changes, dies)).rejects.toThrow('dies');
    await store.follow(changes);
    expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1']);
  });

  test('are removed after the summary tells of them no more', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    await store.follow();
    await store.parties(person('crm.1', 2, 'Bo', 'card#1'));
    const changes = store.take();
    const dies = interposed(
      store.table,
      nth(1, 'writeAll', (args) => args.includes('SUMMARY')),
      async () => {
        throw new Error('dies');
      },
    );
    await expect(store.follow(changes, dies)).rejects.toThrow('dies');
    expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1', 'bo crm.1']);
    await store.follow(changes);
    expect(store.lookups()).toEqual(['4567 crm.1', 'bo crm.1']);
  });

  test('stay with a row that goes to another customer, whose summary does not write them again', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'), person('crm.2', 1, 'Bo', 'card#2'));
    await store.follow();
    await store.parties(person('crm.2', 2, 'Bo', 'card#1'));
    expect((await store.follow()).lookups).toBe(0);
    expect(store.lookups()).toEqual(['4567 crm.1', '4567 crm.2', 'an crm.1', 'bo crm.2']);
  });

  test('of a name that came back stay when the loss of it is told again', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    await store.follow();
    await store.parties(person('crm.1', 2, 'Bo', 'card#1'));
    const lost = store.take();
    await store.follow(lost);
    await store.parties(person('crm.1', 3, 'An', 'card#1'));
    await store.follow();
    await store.follow(lost);
    expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1']);
  });

  test('of a row that was seen by a worker without them are written with the next change', async () => {
    const store = aStore();
    await store.parties(person('crm.1', 1, 'An', 'card#1'));
    await store.maintain();
    expect(store.lookups()).toEqual([]);
    await store.parties(person('shop.1', 1, 'Bo', 'card#1'));
    await store.follow();
    expect(store.lookups()).toEqual(['4567 crm.1', 'an crm.1', 'bo shop.1']);
  });
});
