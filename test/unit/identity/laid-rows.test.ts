/** Rows that are laid ahead of their commit (ADR 0070): crashes and races between the row and its scope. */
import { describe, expect, test } from 'vitest';
import { applyRows } from '#application/identity/apply-rows.ts';
import { decide } from '#application/identity/decide.ts';
import type { PartyChange } from '#application/identity/row-change.ts';
import { rowItemKey } from '#application/shared/items.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { must } from '#domain/shared/assert.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import {
  fact,
  factUnit,
  party,
  partyGone,
  partyRenamed,
  rowKey,
  version,
} from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth, nthCommit } from '../../support/interposed-table.ts';

type Store = ReturnType<typeof anIdentityStore>;

const crash = () => Promise.reject(new Error('crash'));

/** A worker that lays rows and dies before it commits them. */
const dies = (store: Store, ...changes: readonly PartyChange[]) =>
  store.overtaken(nthCommit(1), crash).parties(...changes);

const isLaid = async (store: Store, row: string) => (await store.registry(row))?.laid === true;

/** A store in which row `a` is laid: for a customer of its own, or to join the one of `s`. */
const LAID = {
  alone: async () => {
    const store = anIdentityStore();
    await dies(store, party('a', 1, 'card#1'));
    return store;
  },
  'with another': async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'));
    await dies(store, party('a', 1, 'card#1'));
    return store;
  },
};
const PLACES = Object.entries(LAID);

describe('a row that is seen first', () => {
  test.each([
    ['makes a customer', [party('a', 1, 'card#1')], ['one_a: a']],
    ['joins one', [party('s', 1, 'card#1'), party('a', 1, 'card#1')], ['one_s: a s']],
  ] as const)('takes no transaction when it %s', async (_, rows, customers) => {
    const store = anIdentityStore();
    const worker = store.overtaken(({ name }) => name === 'transact', crash);
    for (const row of rows) expect((await worker.parties(row)).failures).toEqual([]);
    expect(store.customers()).toEqual(customers);
    store.expectSound();
  });

  test('stays out of the transaction that it needs', async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'), party('t', 1, 'email#1'));
    const inTransactions: string[] = [];
    const worker = store.overtaken(
      ({ name, args }) => name === 'transact' && inTransactions.push(JSON.stringify(args)) > 0,
      async () => {},
    );
    await worker.parties(party('m', 1, 'card#1', 'email#1'));
    expect(inTransactions).toHaveLength(1);
    expect(inTransactions[0]).not.toContain('R#m');
    expect(store.customers()).toContain('one_s: m s t');
    store.expectSound();
  });

  test('is not laid over what came before it', async () => {
    const store = anIdentityStore();
    const lays = nth(1, 'writeAll', (args) => args.includes('"laid":true'));
    const slow = store.overtaken(lays, () => store.parties(party('a', 2, 'email#1')));
    await slow.parties(party('a', 1, 'card#1'));
    expect(await store.registry('a')).toMatchObject({ version: version(2) });
    store.expectSound();
  });

  test('joins a row that changes in the same commit', async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'), party('a', 1, 'card#1'));
    await store.parties(party('a', 2, 'card#1?'), party('b', 1, 'card#1'));
    expect(store.customers()).toContain('one_a: a b s');
    store.expectSound();
  });

  test('takes over the ids of the row it was, whatever it claims now', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 1, 'card#1'));
    await store.parties(...partyRenamed('m', 'z', 2, 'email#1'));
    expect(store.customers()).toEqual(['one_m: z']);
    store.expectSound();
  });

  test('is no part of any customer while it is laid', async () => {
    const store = await LAID['with another']();
    expect([await isLaid(store, 'a'), store.customers()]).toEqual([true, ['one_s: s']]);
  });
});

describe.each(PLACES)('a row whose worker died before the commit, %s', (_, aStore) => {
  const again: readonly (readonly [string, readonly PartyChange[]])[] = [
    ['comes again', [party('a', 1, 'card#1')]],
    ['comes with other claims', [party('a', 2, 'email#1')]],
    ['goes', [partyGone('a', 2)]],
    ['goes, and comes back', [partyGone('a', 2), party('a', 3, 'card#1')]],
    ['comes again after an earlier version', [party('a', 0, 'card#2'), party('a', 1, 'card#1')]],
    ['shows something else, and comes again', [party('a', 2, 'card#1'), party('a', 1, 'card#1')]],
    ['comes again in one with a later image', [{ ...party('a', 2, 'card#1'), since: version(1) }]],
    ['is loaded anew', [{ ...party('a', 1, 'card#1'), version: rowVersion(2, 'load', '1', 1) }]],
    ['gets another primary key', partyRenamed('a', 'z', 2, 'card#1')],
  ];

  test.each(again)('and that %s', async (_name, changes) => {
    const store = await aStore();
    const rest =
      changes.length === 2 && changes[1]?.renamedFrom ? [changes] : changes.map((c) => [c]);
    for (const batch of rest) expect((await store.parties(...batch)).failures).toEqual([]);
    store.expectSound();
  });

  test('and that others join', async () => {
    const store = await aStore();
    await store.parties(party('b', 1, 'card#1'));
    await store.facts(fact('pos.1', 1, ['card#1']));
    await store.parties(party('a', 1, 'card#1'));
    expect(store.customers().filter((line) => line.includes(': '))).toHaveLength(1);
    store.expectSound();
  });

  test('and that an operator decides about', async () => {
    const store = await aStore();
    await store.parties(party('o', 1, 'email#9'));
    const by = { actor: 'desk', reason: 'saw both' };
    const decided = await decide(store.ports, POLICY, { kind: 'always', a: 'a', b: 'o', ...by });
    expect(decided.ok).toBe(true);
    expect(store.customers().filter((line) => /: .*\ba\b.*\bo\b/.test(line))).toHaveLength(1);
    store.expectSound();
  });
});

