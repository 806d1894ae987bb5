import { describe, expect, test } from 'vitest';
import { findHomes, pointsHome } from '#application/identity/homes.ts';
import type { ScopeId } from '#application/shared/items.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { key } from '../../support/builders/evidence.ts';

const scope = (name: string): ScopeId => name as ScopeId;

/** Homes of components like `a b`, of units that came from scopes as `a:S b:T` says. */
const homesOf = (components: readonly string[], origins: string) => {
  const cameFrom = new Map<UnitKey, ScopeId>(
    origins
      .split(' ')
      .filter(Boolean)
      .map((pair) => pair.split(':') as [string, string])
      .map(([unit, from]) => [key(unit), scope(from)]),
  );
  let made = 0;
  const homes = findHomes(
    components.map((names) => names.split(' ').map(key)),
    cameFrom,
    () => scope(`new${++made}`),
  );
  return { homes, cameFrom };
};

const shown = (components: readonly string[], origins: string) => {
  const { homes } = homesOf(components, origins);
  return {
    homes: [...homes.homeOf]
      .map(([unit, home]) => `${unit}:${home}`)
      .sort()
      .join(' '),
    living: [...homes.living].sort().join(' '),
    redirects: [...homes.redirects]
      .map(([from, into]) => `${from}>${into}`)
      .sort()
      .join(' '),
  };
};

describe('homes', () => {
  test.each([
    ['a new component makes a scope', ['a'], '', 'a:new1', 'new1', ''],
    ['a component stays where it was', ['a b'], 'a:S b:S', 'a:S b:S', 'S', ''],
    ['a newcomer joins it', ['a b c'], 'a:S b:S', 'a:S b:S c:S', 'S', ''],
    ['two scopes merge into the larger', ['a b c'], 'a:S b:T c:T', 'a:T b:T c:T', 'T', 'S>T'],
    ['of equals, into the smaller id', ['a b'], 'a:T b:S', 'a:S b:S', 'S', 'T>S'],
    [
      'a split keeps the scope for the larger part',
      ['a', 'b c'],
      'a:S b:S c:S',
      'a:new1 b:S c:S',
      'S new1',
      '',
    ],
    ['two parts cannot both keep it', ['a', 'b'], 'a:S b:S', 'a:S b:new1', 'S new1', ''],
    [
      'a scope that is torn apart redirects to where most of it went',
      ['a x y z', 'b c p q r'],
      'a:S b:S c:S x:T y:T z:T p:U q:U r:U',
      'a:T b:U c:U p:U q:U r:U x:T y:T z:T',
      'T U',
      'S>U',
    ],
    ['a scope whose units are all gone is in neither', ['a'], 'a:S b:T', 'a:S', 'S', ''],
  ])('%s', (_, components, origins, homes, living, redirects) => {
    expect(shown(components, origins)).toEqual({ homes, living, redirects });
  });
});

describe('old pointers', () => {
  const { homes } = homesOf(['a b c', 'd'], 'a:S b:T c:T d:T');
  test.each([
    ['to the home itself', 'T', 'T', true],
    ['to a scope that redirects there', 'S', 'T', true],
    ['to a living scope that is not the home', 'T', 'new1', false],
    ['to a scope that redirects elsewhere', 'S', 'new1', false],
    ['to nowhere', undefined, 'T', false],
  ])('%s', (_, from, home, leads) => {
    expect(pointsHome(homes, from === undefined ? undefined : scope(from), scope(home))).toBe(
      leads,
    );
  });
});
