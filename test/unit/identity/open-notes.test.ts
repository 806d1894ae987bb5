/**
 * Notes of open scopes: whoever finds a scope closed forgets its note, unless somebody opens it again meanwhile.
 */
import { expect, test } from 'vitest';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { OPEN_PARTITION, openKey, type ScopeId, scopeKey } from '#application/shared/items.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { must } from '#domain/shared/assert.ts';
import { aNamespace } from '../../support/builders/definitions.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

const RULES: MergePolicy = {
  card: aNamespace('card', 1, {}),
  phone: aNamespace('phone', 2, { cap: 5 }),
};

/** A phone has one holder too many: all are to be set apart, which takes several steps. */
const withOpenScope = async () => {
  const store = anIdentityStore({ limits: { actions: 8, scopes: 3 } }, RULES);
  for (const row of ['a', 'b', 'c', 'd', 'e', 'f'])
    await store.parties(party(row, 1, 'phone#1', `card#${row}`));
  const notes = async () => (await store.table.query({ pk: OPEN_PARTITION })).items;
  return { store, notes };
};

test('the note of a scope that is opened again stays', async () => {
  const { store, notes } = await withOpenScope();
  expect(await notes()).toHaveLength(1);
  const closing = nth(1, 'getAll', (args) => args.includes('SCOPE'));
  const forgetting = nth(1, 'transact', (args) => args.includes('OPEN'));
  const slow = interposed(
    interposed(store.table, closing, () => store.close()),
    forgetting,
    () => store.parties(partyGone('f', 2)),
  );
  await closeScopes(store.workerOn(slow).ports, RULES);
  await store.close();
  expect(await notes()).toEqual([]);
  expect(store.customers().filter((line) => line.includes(':'))).toHaveLength(1);
  store.expectSound();
});

test('the note of a scope that was not there and is open when it is looked for again stays', async () => {
  const { store, notes } = await withOpenScope();
  const [note] = await notes();
  const key = scopeKey(must(note, 'note').sk as ScopeId);
  const item = must(await store.item(key), 'scope');
  await store.table.write({ kind: 'delete', key });
  const again = nth(2, 'getAll', (args) => args.includes('SCOPE'));
  const slow = interposed(store.table, again, () => store.table.write({ kind: 'put', item }));
  await closeScopes(store.workerOn(slow).ports, RULES);
  expect(await store.item(key)).not.toHaveProperty('open', true);
  store.expectSound();
});

test('the note of a scope that another has absorbed goes', async () => {
  const store = anIdentityStore({}, RULES);
  await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'));
  await store.parties(party('bridge', 1, 'card#1', 'card#2'));
  await store.parties(party('bridge', 2, 'card#1', 'card#2', 'phone#1'));
  const redirect = must(
    store.table.dump().find((item) => item.sk === 'SCOPE' && item['into'] !== undefined),
    'redirect',
  );
  await store.table.write({
    kind: 'put',
    item: { ...openKey(redirect.pk.slice(2) as ScopeId) },
  });
  await store.close();
  expect((await store.table.query({ pk: OPEN_PARTITION })).items).toEqual([]);
});
