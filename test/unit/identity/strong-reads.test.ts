/**
 * Strong reads: what is read so is as it is now, however late a replica is.
 */
import { describe, expect, test } from 'vitest';
import { applyRules } from '#application/identity/change-rules.ts';
import { readCustomerUnits } from '#application/identity/customer-units.ts';
import { decide, revoke } from '#application/identity/decide.ts';
import type { PartyChange } from '#application/identity/row-change.ts';
import { readHoldersHere } from '#application/identity/scope-holders.ts';
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import type { IdentifierKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { party, partyRenamed } from '../../support/builders/rows.ts';
import type { World } from '../../support/identity-world.ts';
import { aLateStore } from '../../support/late-store.ts';
import { seededRandom } from '../../support/scheduler.ts';
import { SCORED_RULES, withFeatures } from '../../support/scored-world.ts';

const BY = { actor: 'kim', reason: 'saw the passport' };

describe('an operator', () => {
  test('decides about rows that have just arrived, and takes it back at once', async () => {
    const store = aLateStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'));
    store.fallBehind(2);
    const decided = await decide(store.ports, POLICY, { kind: 'always', a: 'a', b: 'b', ...BY });
    if (!decided.ok) throw new Error(decided.error.code);
    expect(store.customers()).toEqual(['one_a: a b', 'one_b -> one_a']);
    expect(await revoke(store.ports, POLICY, decided.value.id, BY)).toMatchObject({ revoked: BY });
    store.expectSound();
  });

  test('decides about customers that were just issued', async () => {
    const store = aLateStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'));
    store.fallBehind(2);
    const asked = { kind: 'always', a: 'one_a', b: 'one_b', ...BY } as const;
    expect(await decide(store.ports, POLICY, asked)).toMatchObject({ ok: true });
    store.expectSound();
  });
});

test('the units of a customer are those that it has', async () => {
  const store = aLateStore();
  await store.parties(party('a', 1, 'card#1'));
  store.fallBehind(2);
  const id = 'one_a' as OneId;
  expect((await readCustomerUnits(store.table, [{ id }])).get(id)).toMatchObject({ units: ['a'] });
});

test('the holders of a value are those that its scope lists', async () => {
  const store = aLateStore();
  const card = 'card#1' as IdentifierKey;
  await store.parties(party('a', 1, card));
  const claim = parseClaimItem(must(await store.item(claimKey(card)), 'claim'));
  store.fallBehind(2);
  expect(await readHoldersHere(store.table, card, claim)).toEqual(['a']);
});

test('rows are compared under changed rules with all that hold their keys now', async () => {
  const [from, , to = from] = SCORED_RULES;
  for (let seed = 1; seed <= 20; seed++) {
    const store = aLateStore(from);
    const rows = ['a', 'b', 'c', 'd'].map((name) => party(name, 1, `card#${name}`));
    const { changes } = withFeatures({ changes: rows } as unknown as World, seededRandom(seed));
    await store.parties(...(changes as readonly PartyChange[]));
    store.fallBehind(1);
    await applyRules(store.under(to).ports, store.scan, to);
    store.expectSound(to);
  }
});

test.each([1, 2])(
  'an id that has passed on is not given again (%i of the same row)',
  async (times) => {
    const store = aLateStore();
    for (let n = 1; n <= times; n++) {
      await store.parties(party('a', 10 * n));
      await store.parties(...partyRenamed('a', `z${n}`, 10 * n + 1));
    }
    store.fallBehind(1);
    const { failures } = await store.parties(party('a', 50));
    expect(failures).toEqual([]);
    expect(store.customers()).toContain(`one_a/${times}: a`);
    store.expectSound();
  },
);
