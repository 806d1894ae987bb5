import { describe, expect, test } from 'vitest';
import { readHolders } from '#application/identity/scope-holders.ts';
import { claimKey, parseClaimItem } from '#application/shared/items.ts';
import { id } from '../../support/builders/evidence.ts';
import { party, partyGone } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth, nthCommit } from '../../support/interposed-table.ts';

/** A store in which rows `h1`, `h2`, … hold a phone, whose cap is 3. */
const heldBy = async (count: number) => {
  const store = anIdentityStore();
  for (let n = 1; n <= count; n++) await store.parties(party(`h${n}`, 1, 'phone#1'));
  const claim = async () => {
    const item = await store.item(claimKey(id('phone#1')));
    return item && parseClaimItem(item);
  };
  /** Who holds it, by its scope or, when it is shared, by the claim and the items beside it. */
  const holders = async () => {
    const found = await claim();
    return found && [...(await readHolders(store.table, id('phone#1'), found))].sort();
  };
  const members = async () =>
    (await store.table.query({ pk: 'I#phone#1', skPrefix: 'UNIT#' })).items.map(({ sk }) => sk);
  return { ...store, claim, holders, members };
};

type Store = Awaited<ReturnType<typeof heldBy>>;

/** A worker that is overtaken by `meanwhile` just before its commit. */
const overtaken = (store: Store, meanwhile: () => Promise<unknown>) =>
  store.workerOn(interposed(store.table, nthCommit(1), meanwhile));

/** A worker that is overtaken between its mark and its count. */
const overtakenWhileCounting = (store: Store, meanwhile: () => Promise<unknown>) =>
  store.workerOn(interposed(store.table, nth(1, 'query'), meanwhile));