describe('a slow worker, between a row and its scope', () => {
  const meanwhile: readonly (readonly [string, readonly PartyChange[]])[] = [
    ['the same version', [party('a', 1, 'card#1')]],
    ['a later image', [party('a', 2, 'card#1')]],
    ['other claims', [party('a', 2, 'email#1')]],
    ['its deletion', [partyGone('a', 2)]],
    ['a row that it hangs together with', [party('b', 1, 'card#1')]],
    ['another primary key', partyRenamed('a', 'z', 2, 'card#1')],
  ];

  test.each(meanwhile)('is overtaken by %s', async (_, changes) => {
    for (const others of [[], [party('s', 1, 'card#1')]]) {
      const store = anIdentityStore();
      await store.parties(...others);
      const slow = store.overtaken(nthCommit(1), () => store.parties(...changes));
      expect((await slow.parties(party('a', 1, 'card#1'))).failures).toEqual([]);
      await store.parties(...changes);
      store.expectSound();
    }
  });

  test('without a claim that others could meet, is overtaken by its deletion', async () => {
    const store = anIdentityStore();
    const slow = store.overtaken(nthCommit(1), () => store.parties(partyGone('a', 2)));
    await slow.parties(party('a', 1));
    expect(store.customers()).toEqual(['one_a rests']);
    store.expectSound();
  });

  test('counts the race that it lost', async () => {
    const store = anIdentityStore();
    await store.parties(party('s', 1, 'card#1'));
    const slow = store.overtaken(nthCommit(1), () => store.facts(fact('pos.1', 1, ['card#1'])));
    expect(await slow.parties(party('a', 1, 'card#1'))).toMatchObject({ applied: 1, conflicts: 1 });
    expect(store.customers()).toEqual([`one_s: a s ${factUnit('card#1').key}`]);
    store.expectSound();
  });
});

describe('what a laid row says', () => {
  test('may be replaced by a later image, and it stays laid', async () => {
    const store = await LAID.alone();
    const worker = store.overtaken(
      ({ name, args }) => name === 'getAll' && JSON.stringify(args).includes('SCOPE'),
      crash,
    );
    expect((await worker.parties(party('a', 2, 'card#1'))).failures).toEqual([]);
    expect(await isLaid(store, 'a')).toBe(true);
  });

  test('is not put back by one who finds it committed meanwhile', async () => {
    const store = await LAID['with another']();
    const reading = nth(1, 'getAll', (args) => args.includes('"sk":"CLAIM"'));
    const after = { ...must(party('a', 1, 'card#1').after, 'row'), fields: { name: 'read anew' } };
    const slow = store.overtaken(reading, () =>
      store.parties({ ...party('a', 1, 'card#1'), after }),
    );
    await slow.parties(party('a', 0, 'card#1'));
    expect(await store.item(rowItemKey(rowKey('a')))).toMatchObject({
      said: { fields: { name: 'read anew' } },
    });
    store.expectSound();
  });

  test('is laid no longer once its scope was asked', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'));
    const loaded = { ...party('a', 1, 'card#1'), version: rowVersion(2, 'load', '1', 1) };
    await store.parties(loaded);
    expect(await isLaid(store, 'a')).toBe(false);
    store.expectSound();
  });

  const late = party('a', 6, 'card#1');
  test.each([
    ['not laid', ['card#1', 'card#2', 'card#1'], late],
    ['laid, and its scope was asked', ['card#1'], { ...late, since: version(1) }],
  ])('is not replaced for the row that it was before it went: %s', async (_, cards, image) => {
    const store = anIdentityStore();
    for (const [n, card] of cards.entries()) await store.parties(party('a', n + 1, card));
    expect(await isLaid(store, 'a')).toBe(cards.length === 1);
    // It goes and comes back, and the worker dies who brings it.
    const slow = store.overtaken(nth(1, 'writeAll'), async () => {
      await store.parties(partyGone('a', 4));
      await dies(store, party('a', 5, 'card#1'));
    });
    await slow.parties(image);
    await store.parties(party('a', 5, 'card#1'));
    expect(store.customers()).toEqual(['one_a: a']);
    store.expectSound();
  });
});

test('a row that went to another scope is not committed where it was laid, by one who sees it as it was', async () => {
  const lags: number[] = [];
  const store = anIdentityStore({ lag: () => lags.shift() ?? 0 });
  await store.parties(party('b', 1, 'phone#1', 'email#1'), party('c', 1, 'email#1'));
  await store.parties(party('a', 1, 'phone#1'));
  await store.parties(party('d', 1, 'phone#1'));
  const before = await store.item(rowItemKey(rowKey('a')));
  // One too many: nothing ties the row to the others any more.
  await store.parties(party('e', 1, 'phone#1'));
  expect((await store.item(rowItemKey(rowKey('a'))))?.['scope']).not.toBe(before?.['scope']);
  lags.push(1);
  await applyRows(store.ports, POLICY, [party('a', 1, 'phone#1')], []);
  expect(lags).toEqual([]);
  store.expectSound();
});
