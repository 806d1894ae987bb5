/**
 * What was read too early is read again as it is now: a replica that stays behind costs one more attempt, and not all of them.
 */
import { expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { notePositions, positionsWrite } from '#application/identity/freshness.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import type { FactChange } from '#application/identity/row-change.ts';
import { OPEN_PARTITION, openKey, type ScopeId } from '#application/shared/items.ts';
import { positionsIn, positionsKey } from '#application/shared/positions.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { receipt, receiptPart } from '../../support/builders/receipts.ts';
import { fact, factUnit, party, partyGone, version } from '../../support/builders/rows.ts';
import { aLateStore } from '../../support/late-store.ts';

/** A late store with a party that facts are about. */
const aStore = async () => {
  const store = aLateStore();
  await store.parties(party('a', 1, 'card#1', 'email#1'));
  return {
    ...store,
    rows: (...facts: readonly FactChange[]) => applyRows(store.ports, POLICY, [], facts),
  };
};

test('a row that has moved', async () => {
  const store = await aStore();
  await store.facts(fact('pos.1', 1, ['card#1']));
  await store.facts(fact('pos.1', 2, ['email#1']));
  store.fallBehind(1);
  const { failures } = await store.rows(fact('pos.1', 3, ['card#1']));
  expect(failures).toEqual([]);
  expect(store.contributions()).toEqual([`${factUnit('card#1').key}#0 pos.1 3`]);
  store.expectSound();
});

test('the bucket of a row whose change is late', async () => {
  const store = await aStore();
  await store.facts(fact('pos.1', 1, ['card#1']));
  await store.facts(fact('pos.1', 5, ['card#1']));
  store.fallBehind(1);
  const { failures, stale } = await store.rows(fact('pos.1', 3, ['email#1']));
  expect([failures, stale]).toEqual([[], 1]);
  store.expectSound();
});

test('the unit that the columns of a row name which are kept', async () => {
  const store = await aStore();
  await store.facts(receipt('pos.1', 1, 'card#1'));
  await store.facts(receipt('pos.2', 1, 'card#1'));
  store.fallBehind(9);
  const { failures } = await store.rows(receiptPart('pos.1', 2, { total: 2 }));
  expect(failures).toEqual([]);
  store.expectSound();
});

test('positions, where one of two is no further', async () => {
  const table = new MemoryTable({ lag: () => 1 });
  const at = (source: string, n: number) => ({ source, version: version(n), committedAt: n });
  const note = (...positions: readonly ReturnType<typeof at>[]) =>
    ({ shard: 's1', positions, appliedAt: 9 }) as const;
  await table.write(positionsWrite(note(at('crm', 1), at('pos', 1))));
  await table.write(positionsWrite(note(at('crm', 5))));
  await notePositions(table, note(at('crm', 4), at('pos', 9)));
  const [item] = await table.getAll([positionsKey('s1')]);
  expect(positionsIn(item).map(({ committedAt }) => committedAt)).toEqual([5, 9]);
});

test('a scope that has ended and whose note is forgotten', async () => {
  const store = await aStore();
  const before = store.table.dump().find(({ sk }) => sk === 'SCOPE');
  await store.parties(partyGone('a', 2));
  const id = before?.pk.slice(2) as ScopeId;
  await store.table.write({ kind: 'put', item: { ...openKey(id) } });
  store.fallBehind(1);
  await closeScopes(store.ports, POLICY);
  expect((await store.table.query({ pk: OPEN_PARTITION })).items).toEqual([]);
});
