import { describe, expect, test } from 'vitest';
import { applyFacts } from '#application/identity/apply-facts.ts';
import type { IdentityPorts } from '#application/identity/restructure.ts';
import { settleUnit } from '#application/identity/settle-unit.ts';
import { bucketOf } from '#application/identity/write-facts.ts';
import { bucketKey, unitItemKey } from '#application/shared/items.ts';
import { must } from '#domain/shared/assert.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, factGone, factUnit, rowKey } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

type Store = ReturnType<typeof anIdentityStore>;

const CARD = factUnit('card#1').key;

describe('races over the life of a unit', () => {
  test('a row that arrives while its unit is being removed keeps it alive', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'transact', (args) => args.includes('dying')),
      () => store.facts(fact('pos.2', 1, ['card#1'])),
    );
    await slow.facts(factGone('pos.1', 2));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.2 1`]);
    store.expectSound();
  });

  test.each([
    ['the first bucket', 0],
    ['a further bucket', 1],
  ])(
    'a row that has read its unit before the seal, and is written after the look: %s',
    async (_, bucket) => {
      const store = anIdentityStore();
      await store.facts(fact('pos.1', 1, ['card#1']));
      const buckets = bucket + 1;
      await store.table.write({ kind: 'update', key: unitItemKey(CARD), set: { buckets } });
      const looked = Promise.withResolvers<void>();
      let removed: Promise<unknown> = Promise.resolve();
      const writer = store.overtaken(
        nth(1, 'writeAll', (args) => args.includes('BUCKET')),
        () => {
          removed = remover.facts(factGone('pos.1', 2));
          return looked.promise;
        },
      );
      const remover = store.overtaken(nth(1, 'transact'), () => {
        looked.resolve();
        return written;
      });
      const written = writer.facts(fact('pos.2', 1, ['card#1']));
      await written;
      await removed;
      expect(store.contributions()).toEqual([`${CARD}#${bucket} pos.2 1`]);
      store.expectSound();
    },
  );

  test('a row that arrives between the look and the mark', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'write', (args) => args.includes('dying')),
      () => store.facts(fact('pos.2', 1, ['card#1'])),
    );
    await slow.facts(factGone('pos.1', 2));
    expect(store.customers()).toEqual([`one_${CARD}: ${CARD}`]);
    expect(await store.item(unitItemKey(CARD))).not.toHaveProperty('dying');
    store.expectSound();
  });

  test('a row whose unit is removed after it was found makes it anew', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const slow = store.overtaken(nth(1, 'writeAll'), () => store.facts(factGone('pos.1', 2)));
    await slow.facts(fact('pos.2', 1, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.2 1`]);
    store.expectSound();
  });

  test('a unit made for a row that has meanwhile gone elsewhere is removed again', async () => {
    const store = anIdentityStore();
    const slow = store.overtaken(
      nth(1, 'writeAll', (args) => args.includes('"R#')),
      () => store.facts(fact('pos.1', 2, ['email#1'])),
    );
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(await store.unit(CARD)).toBeUndefined();
    store.expectSound();
  });

  test('two that make the same unit at once', async () => {
    const store = anIdentityStore();
    const slow = store.overtaken(
      nth(1, 'writeAll', (args) => args.includes('SCOPE')),
      () => store.facts(fact('pos.2', 1, ['card#1'])),
    );
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(store.contributions().toSorted()).toEqual([`${CARD}#0 pos.1 1`, `${CARD}#0 pos.2 1`]);
    store.expectSound();
  });

  test('a unit that came and went before its claims were laid keeps its id', async () => {
    const store = anIdentityStore();
    const slow = store.overtaken(
      (call) => call.name === 'writeAll' && JSON.stringify(call.args).includes('I#card#1'),
      async () => {
        await store.facts(fact('pos.2', 1, ['card#1']));
        await store.facts(factGone('pos.2', 2));
      },
    );
    await slow.facts(fact('pos.1', 1, ['card#1']));
    expect(store.customers()).toEqual([`one_${CARD}: ${CARD}`]);
    store.expectSound();
  });

  test('removing a unit whose scope is lost comes to an end, and is told', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.1', 1, ['card#1']));
    const scope = must(
      store.table.dump().find(({ sk }) => sk === 'SCOPE'),
      'scope',
    );
    await store.table.write({ kind: 'delete', key: { pk: scope.pk, sk: scope.sk } });
    const told = await store.facts(factGone('pos.1', 2)).then(
      ({ failures }) => failures.map(({ error }) => error),
      (error: unknown) => [error],
    );
    expect(told).toMatchObject([{ name: 'ContentionError' }]);
  });

  test('a unit that cannot be made fails its rows, and no others', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.2', 1, ['email#1']));
    const failing = store.overtaken(
      (call) => call.name === 'writeAll' && JSON.stringify(call.args).includes('I#card#1'),
      () => Promise.reject(new Error('throttled')),
    );
    const bad = fact('pos.1', 1, ['card#1']);
    const applied = await failing.facts(bad, fact('pos.2', 2, ['email#1']));
    expect(applied).toMatchObject({ applied: 1, failures: [{ change: bad }] });
    store.expectSound();
  });
});

