/**
 * Notes of open scopes: whoever finds a scope closed forgets its note, unless somebody opens it again meanwhile.
 */
import { expect, test } from 'vitest';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { OPEN_PARTITION } from '#application/shared/items.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { aNamespace } from '../../support/builders/definitions.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

const RULES: MergePolicy = {
  card: aNamespace('card', 1, {}),
  phone: aNamespace('phone', 2, { cap: 5 }),
};

test('the note of a scope that is opened again stays', async () => {
  const store = anIdentityStore({ limits: { actions: 8, scopes: 3 } }, RULES);
  const notes = async () => (await store.table.query({ pk: OPEN_PARTITION })).items.length;
  for (const row of ['a', 'b', 'c', 'd', 'e'])
    await store.parties(party(row, 1, 'phone#1', `card#${row}`));
  // The phone has one holder too many: all are to be set apart, which takes several steps.
  await store.parties(party('f', 1, 'phone#1', 'card#f'));
  expect(await notes()).toBe(1);
  const closing = nth(1, 'getAll', (args) => args.includes('SCOPE'));
  const forgetting = nth(1, 'transact', (args) => args.includes('OPEN'));
  const slow = interposed(
    interposed(store.table, closing, () => store.close()),
    forgetting,
    () => store.parties(partyGone('f', 2)),
  );
  await closeScopes(store.workerOn(slow).ports, RULES);
  await store.close();
  expect(await notes()).toBe(0);
  expect(store.customers().filter((line) => line.includes(':'))).toHaveLength(1);
  store.expectSound();
});
