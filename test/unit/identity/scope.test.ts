import { describe, expect, test } from 'vitest';
import type { IdentifierKey, UnitKey } from '#domain/identity/evidence.ts';
import type { LedgerEntry, OneId } from '#domain/identity/one-id.ts';
import {
  EMPTY_SCOPE,
  evaluateScope,
  holdersOf,
  mergeScopes,
  restrictScope,
  type Scope,
  type UnitChange,
} from '#domain/identity/scope.ts';
import { id, key, POLICY, showGroups, unit, visitor } from '../../support/builders/evidence.ts';

const entry = (name: string, anchor: string): LedgerEntry => ({
  id: name as OneId,
  anchor: key(anchor),
  issuedAt: 1,
});

/** A scope of these units, one customer per group of names. */
const aScope = (
  units: readonly ReturnType<typeof unit>[],
  customers: Record<string, string>,
): Scope => ({
  units: new Map(units.map((one) => [one.key, one])),
  shared: new Set(),
  ledger: Object.entries(customers).map(([name, names]) => entry(name, names.split(' ')[0] ?? '')),
  held: [],
  customers: Object.entries(customers).map(([name, names]) => ({
    id: name as OneId,
    units: names.split(' ').map(key),
  })),
});

const evaluate = (
  scope: Scope,
  changes: readonly UnitChange[],
  shared: ReadonlyMap<IdentifierKey, boolean> = new Map(),
  revived: readonly LedgerEntry[] = [],
) => evaluateScope(scope, changes, shared, revived, POLICY);

const added = (one: ReturnType<typeof unit>): UnitChange => ({ key: one.key, after: one });

const shown = (evaluation: ReturnType<typeof evaluate>) =>
  evaluation.customers.map(
    ({ units, entries }) => `${entries.map((one) => one.id)}: ${units.join(' ')}`,
  );

describe('evaluating changes', () => {
  test('a first unit is a customer without an id', () => {
    expect(shown(evaluate(EMPTY_SCOPE, [added(unit('a', 'card#1'))]))).toEqual([': a']);
  });

  test('a unit that ties two customers together gives one with both ids', () => {
    const scope = aScope([unit('a', 'card#1'), unit('b', 'email#1')], { A: 'a', B: 'b' });
    expect(shown(evaluate(scope, [added(unit('c', 'card#1', 'email#1'))]))).toEqual(['A,B: a b c']);
  });

  test('its removal gives both back', () => {
    const units = [unit('a', 'card#1'), unit('b', 'email#1'), unit('c', 'card#1', 'email#1')];
    const scope = { ...aScope(units, { A: 'a b c' }), ledger: [entry('A', 'a'), entry('B', 'b')] };
    const evaluation = evaluate(scope, [{ key: key('c') }]);
    expect(shown(evaluation)).toEqual(['A: a', 'B: b']);
    expect(showGroups(evaluation.components)).toBe('a | b');
  });

  test('a changed unit leaves what it claimed before', () => {
    const scope = aScope([unit('a', 'card#1'), unit('b', 'card#1')], { A: 'a b' });
    expect(shown(evaluate(scope, [added(unit('b', 'card#2'))]))).toEqual(['A: a', ': b']);
  });

  test('an identifier that has become shared ties no more; another keeps its state', () => {
    const units = [unit('a', 'phone#1', 'email#1'), unit('b', 'phone#1'), unit('c', 'email#1')];
    const scope = { ...aScope(units, { A: 'a b' }), shared: new Set([id('email#1')]) };
    const evaluation = evaluate(scope, [], new Map([[id('phone#1'), true]]));
    expect(shown(evaluation)).toEqual(['A: a', ': b', ': c']);
    expect([...evaluation.shared].sort()).toEqual(['email#1', 'phone#1']);
  });

  test('an identifier that is shared no longer ties again', () => {
    const units = [unit('a', 'phone#1'), unit('b', 'phone#1')];
    const scope = { ...aScope(units, { A: 'a', B: 'b' }), shared: new Set([id('phone#1')]) };
    const evaluation = evaluate(scope, [], new Map([[id('phone#1'), false]]));
    expect(shown(evaluation)).toEqual(['A,B: a b']);
    expect(evaluation.shared.size).toBe(0);
  });

  test('a shared identifier that nobody here holds any more is forgotten', () => {
    const scope = {
      ...aScope([unit('a', 'phone#1')], { A: 'a' }),
      shared: new Set([id('phone#1')]),
    };
    expect(evaluate(scope, [added(unit('a', 'card#1'))]).shared.size).toBe(0);
  });

  test('an anchor that goes passes its id on; without an heir the id stays in the ledger', () => {
    const scope = aScope([unit('a', 'card#1'), unit('b', 'card#1')], { A: 'a b' });
    expect(evaluate(scope, [{ key: key('a') }]).ledger).toEqual([entry('A', 'b')]);
    const both = evaluate(scope, [{ key: key('a') }, { key: key('b') }]);
    expect([both.customers, both.ledger]).toEqual([[], [entry('A', 'a')]]);
  });

  test('a renamed anchor takes its id along', () => {
    const scope = aScope([unit('b', 'card#1'), unit('a', 'card#1')], { B: 'b a' });
    const renamed = { ...added(unit('z', 'card#1')), renamedFrom: key('b') };
    expect(evaluate(scope, [{ key: key('b') }, renamed]).ledger).toEqual([entry('B', 'z')]);
  });

  test('a resting id comes back with its anchor', () => {
    const revived = [entry('A', 'a')];
    const evaluation = evaluate(EMPTY_SCOPE, [added(unit('a', 'card#1'))], new Map(), revived);
    expect(shown(evaluation)).toEqual(['A: a']);
  });

  test('held links are told', () => {
    const scope = aScope([unit('a', 'card#1', 'email#1')], { A: 'a' });
    expect(evaluate(scope, [added(unit('b', 'card#2', 'email#1'))]).held).toMatchObject([
      { a: 'a', b: 'b', reason: 'limit:card' },
    ]);
  });
});

