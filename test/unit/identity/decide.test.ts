/**
 * Decisions of operators: they take effect like evidence, outlive the rows they are about, and can be taken back.
 */
import { describe, expect, test } from 'vitest';
import { applyRows } from '#application/identity/apply-rows.ts';
import { applyRules } from '#application/identity/change-rules.ts';
import { decide, revoke } from '#application/identity/decide.ts';
import type { PartyChange } from '#application/identity/row-change.ts';
import { decisionKey, parseDecisionItem } from '#application/shared/review-items.ts';
import { audit } from '../../support/audit.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, factGone, party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import type { World } from '../../support/identity-world.ts';
import { nth } from '../../support/interposed-table.ts';
import { seededRandom } from '../../support/scheduler.ts';
import { SCORED_RULES, withFeatures } from '../../support/scored-world.ts';

type Store = ReturnType<typeof anIdentityStore>;

const BY = { actor: 'kim', reason: 'saw the passport' };
const say = async (store: Store, kind: 'always' | 'never', a: string, b: string) => {
  const decided = await decide(store.ports, POLICY, { kind, a, b, ...BY });
  if (!decided.ok) throw new Error(decided.error.code);
  return decided.value;
};

describe('never-link', () => {
  test('keeps two apart whatever they share, and the value waits for review', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#1'));
    await say(store, 'never', 'a', 'b');
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
    expect(store.table.dump().filter(({ pk }) => pk.startsWith('HELD#'))).toMatchObject([
      { sk: 'card#1', reasons: ['never-link'] },
    ]);
    await store.parties(party('c', 1, 'card#1'));
    expect(store.customers()).toEqual(['one_a: a c', 'one_b: b']);
    store.expectSound();
  });

  test('stands when a row is deleted and comes back', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1));
    await say(store, 'never', 'a', 'b');
    await store.parties(partyGone('b', 2));
    await store.parties(party('b', 3, 'card#1'));
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
    store.expectSound();
  });

  test('taken back, the evidence speaks again', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#1'));
    const { id } = await say(store, 'never', 'a', 'b');
    await revoke(store.ports, POLICY, id, { actor: 'lee', reason: 'a mistake' });
    expect(store.customers()).toEqual(['one_a: a b', 'one_b -> one_a']);
    const item = await store.item(decisionKey(id));
    expect(item && parseDecisionItem(item)).toMatchObject({
      ...BY,
      kind: 'never',
      revoked: { actor: 'lee', reason: 'a mistake' },
    });
    store.expectSound();
  });

  test('one that nobody took cannot be taken back', async () => {
    const store = anIdentityStore();
    expect(await revoke(store.ports, POLICY, 'nothing', BY)).toBeUndefined();
    expect(store.table.dump()).toEqual([]);
  });
});

describe('always-link', () => {
  test('joins two that share nothing, and overrides the limits', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'), party('c', 1, 'card#2'));
    await say(store, 'always', 'one_a', 'b');
    expect(store.customers()).toContain('one_a: a b c');
    store.expectSound();
  });

  test('gives way to never-link', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1), party('b', 1));
    await say(store, 'always', 'a', 'b');
    await say(store, 'never', 'a', 'b');
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
    store.expectSound();
  });

  test('of a fact means all rows with its identifiers', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    await store.facts(fact('pos.1', 1, ['phone#1']), fact('pos.2', 1, ['phone#1']));
    await say(store, 'always', 'pos.1', 'a');
    expect(store.customers()).toContain('one_a: a ~phone#1');
    store.expectSound();
  });
});

