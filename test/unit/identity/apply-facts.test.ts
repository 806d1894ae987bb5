import { describe, expect, test } from 'vitest';
import type { FactChange } from '#application/identity/row-change.ts';
import { type Contribution, liveContributionsIn } from '#application/shared/contributions.ts';
import { parseUnitItem, rowItemKey } from '#application/shared/items.ts';
import { fact, factGone, factUnit, party, rowKey, version } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

const CARD = factUnit('card#1').key;
const EMAIL = factUnit('email#1').key;

describe('a fact row', () => {
  test('makes its unit, and counts from the first sight', async () => {
    const store = anIdentityStore();
    expect(await store.facts(fact('pos.1', 1, ['card#1']))).toMatchObject({
      applied: 1,
      failures: [],
    });
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 1`]);
    expect(store.customers()).toEqual([`one_${CARD}: ${CARD}`]);
    store.expectSound();
  });

  test('keeps its highest version, in any order, any number of times', async () => {
    const store = anIdentityStore();
    const changes = [3, 1, 2, 3, 1].map((n) => fact('pos.1', n, ['card#1']));
    const results = [];
    for (const change of changes) results.push(await store.facts(change));
    expect(results.map(({ applied, stale }) => [applied, stale])).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 3`]);
  });

  test('that changes without changing whom it names is one write', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const others = () => store.table.dump().filter(({ sk }) => sk !== 'BUCKET');
    const before = others();
    await store.facts(fact('pos.1', 2, ['card#1']));
    expect(others()).toEqual(before);
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 2`]);
  });

  test('that names somebody else moves, and what it left alone is gone', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    await store.facts(fact('pos.1', 2, ['email#1']));
    expect(store.contributions()).toEqual([`${EMAIL}#0 pos.1 2`]);
    expect(store.customers()).toEqual([`one_${CARD} rests`, `one_${EMAIL}: ${EMAIL}`]);
    expect((await store.registry('pos.1'))?.leaving).toEqual([]);
    store.expectSound();
  });

  test('that is deleted takes its unit with it, unless another row supports it', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']), fact('pos.2', 1, ['card#1']));
    await store.facts(factGone('pos.1', 2));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.2 1`]);
    store.expectSound();
    await store.facts(factGone('pos.2', 2));
    expect([store.contributions(), await store.unit(CARD)]).toEqual([[], undefined]);
    store.expectSound();
  });

  test('that comes back brings its unit and its id back', async () => {
    const store = anIdentityStore();
    for (const change of [
      fact('pos.1', 1, ['card#1']),
      factGone('pos.1', 2),
      fact('pos.1', 3, ['card#1']),
    ]) {
      await store.facts(change);
    }
    expect(store.customers()).toEqual([`one_${CARD}: ${CARD}`]);
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 3`]);
    store.expectSound();
  });

  test('that was deleted does not come back with a late change, wherever that would put it', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    await store.facts(factGone('pos.1', 5));
    for (const late of [
      fact('pos.1', 4, ['card#1']),
      fact('pos.1', 3, ['email#1']),
      fact('pos.1', 2, []),
    ]) {
      expect(await store.facts(late)).toMatchObject({ applied: 0, stale: 1 });
    }
    expect([store.contributions(), store.customers()]).toEqual([[], [`one_${CARD} rests`]]);
    store.expectSound();
  });

  test('that was changed where it lies is not moved by a late change, nor is an id issued for it', async () => {
    const store = anIdentityStore();
    for (const n of [1, 5]) await store.facts(fact('pos.1', n, ['card#1']));
    const before = store.table.dump();
    expect(await store.facts(fact('pos.1', 3, ['email#1']))).toMatchObject({
      applied: 0,
      stale: 1,
    });
    expect(store.table.dump()).toEqual(before);
  });

  test('that names nobody is noted, and found when it does', async () => {
    const store = anIdentityStore();
    expect(await store.facts(fact('pos.1', 1, []))).toMatchObject({ applied: 1 });
    expect(await store.registry('pos.1')).toEqual({
      version: version(1),
      leaving: [],
      deleted: false,
    });
    await store.facts(fact('pos.1', 2, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.1 2`]);
    await store.facts(fact('pos.1', 3, []));
    expect(store.contributions()).toEqual([]);
    expect(await store.registry('pos.1')).toMatchObject({ version: version(3), leaving: [] });
    store.expectSound();
  });

  describe('that names nobody', () => {
    const sale = { as: 'order', fields: { paid: { amount: 1_050, currency: 'HKD' } } };
    const visit = { as: 'behaviour', fields: { page: 'rings', total: 1 } };
    const byNobody = (n: number, said: Contribution = sale) => fact('pos.1', n, [], said);
    const byCard = (n: number) => fact('pos.1', n, ['card#1'], sale);
    test.each<[string, readonly FactChange[], readonly number[]]>([
      ['is a sale', [byNobody(1)], [1]],
      ['says no amount', [byNobody(1, visit)], []],
      ['has changed', [byNobody(1), byNobody(2)], [2]],
      ['is no sale any more', [byNobody(1), byNobody(2, visit)], []],
      ['is deleted', [byNobody(1), factGone('pos.1', 2)], []],
      ['comes back', [byNobody(1), factGone('pos.1', 2), byNobody(3)], [3]],
      ['names somebody', [byNobody(1), byCard(2)], []],
      ['named somebody', [byCard(1), byNobody(2)], [2]],
      ['named somebody before it was heard of', [byNobody(2), byCard(1)], [2]],
    ])('keeps a sale with the row: it %s', async (_, changes, versions) => {
      const store = anIdentityStore();
      for (const change of changes) await store.facts(change);
      const said = liveContributionsIn(await store.item(rowItemKey(rowKey('pos.1'))));
      expect(said).toEqual(
        versions.map((n) => ({
          rowKey: 'pos.1',
          version: version(n),
          committedAt: n * 1_000,
          fact: sale,
        })),
      );
      store.expectSound();
    });
  });

  test('that was deleted before it was seen is remembered; when it comes back it is no longer deleted', async () => {
    const store = anIdentityStore();
    await store.facts(factGone('pos.1', 2));
    expect(await store.registry('pos.1')).toMatchObject({ deleted: true });
    expect(await store.facts(fact('pos.1', 1, ['card#1']))).toMatchObject({ applied: 0, stale: 1 });
    await store.facts(fact('pos.1', 3, []));
    expect(await store.registry('pos.1')).toMatchObject({ version: version(3), deleted: false });
  });

  test('of a source that may not create customers waits for somebody who may', async () => {
    const store = anIdentityStore();
    const change = fact('pos.1', 1, ['card#1']);
    const unit = { ...factUnit('card#1'), mayCreate: false };
    await store.facts({
      ...change,
      after: { ...change.after, contribution: { as: 'order', fields: {} }, unit },
    });
    expect(store.customers()).toEqual([]);
    await store.parties(party('a', 1, 'card#1'));
    expect(store.customers()).toEqual([`one_a: a ${CARD}`]);
    store.expectSound();
  });

  test('two hundred rows on one card are one unit', async () => {
    const store = anIdentityStore();
    await store.facts(...Array.from({ length: 200 }, (_, n) => fact(`pos.${n}`, 1, ['card#1'])));
    expect(store.table.dump().filter(parseUnitItem)).toHaveLength(1);
    expect(store.contributions()).toHaveLength(200);
    store.expectSound();
  });
});
