import { describe, expect, test } from 'vitest';
import { restructure } from '#application/identity/restructure.ts';
import type { StructuralChange } from '#application/identity/world.ts';
import { customerKey, noteKey, rowItemKey } from '#application/shared/items.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { key, POLICY } from '../../support/builders/evidence.ts';
import { party, partyGone, rowKey } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth, nthCommit } from '../../support/interposed-table.ts';

describe('ids', () => {
  test('a minted id that somebody else has is passed over', async () => {
    const store = anIdentityStore();
    const sameFirst = {
      ...store.ports,
      mint: (anchor: string, n: number) => `one_${n === 0 ? 'x' : anchor}` as OneId,
    };
    const change = (name: string): StructuralChange => ({
      key: key(name),
      after: party(name, 1).after?.evidence ?? expect.fail(),
      own: (scope) => [
        { kind: 'put', item: { ...rowItemKey(rowKey(name)), v: '1', claims: [], scope } },
      ],
    });
    await restructure(sameFirst, POLICY, [change('a')]);
    await restructure(sameFirst, POLICY, [change('b')]);
    expect(store.customers()).toEqual(['one_b: b', 'one_x: a']);
  });

  test('an id minted by somebody else just before the commit', async () => {
    const store = anIdentityStore();
    const item = { ...customerKey('one_a' as OneId), anchor: 'other', issuedAt: 1, rests: true };
    const slow = store.workerOn(
      interposed(store.table, nth(1, 'writeAll'), () => store.table.write({ kind: 'put', item })),
    );
    await slow.parties(party('a', 1));
    expect(store.customers()).toEqual(['one_a rests', 'one_a/1: a']);
  });

  test('an id that somebody laid and never came to commit is taken up', async () => {
    const store = anIdentityStore();
    const crashed = store.overtaken(nthCommit(1), () => Promise.reject(new Error('crash')));
    await crashed.parties(party('a', 1, 'card#1'));
    expect(store.customers()).toEqual([]);
    // At the first attempt: of several workers that need two each, none may come to its end.
    expect(await store.parties(party('a', 1, 'card#1'))).toMatchObject({ conflicts: 0 });
    expect(store.customers()).toEqual(['one_a: a']);
    store.expectSound();
  });

  test('an id that has passed on to another customer of the same commit', async () => {
    const store = anIdentityStore();
    await store.parties(party('m', 1, 'card#1'));
    await store.parties(party('z', 1, 'card#1'));
    await store.parties(partyGone('m', 2));
    await store.parties(party('z', 3, 'card#1', 'phone#1'), party('m', 3, 'email#1'));
    expect(store.customers()).toEqual(['one_m: z', 'one_m/1: m']);
    store.expectSound();
  });

  test('an id rests with its anchor, and the note of it goes when it comes back', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1));
    await store.parties(partyGone('a', 2));
    expect(await store.item(noteKey(key('a')))).toMatchObject({ entries: [['one_a', 1]] });
    await store.parties(party('a', 3));
    expect(await store.item(noteKey(key('a')))).toBeUndefined();
  });

  test('an id that comes back into another customer redirects, or takes over when it is older', async () => {
    const store = anIdentityStore();
    await store.parties(party('old', 1, 'card#1'));
    await store.parties(partyGone('old', 2));
    await store.parties(party('new', 1, 'card#1'));
    await store.parties(party('old', 3, 'card#1'));
    expect(store.customers()).toEqual(['one_new -> one_old', 'one_old: new old']);
    store.expectSound();
  });

  test('of a customer that dies row by row, the id rests with the last', async () => {
    const store = anIdentityStore();
    for (const name of ['a', 'b', 'c']) await store.parties(party(name, 1, 'card#1'));
    for (const name of ['a', 'c', 'b']) await store.parties(partyGone(name, 2));
    expect(store.customers()).toEqual(['one_a rests']);
    await store.parties(party('b', 3, 'card#1'));
    expect(store.customers()).toEqual(['one_a: b']);
    store.expectSound();
  });
});