describe('a decision', () => {
  test.each([
    ['crm.9', 'is no row that has arrived'],
    ['one_nobody', 'was never issued'],
    ['gone', 'is deleted'],
  ])('about %s is refused: it %s', async (name, detail) => {
    const store = anIdentityStore();
    await store.parties(party('a', 1), party('gone', 1));
    await store.parties(partyGone('gone', 2));
    const decided = await decide(store.ports, POLICY, { kind: 'never', a: 'a', b: name, ...BY });
    expect(decided).toEqual({ ok: false, error: { code: 'unknown-name', name, detail } });
  });

  test('about one row twice is refused', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1));
    const decided = await decide(store.ports, POLICY, { kind: 'never', a: 'a', b: 'one_a', ...BY });
    expect(decided).toMatchObject({ error: { code: 'same-unit' } });
  });

  test('is not lost to a change that has read the row before it', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1));
    const slow = store.overtaken(nth(1, 'transact'), () => say(store, 'never', 'a', 'b'));
    await slow.parties(party('b', 2, 'card#1'));
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
    store.expectSound();
  });

  test('is taken again when a row changes that it is about', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'));
    const slow = store.overtaken(nth(1, 'transact'), () => store.parties(party('b', 2, 'card#1')));
    const asked = { kind: 'never', a: 'a', b: 'b', ...BY } as const;
    expect((await decide(slow.ports, POLICY, asked)).ok).toBe(true);
    expect(store.customers()).toEqual(['one_a: a', 'one_b: b']);
    store.expectSound();
  });

  // Two units and their notes are four reads, each at an instant of its own.
  test.each([1, 2, 3, 4])('is not lost to another that comes between its reads (%i)', async (n) => {
    let turns = Number.NEGATIVE_INFINITY;
    const store = anIdentityStore({
      turn: async (unit) => {
        if (unit === 'get' && ++turns === n) await say(store, 'always', 'pos.1', 'pos.2');
      },
    });
    await store.parties(party('a', 1, 'card#1'));
    await store.facts(fact('pos.1', 1, ['phone#1']), fact('pos.2', 1, ['phone#2']));
    // It takes four reads more to find the two units.
    turns = -4;
    await say(store, 'never', 'pos.1', 'a');
    expect(turns).toBeGreaterThan(4);
    expect(store.customers()).toContain('one_~phone#1: ~phone#1 ~phone#2');
    store.expectSound();
  });

  test('taken back while its unit comes back is not taken up again', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['phone#1']), fact('pos.2', 1, ['phone#2']));
    const { id } = await say(store, 'always', 'pos.1', 'pos.2');
    await store.facts(factGone('pos.1', 2), factGone('pos.2', 2));
    const slow = store.overtaken(nth(1, 'transact'), () => revoke(store.ports, POLICY, id, BY));
    await slow.facts(fact('pos.1', 3, ['phone#1']), fact('pos.2', 3, ['phone#2']));
    // The id of the first to go had passed on to the other.
    expect(store.customers()).toEqual([
      'one_~phone#1: ~phone#2',
      'one_~phone#1/1: ~phone#1',
      'one_~phone#2 -> one_~phone#1',
    ]);
    store.expectSound();
  });

  test.each([1, 2])('of a life that is over is seen by whoever began a new one (%i)', async (n) => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const life = async (version: number, decided: boolean) => {
      await store.facts(fact('pos.9', version, ['born#1']));
      if (decided) await say(store, 'always', 'pos.9', 'a');
      await store.facts(factGone('pos.9', version + 1));
    };
    if (n === 2) await life(1, false);
    const slow = store.overtaken(nth(1, 'transact'), () => life(3, true));
    await slow.facts(fact('pos.1', 1, ['born#1']));
    expect(store.customers()).toContain('one_a: a ~born#1');
    store.expectSound();
  });
});

test('a row that is decided about under changed rules is compared under them as well', async () => {
  const [from, , to = from] = SCORED_RULES;
  for (let seed = 1; seed <= 20; seed++) {
    const store = anIdentityStore({}, from);
    const rows = ['a', 'b', 'c', 'd'].map((name) => party(name, 1, `card#${name}`));
    const { changes } = withFeatures({ changes: rows } as unknown as World, seededRandom(seed));
    await applyRows(store.ports, from, changes as readonly PartyChange[], []);
    const { ports } = store.under(to);
    for (const [a, b] of [
      ['a', 'b'],
      ['c', 'd'],
    ] as const)
      expect((await decide(ports, to, { kind: 'never', a, b, ...BY })).ok).toBe(true);
    await applyRules(ports, store.scan, to);
    expect(audit(store.table.dump(), to)).toEqual([]);
  }
});
