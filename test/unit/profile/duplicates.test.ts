/**
 * Duplicates of one scope: who counts as one person, what each record bears, and the rates.
 */
import { describe, expect, test } from 'vitest';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import type { ListedValue } from '#domain/identity/held-value.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { pairIdentifier } from '#domain/identity/pair.ts';
import { EMPTY_SCOPE, type Scope } from '#domain/identity/scope.ts';
import { duplicateRates, scopeDuplicates } from '#domain/profile/duplicates.ts';
import { aSource, someDefinitions } from '../../support/builders/definitions.ts';
import { id, key, unit } from '../../support/builders/evidence.ts';

const DEFINITIONS = someDefinitions([
  aSource({ source: 'crm', region: 'HK' }),
  aSource({ source: 'member', region: 'HK' }),
  aSource({ source: 'shop', region: 'CN' }),
]);

const waiting = (identifier: string, ...reasons: ListedValue['reasons']): ListedValue => ({
  identifier: id(identifier),
  reasons,
  links: 1,
  units: 2,
  joins: 2,
  sides: [],
  since: 1,
});

/** A scope whose customers are these units each. */
const scopeOf = (
  customers: readonly (readonly EvidenceUnit[])[],
  ...held: readonly ListedValue[]
): Scope => ({
  ...EMPTY_SCOPE,
  units: new Map(customers.flat().map((one): [UnitKey, EvidenceUnit] => [one.key, one])),
  customers: customers.map((units, index) => ({
    id: `one_${index}` as OneId,
    units: units.map((one) => one.key),
  })),
  held,
});

const allOf = (scope: Scope) => scopeDuplicates(scope, DEFINITIONS)['all'];

describe('the counts of a scope', () => {
  test('have every record in its source and market, with its share of the duplicates anywhere', () => {
    const scope = scopeOf([
      [unit('crm.c.1', 'card#1'), unit('member.m.1', 'card#1'), unit('shop.a.1', 'card#1')],
      [unit('crm.c.2', 'card#2'), unit('~card#2', 'card#2')],
    ]);
    const third = { people: 1, before: 666_667, after: 0 };
    expect(scopeDuplicates(scope, DEFINITIONS)).toEqual({
      all: { records: 4, customers: 2, people: 2, before: 2_000_001, after: 0 },
      'market|HK': { records: 3, customers: 2, people: 2, before: 1_333_334, after: 0 },
      'market|CN': { records: 1, customers: 1, ...third },
      'source|crm': { records: 2, customers: 2, people: 2, before: 666_667, after: 0 },
      'source|member': { records: 1, customers: 1, ...third },
      'source|shop': { records: 1, customers: 1, ...third },
    });
  });

  test('leave out customers of whom there are only facts, and records that nobody has', () => {
    expect(scopeDuplicates(scopeOf([[unit('~card#2', 'card#2')]]), DEFINITIONS)).toEqual({});
    const nobody = { ...scopeOf([[unit('crm.c.1', 'card#1')]]), customers: [] };
    expect(scopeDuplicates(nobody, DEFINITIONS)).toEqual({});
  });

  test('of a source that is defined no more have no market', () => {
    const places = scopeDuplicates(scopeOf([[unit('old.c.1', 'card#1')]]), DEFINITIONS);
    expect(Object.keys(places)).toEqual(['all', 'source|old']);
  });
});

describe('customers are one person', () => {
  const one = { records: 2, customers: 2, people: 1, before: 1_000_000, after: 1_000_000 };
  const two = { records: 2, customers: 2, people: 2, before: 0, after: 0 };
  const a = (...claims: readonly string[]) => [unit('crm.c.1', ...claims)];
  const b = (...claims: readonly string[]) => [unit('shop.a.1', ...claims)];

  test.each([
    [
      'when a value that waits would join them',
      ['p#1'],
      ['p#1'],
      [waiting('p#1', 'unverified')],
      one,
    ],
    ['not when nothing waits', ['p#1'], ['p#1'], [], two],
    ['not when another value waits', ['p#1'], ['p#1'], [waiting('p#2', 'review')], two],
    [
      'not when they hold it on no common day',
      ['p#1@..2019-12-31'],
      ['p#1@2020-01-01..'],
      [waiting('p#1', 'unverified')],
      two,
    ],
    [
      'not when an operator keeps them apart',
      ['p#1', '!never#d'],
      ['p#1', '!never#d'],
      [waiting('p#1', 'never-link')],
      two,
    ],
    [
      'not while it is listed for the closing of its scope only',
      ['p#1'],
      ['p#1'],
      [waiting('p#1')],
      two,
    ],
  ] as const)('%s', (_, ofA, ofB, held, expected) => {
    expect(allOf(scopeOf([a(...ofA), b(...ofB)], ...held))).toEqual(expected);
  });

  test('when their pair waits with its weight', () => {
    const pair = waiting(pairIdentifier(key('crm.c.1'), key('shop.a.1')), 'review');
    expect(allOf(scopeOf([a('p#1'), b('p#2')], pair))).toEqual(one);
  });

  test('when a third is between them, whatever it is made of', () => {
    const scope = scopeOf(
      [a('p#1'), [unit('~p#1+e#1', 'p#1', 'e#1')], b('e#1')],
      waiting('p#1', 'unverified'),
      waiting('e#1', 'unverified'),
    );
    expect(allOf(scope)).toEqual(one);
  });
});

test.each([
  ['of nothing', { records: 0, before: 0, after: 0 }, { before: 0, after: 0, reduction: null }],
  [
    'without duplicates',
    { records: 3, before: 0, after: 0 },
    { before: 0, after: 0, reduction: null },
  ],
  [
    'with all gone',
    { records: 3, before: 2e6, after: 0 },
    { before: 0.6667, after: 0, reduction: 1 },
  ],
  [
    'with a fifth left',
    { records: 10, before: 5e6, after: 1e6 },
    { before: 0.5, after: 0.1, reduction: 0.8 },
  ],
])('rates %s', (_, counts, rates) => {
  expect(duplicateRates({ customers: 0, people: 0, ...counts })).toEqual(rates);
});
