import { describe, expect, test } from 'vitest';
import { fact, factGone, factUnit, version } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { interposed, nth } from '../../support/interposed-table.ts';

const CARD = factUnit('card#1').key;
const EMAIL = factUnit('email#1').key;

describe('races of one row', () => {
  test('a contribution written to the place that the row has just left is taken back', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    // Version 2 has read the place; version 3 moves the row before it writes there.
    const slow = store.overtaken(nth(2, 'writeAll'), () =>
      store.facts(fact('pos.1', 3, ['email#1'])),
    );
    await slow.facts(fact('pos.1', 2, ['card#1']));
    expect(store.contributions()).toEqual([`${EMAIL}#0 pos.1 3`]);
    store.expectSound();
  });

  test('and one that is later than the move follows it', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(nth(2, 'writeAll'), () =>
      store.facts(fact('pos.1', 2, ['email#1'])),
    );
    await slow.facts(fact('pos.1', 3, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 3`]);
    store.expectSound();
  });

  test('a deletion that is later than a move deletes the row where it went', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(nth(2, 'writeAll'), () =>
      store.facts(fact('pos.1', 2, ['email#1'])),
    );
    await slow.facts(factGone('pos.1', 3));
    expect(store.contributions()).toEqual([]);
    store.expectSound();
  });

  test('a contribution that lands just before the move is moved over', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('ROW')),
      () => store.facts(fact('pos.1', 2, ['card#1'])),
    );
    await slow.facts(fact('pos.1', 3, ['email#1']));
    expect(store.contributions()).toEqual([`${EMAIL}#0 pos.1 3`]);
    store.expectSound();
  });

  test('a contribution that is later than the move, and lands just before it, stays', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('ROW')),
      () => store.facts(fact('pos.1', 5, ['card#1'])),
    );
    await slow.facts(fact('pos.1', 3, ['email#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 5`]);
    store.expectSound();
  });

  test('two that see the row first', async () => {
    const store = anIdentityStore();
    const slow = store.overtaken(nth(1, 'writeAll'), () =>
      store.facts(fact('pos.1', 2, ['email#1'])),
    );
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(store.contributions()).toEqual([`${EMAIL}#0 pos.1 2`]);
    store.expectSound();
  });

  test('two moves', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('ROW')),
      () => store.facts(fact('pos.1', 3, ['phone#1'])),
    );
    await slow.facts(fact('pos.1', 2, ['email#1']));
    expect(store.contributions()).toEqual(['~phone#1#0 pos.1 3']);
    store.expectSound();
  });

  test('a note and a move: whichever is later stands', async () => {
    for (const [noted, moved] of [
      [2, 3],
      [3, 2],
    ] as const) {
      const store = anIdentityStore();
      await store.facts(fact('pos.1', 1, []));
      const slow = store.overtaken(nth(1, 'writeAll'), () =>
        store.facts(fact('pos.1', moved, ['card#1'])),
      );
      await slow.facts(fact('pos.1', noted, []));
      expect(store.contributions()).toEqual(moved > noted ? [`${CARD}#0 pos.1 ${moved}`] : []);
      store.expectSound();
    }
  });

  test('a deletion of a row that named nobody, and that somebody has just read anew', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 6, []));
    const slow = store.overtaken(nth(1, 'writeAll'), () =>
      store.facts(fact('pos.1', 6, ['email#1'])),
    );
    await slow.facts(factGone('pos.1', 7));
    expect(store.contributions()).toEqual([]);
    store.expectSound();
  });

  test('a move and a note that overtakes it', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, []));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('"R#pos.1"')),
      () => store.facts(factGone('pos.1', 3)),
    );
    await slow.facts(fact('pos.1', 2, ['card#1']));
    expect([store.contributions(), (await store.registry('pos.1'))?.version]).toEqual([
      [],
      version(3),
    ]);
    store.expectSound();
  });

  test('units that a row has left are not forgotten by who has not settled them', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    // Version 2 dies after its move, before the unit left is settled.
    const dying = store.overtaken(
      nth(1, 'write', (args) => args.includes('dying')),
      () => Promise.reject(new Error('crash')),
    );
    await expect(dying.facts(fact('pos.1', 2, ['email#1']))).rejects.toThrow('crash');
    expect((await store.registry('pos.1'))?.leaving).toEqual([CARD]);
    // A worker that read the row before the next move must not clear what that move has left.
    const slow = store.overtaken(
      nth(1, 'write', (args) => args.includes('"leaving"')),
      async () => {
        const crash = store.overtaken(
          nth(1, 'write', (args) => args.includes('dying')),
          () => Promise.reject(new Error('crash')),
        );
        await crash.facts(fact('pos.1', 4, ['phone#1'])).catch(() => {});
      },
    );
    await slow.facts(fact('pos.1', 3, ['email#1']));
    expect((await store.registry('pos.1'))?.leaving).toContain(EMAIL);
    await store.facts(fact('pos.1', 5, ['phone#1']));
    expect((await store.registry('pos.1'))?.leaving).toEqual([]);
    store.expectSound();
  });

  test('nor by who has moved it at the same version', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 6, ['card#1']));
    // Definitions change twice: each time the row is read anew, and moves at the version that it has.
    const again = fact('pos.1', 6, ['phone#1']);
    const slow = store.overtaken(
      nth(1, 'write', (args) => args.includes('"leaving"')),
      async () => {
        const crash = store.overtaken(
          nth(1, 'write', (args) => args.includes('dying')),
          () => Promise.reject(new Error('crash')),
        );
        await crash.facts(again).catch(() => {});
      },
    );
    await slow.facts(fact('pos.1', 6, ['email#1']));
    await store.facts(again);
    expect(store.contributions()).toEqual(['~phone#1#0 pos.1 6']);
    store.expectSound();
  });

  test('a row that is read anew does not stay where it came back to meanwhile', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 6, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('"R#pos.1"')),
      async () => {
        await store.facts(fact('pos.1', 6, ['phone#1']));
        // The unit has more buckets by then, and the row comes to a later one.
        await store.facts(
          ...Array.from({ length: 12 }, (_, n) => fact(`pos.${n + 2}`, 1, ['card#1'])),
        );
        await store.facts(fact('pos.1', 6, ['card#1']));
      },
    );
    await slow.facts(fact('pos.1', 6, ['email#1']));
    const lines = store.contributions().filter((line) => line.includes('pos.1 '));
    expect(lines).toEqual([`${EMAIL}#0 pos.1 6`]);
    store.expectSound();
  });

  test('a row is not written to a place that it has left, whatever comes after', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    // Version 3 has read that the row lies at the card; it moves away before, and on after the write.
    const slow = store.workerOn(
      interposed(
        interposed(
          store.table,
          nth(1, 'writeAll', (args) => args.includes('BUCKET')),
          () => store.facts(fact('pos.1', 2, ['email#1'])),
        ),
        nth(3, 'getAll'),
        () => store.facts(fact('pos.1', 4, ['phone#1'])),
      ),
    );
    await slow.facts(fact('pos.1', 3, ['card#1']));
    expect(store.contributions()).toEqual(['~phone#1#0 pos.1 4']);
    store.expectSound();
  });

  test('a mark of death that a crash has left on a living unit is taken away', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    // Another row comes just before the mark; whoever marked sees it, and dies before taking the mark away.
    const marking = nth(1, 'write', (args) => args.includes('"set":{"dying"'));
    const keeping = nth(1, 'write', (args) => args.includes('"remove":["dying"]'));
    const other = () => store.facts(fact('pos.2', 1, ['card#1']));
    const crash = () => Promise.reject(new Error('crash'));
    const { facts } = store.workerOn(
      interposed(interposed(store.table, marking, other), keeping, crash),
    );
    await expect(facts(fact('pos.1', 2, ['email#1']))).rejects.toThrow('crash');
    await store.facts(fact('pos.1', 2, ['email#1']));
    store.expectSound();
  });

  test('units left by several moves that died are all settled by the next', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    for (const [n, value] of [
      [2, 'email#1'],
      [3, 'phone#1'],
    ] as const) {
      const dying = store.overtaken(
        nth(1, 'write', (args) => args.includes('dying')),
        () => Promise.reject(new Error('crash')),
      );
      await expect(dying.facts(fact('pos.1', n, [value]))).rejects.toThrow('crash');
    }
    expect((await store.registry('pos.1'))?.leaving).toEqual([CARD, EMAIL]);
    await store.facts(fact('pos.1', 3, ['phone#1']));
    expect((await store.registry('pos.1'))?.leaving).toEqual([]);
    store.expectSound();
  });

  test('a redelivery takes up what a crash has left', async () => {
    for (let call = 1; ; call++) {
      const store = anIdentityStore();
      await store.facts(fact('pos.1', 1, ['card#1']));
      let seen = 0;
      const crash = store.overtaken(
        () => ++seen === call,
        () => Promise.reject(new Error('crash')),
      );
      const outcome = await crash.facts(fact('pos.1', 2, ['email#1'])).catch(() => undefined);
      await store.facts(fact('pos.1', 2, ['email#1']));
      expect(store.contributions(), `crash before call ${call}`).toEqual([`${EMAIL}#0 pos.1 2`]);
      store.expectSound();
      if (outcome && seen < call) return;
    }
  });
});