describe('who is a customer', () => {
  const shared = new Map([[id('phone#shop'), true]]);
  test.each([
    ['a party that claims nothing', unit('a'), 1],
    ['a party of a source that may not create customers', visitor('a', 'card#1'), 0],
    ['a fact that names somebody', unit('~f', 'card#1'), 1],
    ['a fact of a source that may not create customers', visitor('~f', 'card#1'), 0],
    ['a fact that names only a value that everybody shares', unit('~f', 'phone#shop'), 0],
    ['a fact that names only a guard', unit('~f', 'born#1'), 0],
    ['a party with a shared value', unit('a', 'phone#shop'), 1],
  ])('%s', (_, one, customers) => {
    expect(evaluate(EMPTY_SCOPE, [added(one)], shared).customers).toHaveLength(customers);
  });

  test('one unit that may is enough for all of its group', () => {
    const scope = evaluate(EMPTY_SCOPE, [
      added(visitor('a', 'card#1')),
      added(unit('b', 'card#1')),
    ]);
    expect(shown(scope)).toEqual([': a b']);
  });
});

describe('parts of a scope', () => {
  const one = aScope([unit('a', 'card#1', 'phone#1')], { A: 'a' });
  const other = { ...aScope([unit('b', 'phone#2')], { B: 'b' }), shared: new Set([id('phone#2')]) };
  const both = mergeScopes([one, other]);

  test('merged, they hold all', () => {
    expect([...both.units.keys()]).toEqual(['a', 'b']);
    expect(both.customers.map((customer) => customer.id)).toEqual(['A', 'B']);
    expect([...both.shared]).toEqual(['phone#2']);
    expect(both.ledger).toHaveLength(2);
  });

  test.each([
    ['a', one],
    ['b', other],
  ])('restricted to %s, it is that part again', (name, part) => {
    expect(restrictScope(both, new Set<UnitKey>([key(name)]))).toEqual(part);
  });

  test('holders are listed of linking identifiers that are not shared', () => {
    const guarded = mergeScopes([both, aScope([unit('c', 'card#1', 'born#1')], {})]);
    expect([...holdersOf(guarded, POLICY)]).toEqual([
      ['card#1', ['a', 'c']],
      ['phone#1', ['a']],
    ]);
  });
});