describe('units with several buckets', () => {
  const ROWS = Array.from({ length: 12 }, (_, n) => `pos.${n}`);
  const inBucket = (bucket: number, buckets: number) =>
    must(
      ROWS.find((row) => bucketOf(rowKey(row), buckets) === bucket),
      'row of the bucket',
    );

  const grown = async (store: Store, buckets: number) => {
    await store.facts(fact('pos.first', 1, ['card#1']));
    await store.table.write({ kind: 'update', key: unitItemKey(CARD), set: { buckets } });
  };

  test('a new row is spread by its key, an old one stays where it is', async () => {
    const store = anIdentityStore();
    await grown(store, 4);
    const row = inBucket(3, 4);
    await store.facts(fact(row, 1, ['card#1']), fact('pos.first', 2, ['card#1']));
    expect(store.contributions()).toEqual([`${CARD}#0 pos.first 2`, `${CARD}#3 ${row} 1`]);
    store.expectSound();
  });

  test('a unit lives by a row in any of them', async () => {
    const store = anIdentityStore();
    await grown(store, 4);
    await store.facts(fact(inBucket(3, 4), 1, ['card#1']));
    await store.facts(factGone('pos.first', 2));
    expect(await store.unit(CARD)).toBeDefined();
    store.expectSound();
  });

  test('a row that comes back with its unit is seen, though its bucket is a high one', async () => {
    const store = anIdentityStore();
    await grown(store, 4);
    const row = inBucket(3, 4);
    await store.facts(fact(row, 1, ['card#1']));
    await store.facts(factGone('pos.first', 2), factGone(row, 2));
    expect(await store.unit(CARD)).toBeUndefined();
    await store.facts(fact(row, 3, ['card#1']));
    store.expectSound();
    await store.facts(factGone(row, 4));
    expect(await store.unit(CARD)).toBeUndefined();
    store.expectSound();
  });

  test('or when another row has brought the unit back before', async () => {
    const store = anIdentityStore();
    await grown(store, 4);
    const row = inBucket(3, 4);
    await store.facts(fact(row, 1, ['card#1']));
    await store.facts(factGone('pos.first', 2), factGone(row, 2));
    await store.facts(fact('pos.other', 1, ['card#1']));
    await store.facts(fact(row, 3, ['card#1']));
    await store.facts(factGone('pos.other', 2));
    expect(store.contributions()).toEqual([expect.stringContaining(` ${row} 3`)]);
    store.expectSound();
  });

  test('rows that need more buckets of a unit that goes meanwhile found it anew', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.first', 1, ['card#1']));
    const slow = store.overtaken(
      nth(1, 'write', (args) => args.includes('"buckets":')),
      () => store.facts(factGone('pos.first', 2)),
    );
    const many = Array.from({ length: 30 }, (_, n) => fact(`pos.${n}`, 1, ['card#1']));
    expect(await slow.facts(...many)).toMatchObject({ applied: 30, failures: [] });
    expect(store.contributions()).toHaveLength(30);
    store.expectSound();
  });

  test('a row in a bucket that came while the unit was being settled keeps it alive', async () => {
    const store = anIdentityStore();
    await store.facts(fact('pos.first', 1, ['card#1']));
    const bucket = bucketKey(CARD, 0).pk;
    const row = inBucket(1, 2);
    const slow: IdentityPorts = store.overtaken(
      nth(1, 'getAll', (args) => args.includes(bucket)),
      async () => {
        await store.table.write({ kind: 'update', key: unitItemKey(CARD), set: { buckets: 2 } });
        await store.facts(fact(row, 1, ['card#1']));
        await applyFacts(store.ports, POLICY, [factGone('pos.first', 2)]);
      },
    ).ports;
    await settleUnit(slow, POLICY, CARD);
    expect(await store.unit(CARD)).toBeDefined();
    store.expectSound();
  });
});