describe('crossing the cap', () => {
  test('at the cap holders are one customer', async () => {
    const store = await heldBy(3);
    expect(await store.claim()).toMatchObject({ shared: false, customer: 'one_h1' });
    expect(store.customers()).toEqual(['one_h1: h1 h2 h3']);
    store.expectSound();
  });

  test('one more makes the value shared and everybody a customer apart', async () => {
    const store = await heldBy(4);
    expect(await store.claim()).toMatchObject({ shared: true, units: ['h1', 'h2', 'h3'] });
    expect(await store.members()).toEqual(['UNIT#h4']);
    expect(store.customers()).toEqual(['one_h1: h1', 'one_h2: h2', 'one_h3: h3', 'one_h4: h4']);
    store.expectSound();
  });

  test('one less makes them one again, under the id issued first', async () => {
    const store = await heldBy(4);
    await store.parties(partyGone('h2', 2));
    expect(await store.claim()).toMatchObject({ shared: false });
    expect(await store.members()).toEqual([]);
    expect(store.customers()).toEqual([
      'one_h1: h1 h3 h4',
      'one_h2 rests',
      'one_h3 -> one_h1',
      'one_h4 -> one_h1',
    ]);
    store.expectSound();
  });

  test.each([
    ['listed in the claim', 'h1'],
    ['with an item of its own', 'h4'],
    ['beyond those that are counted', 'h9'],
  ])('far above the cap a leaver %s leaves, and it stays shared', async (_, leaver) => {
    const store = await heldBy(12);
    await store.parties(party(leaver, 2, 'card#1'));
    expect((await store.claim())?.shared).toBe(true);
    expect(store.customers()).toHaveLength(12);
    store.expectSound();
  });

  test('holders that come and go one by one leave nothing behind', async () => {
    const store = await heldBy(9);
    for (let n = 1; n <= 9; n++) {
      await store.parties(partyGone(`h${n}`, 2));
      store.expectSound();
    }
    expect(await store.claim()).toBeUndefined();
    expect(await store.members()).toEqual([]);
  });

  test('several leave and join with one commit', async () => {
    const store = await heldBy(5);
    await store.parties(
      partyGone('h1', 2),
      partyGone('h4', 2),
      partyGone('h5', 2),
      party('h6', 2, 'phone#1'),
    );
    expect(await store.claim()).toMatchObject({ shared: false });
    store.expectSound();
  });

  test('several leave at once, and it is counted far enough to tell', async () => {
    const store = await heldBy(7);
    await store.parties(partyGone('h4', 2), partyGone('h5', 2), partyGone('h6', 2));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('several cross it at once', async () => {
    const store = await heldBy(2);
    await store.parties(...[3, 4, 5].map((n) => party(`h${n}`, 1, 'phone#1')));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('a join of a shared value does not touch the claim, so joins do not wait for each other', async () => {
    const store = await heldBy(4);
    const before = await store.claim();
    const worker = overtaken(store, () => store.parties(party('h6', 1, 'phone#1')));
    const { conflicts } = await worker.parties(party('h5', 1, 'phone#1'));
    expect([conflicts, await store.claim()]).toEqual([0, before]);
    store.expectSound();
  });
});

describe('races at the cap', () => {
  test('two leave at one above it: the second sees what the first did', async () => {
    const store = await heldBy(4);
    const worker = overtaken(store, () => store.parties(partyGone('h2', 2)));
    await worker.parties(partyGone('h1', 2));
    expect(await store.holders()).toEqual(['h3', 'h4']);
    store.expectSound();
  });

  test('two leave, the second while the first counts', async () => {
    const store = await heldBy(4);
    const worker = overtakenWhileCounting(store, () => store.parties(partyGone('h4', 2)));
    await worker.parties(partyGone('h1', 2));
    expect((await store.claim())?.shared).toBe(false);
    store.expectSound();
  });

  test('one joins while another counts: it waits for the count, or the count is repeated', async () => {
    const store = await heldBy(4);
    const worker = overtakenWhileCounting(store, () => store.parties(party('h5', 1, 'phone#1')));
    await worker.parties(partyGone('h1', 2));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('one joins between count and commit', async () => {
    const store = await heldBy(4);
    const worker = overtaken(store, () => store.parties(party('h5', 1, 'phone#1')));
    const { conflicts } = await worker.parties(partyGone('h1', 2));
    expect(conflicts).toBeGreaterThan(0);
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('one joins between the mark and the commit of another, who has not counted it', async () => {
    const store = await heldBy(4);
    const marked = Promise.withResolvers<void>();
    const ready = Promise.withResolvers<void>();
    // The joiner has read the claim before the mark; its commit comes after the count.
    const joiner = overtaken(store, () => {
      ready.resolve();
      return marked.promise;
    });
    const joined = joiner.parties(party('h5', 1, 'phone#1'));
    await ready.promise;
    const leaver = overtaken(store, () => {
      marked.resolve();
      return joined;
    });
    await leaver.parties(partyGone('h1', 2));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('one leaves while another joins', async () => {
    const store = await heldBy(4);
    const worker = overtaken(store, () => store.parties(partyGone('h1', 2)));
    await worker.parties(party('h5', 1, 'phone#1'));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('a count that a crash left behind is taken up by the next who comes', async () => {
    const store = await heldBy(4);
    const crashed = overtaken(store, () => Promise.reject(new Error('crash')));
    const { failures } = await crashed.parties(partyGone('h1', 2));
    expect([failures.length, (await store.claim())?.cooling]).toEqual([1, expect.any(String)]);
    await store.parties(party('h5', 1, 'phone#1'));
    expect(await store.claim()).not.toHaveProperty('cooling');
    store.expectSound();
  });

  test('and by one who came before the crash, without a mark of its own', async () => {
    const store = await heldBy(4);
    const crashed = overtaken(store, () => Promise.reject(new Error('crash')));
    const counting = overtaken(store, () => crashed.parties(partyGone('h4', 2)));
    const { conflicts } = await counting.parties(partyGone('h1', 2));
    expect(conflicts).toBe(0);
    expect(await store.holders()).toEqual(['h2', 'h3', 'h4']);
    store.expectSound();
  });

  test('two cross the cap upwards at once', async () => {
    const store = await heldBy(3);
    const worker = overtaken(store, () => store.parties(party('h5', 1, 'phone#1')));
    await worker.parties(party('h4', 1, 'phone#1'));
    expect((await store.claim())?.shared).toBe(true);
    store.expectSound();
  });

  test('a claim that was deleted and made anew is not taken for the old one', async () => {
    const store = await heldBy(1);
    const worker = overtaken(store, async () => {
      await store.parties(partyGone('h1', 2));
      await store.parties(party('x', 1, 'phone#1'));
    });
    await worker.parties(party('h2', 1, 'phone#1'));
    expect(store.customers()).toEqual(['one_h1 rests', 'one_x: h2 x']);
    store.expectSound();
  });

  test('nor when that happens before the scopes are read', async () => {
    const store = await heldBy(1);
    const slow = store.workerOn(
      interposed(
        store.table,
        nth(1, 'getAll', (args) => args.includes('SCOPE')),
        async () => {
          await store.parties(party('h1', 2, 'card#1'));
          await store.parties(party('x', 1, 'phone#1'));
        },
      ),
    );
    await slow.parties(party('h2', 1, 'phone#1'));
    expect(store.customers()).toEqual(['one_h1: h1', 'one_x: h2 x']);
    store.expectSound();
  });

  test('nor a claim that was made anew by a row of the same name', async () => {
    const store = await heldBy(1);
    const worker = overtaken(store, async () => {
      await store.parties(party('h1', 2, 'card#1'));
      await store.parties(party('h1', 3, 'phone#1', 'card#1'));
    });
    await worker.parties(party('h2', 1, 'phone#1'));
    expect(store.customers()).toEqual(['one_h1: h1 h2']);
    store.expectSound();
  });
});
