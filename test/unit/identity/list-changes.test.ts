import { describe, expect, test } from 'vitest';
import { listChangeAttributes, listChangesIn } from '#application/identity/list-changes.ts';
import { type ScopeId, scopeKey } from '#application/shared/items.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { EMPTY_SCOPE, type Scope } from '#domain/identity/scope.ts';
import { formatScope } from '#domain/identity/scope-text.ts';
import { unit } from '../../support/builders/evidence.ts';

type Lists = Readonly<Record<string, readonly string[]>>;

const scopeOf = (lists: Lists): Scope => ({
  ...EMPTY_SCOPE,
  units: new Map(
    Object.values(lists)
      .flat()
      .map((key) => [key as UnitKey, unit(key)]),
  ),
  customers: Object.entries(lists).map(([id, units]) => ({
    id: id as OneId,
    units: units as readonly UnitKey[],
  })),
});

const CASES: readonly (readonly [string, Lists, Lists, Lists])[] = [
  ['nothing', { x: ['a', 'b'] }, { x: ['b', 'a'] }, {}],
  ['a new customer', {}, { x: ['a'] }, { x: ['a'] }],
  ['a unit that came', { x: ['a'], y: ['b'] }, { x: ['a'], y: ['b', 'c'] }, { y: ['c'] }],
  ['a unit that left', { x: ['a', 'b'] }, { x: ['a'] }, { x: [] }],
  ['one that left and one that came', { x: ['a', 'b'] }, { x: ['a', 'c'] }, { x: ['c'] }],
  ['a merge', { x: ['a'], y: ['b'] }, { x: ['a', 'b'] }, { x: ['b'] }],
  ['a split', { x: ['a', 'b'] }, { x: ['a'], z: ['b'] }, { x: [], z: ['b'] }],
  ['several', { x: ['a'] }, { x: ['a', 'b'], y: ['c', 'd'] }, { x: ['b'], y: ['c', 'd'] }],
];

describe('what a scope tells of its customers’ lists', () => {
  test.each(CASES)('%s', (_, before, after, expected) => {
    const scope = scopeOf(after);
    const told = (inParts: boolean) => {
      const attributes = listChangeAttributes(scopeOf(before), scope, inParts);
      const text = inParts ? { parts: 'a b' } : { doc: formatScope(scope) };
      const changes = listChangesIn({ ...scopeKey('k' as ScopeId), ...text, ...attributes });
      return Object.fromEntries(changes.map(({ id, came }) => [id, came]));
    };
    expect([told(false), told(true)]).toEqual([expected, expected]);
  });

  test('is no attribute when there is nothing to tell, so that nobody looks', () => {
    expect(listChangeAttributes(scopeOf({ x: ['a'] }), scopeOf({ x: ['a'] }), false)).toEqual({});
  });
});
