/**
 * Work of the disjoint sets, in look-ups: tests of results cannot see a union that grows chains, or a find that walks
 * them again and again.
 */
import { expect, test } from 'vitest';
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';
import { lookUpsOf } from '../../support/look-ups.ts';

const elements = (count: number) => Array.from({ length: count }, (_, index) => index);

test('uniting a long line costs a few look-ups per element, from either end', () => {
  for (const towards of [1, -1]) {
    const count = 20_000;
    const sets = new DisjointSets(elements(count));
    const order = towards === 1 ? elements(count - 1) : elements(count - 1).reverse();
    const work = lookUpsOf(() => {
      for (const index of order) sets.union(index, index + 1);
    });
    expect(work / count).toBeLessThan(10);
  }
});

test('the smaller set goes under the larger, so nothing is ever far from its root', () => {
  const sets = new DisjointSets(elements(4_096));
  for (let index = 1; index < 4_096; index++) sets.union(index, 0);
  expect(
    lookUpsOf(() => elements(4_096).forEach((one) => void sets.find(one))) / 4_096,
  ).toBeLessThan(4);
});

test('a find shortens the way for the next', () => {
  const sets = new DisjointSets(elements(2 ** 14));
  for (let step = 1; step < 2 ** 14; step *= 2) {
    for (let index = 0; index < 2 ** 14; index += 2 * step) sets.union(index + step, index);
  }
  const deepest = elements(2 ** 14).toSorted(
    (a, b) => lookUpsToFind(sets, b) - lookUpsToFind(sets, a),
  );
  const again = lookUpsOf(() => void sets.find(deepest[0] as number));
  expect(again).toBeLessThanOrEqual(5);
});

const lookUpsToFind = (sets: DisjointSets<number>, element: number): number =>
  lookUpsOf(() => void sets.find(element));

test('work grows with the number of elements, not faster', () => {
  const work = (count: number) => {
    const sets = new DisjointSets(elements(count));
    return lookUpsOf(() => {
      // A shuffle that is the same every time: 7919 is prime to both counts.
      for (let index = 0; index < count; index++)
        sets.union((index * 7919) % count, (index * 31) % count);
      sets.sets();
    });
  };
  expect(work(32_000) / work(2_000)).toBeLessThan(16 * 1.15);
});
