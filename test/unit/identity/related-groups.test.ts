import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relatedBy } from '#application/identity/related-groups.ts';

const words = (entry: string): readonly string[] => entry.split(' ');
const sizes = (chains: ReturnType<typeof relatedBy<string>>) =>
  chains.map((chain) => chain.map((group) => group.length));
const numbered = (count: number, text = '') =>
  Array.from({ length: count }, (_, n) => `${n}${text}`);

describe('groups', () => {
  test('entries that touch the same are together, directly or over others', () => {
    const chains = relatedBy(['a b', 'x', 'b c', 'c d'], { touches: words });
    expect(chains).toEqual([[['a b', 'b c', 'c d', 'x']]]);
  });

  test('hold at most eight, related or not', () => {
    expect(sizes(relatedBy(numbered(20), { touches: words }))).toEqual([[8], [8], [4]]);
    expect(sizes(relatedBy(numbered(20, ' x'), { touches: words }))).toEqual([[8, 8, 4]]);
  });

  test('that are related and too many follow each other; others do not wait for them', () => {
    const chains = relatedBy([...numbered(9, ' x'), 'y', 'z'], { touches: words });
    expect(sizes(chains)).toEqual([[2], [8, 1]]);
  });

  test('what is bound stays together, and drags nobody else along', () => {
    const entries = [...numbered(20, ' x'), '0 y x'];
    const groups = relatedBy(entries, {
      touches: words,
      bonds: (entry) => words(entry).slice(0, 1),
    }).flat();
    expect(Math.max(...groups.map((group) => group.length))).toBe(8);
    const bound = groups.filter((group) => group.some((entry) => entry.startsWith('0 ')));
    expect(bound).toHaveLength(1);
  });

  test('what is bound may be more than eight', () => {
    expect(sizes(relatedBy(numbered(9, ' x'), { touches: words, bonds: () => ['x'] }))).toEqual([
      [9],
    ]);
  });

  test('what takes many actions has fewer beside it', () => {
    const actions = (entry: string) => (entry.startsWith('0') ? 75 : 30);
    const chains = relatedBy(numbered(5, ' x'), { touches: words, actions });
    expect(sizes(chains)).toEqual([[1, 2, 2]]);
  });

  test('nothing is no group', () => {
    expect(relatedBy([], { touches: words })).toEqual([]);
  });
});

test('every entry is in exactly one group', () => {
  const entry = fc.tuple(fc.nat(9), fc.nat(9)).map(([a, b]) => `${a} ${b}`);
  fc.assert(
    fc.property(fc.uniqueArray(entry, { maxLength: 40 }), (entries) => {
      expect(relatedBy(entries, { touches: words }).flat(2).sort()).toEqual([...entries].sort());
    }),
  );
});
