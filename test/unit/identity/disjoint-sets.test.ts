import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DisjointSets } from '#domain/identity/disjoint-sets.ts';

describe('disjoint sets', () => {
  test('begin as one set per element', () => {
    expect(new DisjointSets(['a', 'b']).sets()).toEqual([['a'], ['b']]);
  });

  test('list elements in the order given, sets by their first', () => {
    const sets = new DisjointSets(['d', 'b', 'c', 'a']);
    sets.union('a', 'd');
    expect(sets.sets()).toEqual([['d', 'a'], ['b'], ['c']]);
  });

  test('give the element that stands for both after a union', () => {
    const sets = new DisjointSets([1, 2, 3]);
    const root = sets.union(1, 2);
    expect([sets.find(1), sets.find(2), sets.union(2, 1)]).toEqual([root, root, root]);
    expect(sets.find(3)).toBe(3);
  });

  test('refuse an element they do not have', () => {
    expect(() => new DisjointSets(['a']).find('b')).toThrow('element of the sets is missing');
  });
});

/** The oracle relabels every element at each union. */
test('join exactly what was united, directly or over others', () => {
  const unions = fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 30 });
  fc.assert(
    fc.property(unions, (pairs) => {
      const sets = new DisjointSets(Array.from({ length: 20 }, (_, index) => index));
      let label = Array.from({ length: 20 }, (_, index) => index);
      for (const [a, b] of pairs) {
        sets.union(a, b);
        const [from, to] = [label[a], label[b]];
        label = label.map((one) => (one === from ? (to ?? 0) : one));
      }
      for (const [a, b] of pairs.flatMap(
        ([x, y]) =>
          [
            [x, y],
            [x, 0],
            [y, 19],
          ] as const,
      )) {
        expect(sets.find(a) === sets.find(b)).toBe(label[a] === label[b]);
      }
    }),
  );
});
