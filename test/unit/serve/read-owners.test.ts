/**
 * Readers that do not commit, while scopes split and absorb each other between two of their reads.
 */
import { expect, test } from 'vitest';
import { type PlacedUnit, readOwners } from '#application/serve/read-owners.ts';
import { rowItemKey, type ScopeId } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { party, partyGone, rowKey } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

/** `s` and `x` are one customer by a card, `t` another by an e-mail address. */
const aStore = async () => {
  const store = anIdentityStore();
  await store.parties(party('s', 1, 'card#1'));
  await store.parties(party('x', 1, 'card#1', 'phone#1'));
  await store.parties(party('t', 1, 'email#1'));
  return store;
};
type Store = Awaited<ReturnType<typeof aStore>>;

/** The owners of rows, by unit, when something happens just before the nth read of scopes. */
const ownersWhile = async (
  store: Store,
  rows: readonly string[],
  meanwhile: () => Promise<unknown>,
  reads?: number,
) => {
  const isScopes = (args: string) => args.includes('"SCOPE"');
  const table = interposed(store.table, nth(1, 'getAll', isScopes), meanwhile);
  const { ownerOf } = await readOwners(table, () => placesOf(table, rows), reads);
  return Object.fromEntries(ownerOf);
};

const placesOf = async (table: Table, rows: readonly string[]): Promise<readonly PlacedUnit[]> => {
  const items = await table.getAll(rows.map((row) => rowItemKey(rowKey(row))));
  return items.flatMap((item, index) => {
    const scope = item?.['scope'] as ScopeId | undefined;
    return scope === undefined ? [] : [{ unit: rows[index] as UnitKey, scope }];
  });
};

test('a row that leaves its scope meanwhile is found where it went, and was missed by one reading', async () => {
  const leave = (store: Store) => () => store.parties(party('x', 2, 'phone#1'));
  const once = await aStore();
  expect(await ownersWhile(once, ['x'], leave(once), 1)).toEqual({});
  const store = await aStore();
  expect(await ownersWhile(store, ['x', 's'], leave(store))).toEqual({ x: 'one_x', s: 'one_s' });
});

test('a scope that another absorbs meanwhile shows its rows once, under the customer of both', async () => {
  const store = await aStore();
  const merge = () => store.parties(party('m', 1, 'card#1', 'email#1'));
  expect(await ownersWhile(store, ['x', 't'], merge)).toEqual({ x: 'one_s', t: 'one_s' });
});

test('a row that is deleted meanwhile has no owner', async () => {
  const store = await aStore();
  expect(await ownersWhile(store, ['x', 's'], () => store.parties(partyGone('x', 2)))).toEqual({
    s: 'one_s',
  });
});

test('a unit that is never in its scope is read four times and no more', async () => {
  const store = await aStore();
  const [place] = await placesOf(store.table, ['x']);
  let readings = 0;
  const places = async () => {
    readings += 1;
    return place ? [{ ...place, unit: 'lost' as UnitKey }] : [];
  };
  const { placed, ownerOf } = await readOwners(store.table, places);
  expect([readings, placed.length, ownerOf.size]).toEqual([4, 1, 0]);
});

test('a row that may create no customer has none, and is read once', async () => {
  const store = await aStore();
  const change = party('p', 1, 'card#9');
  const evidence = { ...must(change.after, 'row').evidence, mayCreate: false };
  await store.parties({ ...change, after: { evidence, fields: {}, identifiers: [] } });
  let readings = 0;
  const places = () => {
    readings += 1;
    return placesOf(store.table, ['p', 's']);
  };
  const { placed, ownerOf } = await readOwners(store.table, places);
  expect([readings, placed.length, [...ownerOf]]).toEqual([1, 2, [['s', 'one_s']]]);
});
