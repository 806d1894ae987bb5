import { describe, expect, test } from 'vitest';
import type { UnitKey } from '#domain/identity/evidence.ts';
import {
  assignIds,
  type LedgerEntry,
  type OneId,
  passOn,
  smallestOf,
} from '#domain/identity/one-id.ts';
import { key } from '../../support/builders/evidence.ts';

const entry = (id: string, anchor: string, issuedAt = 1): LedgerEntry => ({
  id: id as OneId,
  anchor: key(anchor),
  issuedAt,
});

const groups = (...texts: readonly string[]): readonly (readonly UnitKey[])[] =>
  texts.map((text) => text.split(' ').map(key));

/** Ids of each customer, the canonical one first. */
const idsOf = (customers: readonly (readonly UnitKey[])[], ledger: readonly LedgerEntry[]) =>
  assignIds(customers, ledger).map(({ entries }) => entries.map(({ id }) => id));

describe('assigning ids', () => {
  test.each([
    ['a new customer has none yet', groups('a b'), [], [[]]],
    ['an id belongs to whoever holds its anchor', groups('a', 'b'), [entry('B', 'b')], [[], ['B']]],
    [
      'the id issued first is canonical',
      groups('a b'),
      [entry('A', 'a', 2), entry('B', 'b', 1)],
      [['B', 'A']],
    ],
    [
      'issued at once, the smaller one is',
      groups('a b'),
      [entry('Z', 'a'), entry('Y', 'b')],
      [['Y', 'Z']],
    ],
    [
      'several ids of one anchor stay together',
      groups('a', 'b'),
      [entry('A', 'b'), entry('B', 'b')],
      [[], ['A', 'B']],
    ],
    ['an id without its anchor rests', groups('a'), [entry('B', 'b')], [[]]],
  ])('%s', (_, customers, ledger, ids) => {
    expect(idsOf(customers, ledger)).toEqual(ids);
  });

  test('a split gives both old ids back', () => {
    const ledger = [entry('A', 'a', 1), entry('C', 'c', 2)];
    expect(idsOf(groups('a b c'), ledger)).toEqual([['A', 'C']]);
    expect(idsOf(groups('a b', 'c'), ledger)).toEqual([['A'], ['C']]);
  });

  test('an id that revives late does not take precedence by being listed last', () => {
    const ledger = [entry('B', 'b', 5), entry('A', 'a', 1)];
    expect(idsOf(groups('a b'), ledger)).toEqual([['A', 'B']]);
  });
});

describe('passing ids on', () => {
  const passed = (
    ledger: readonly LedgerEntry[],
    before: readonly (readonly UnitKey[])[],
    removed: readonly string[],
    renamed: readonly (readonly [string, string])[] = [],
  ) =>
    passOn(
      ledger,
      before,
      new Set(removed.map(key)),
      new Map(renamed.map(([from, to]) => [key(from), key(to)])),
    ).map(({ id, anchor }) => `${id}@${anchor}`);

  test.each([
    ['an anchor that lives keeps its id', [entry('A', 'b')], 'a b c', ['c'], ['A@b']],
    ['the smallest unit left is the heir', [entry('A', 'c')], 'a b c', ['a', 'c'], ['A@b']],
    ['a party comes before a fact', [entry('A', 'a')], '~0 a z', ['a'], ['A@z']],
    ['a fact inherits when no party is left', [entry('A', 'a')], '~0 a', ['a'], ['A@~0']],
    ['nobody is left', [entry('A', 'a')], 'a b', ['a', 'b'], ['A@a']],
    ['each id goes for itself', [entry('A', 'a'), entry('B', 'b')], 'a b c', ['a'], ['A@b', 'B@b']],
    ['an anchor that was nobody’s customer', [entry('X', 'x')], 'a b', ['x'], ['X@x']],
  ])('%s', (_, ledger, customer, removed, expected) => {
    expect(passed(ledger, groups(customer), removed)).toEqual(expected);
  });

  test('a renamed anchor takes its ids along, past smaller units', () => {
    expect(passed([entry('B', 'b')], groups('a b'), ['b'], [['b', 'z']])).toEqual(['B@z']);
  });

  test('a rename of another row changes nothing', () => {
    expect(passed([entry('A', 'a')], groups('a b'), ['b'], [['b', 'z']])).toEqual(['A@a']);
  });

  test('the heir is of the same customer, never of another', () => {
    expect(passed([entry('C', 'c')], groups('a', 'b c d'), ['b', 'c'])).toEqual(['C@d']);
  });

  test('when it was issued does not change', () => {
    const [heir] = passOn([entry('A', 'a', 7)], groups('a b'), new Set([key('a')]), new Map());
    expect(heir).toEqual(entry('A', 'b', 7));
  });
});

test.each([
  [[], undefined],
  [['b', 'a', 'c'], 'a'],
  [['~1', 'z'], 'z'],
])('the smallest of %j is %s', (units, smallest) => {
  expect(smallestOf(units.map(key))).toBe(smallest);
});
