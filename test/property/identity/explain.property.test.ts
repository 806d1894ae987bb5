/**
 * Law: for any two rows an explanation is given, and it is true. A path leads from the one to the other, and both ends
 * of each step hold its value; where there is none, the obstacle named is one that stands.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import {
  linksWithin,
  type Obstacle,
  obstaclesBetween,
  shortestPath,
} from '#domain/identity/evidence-graph.ts';
import { corroborationOf } from '#domain/identity/evidence-grounds.ts';
import { partition } from '#domain/identity/partition.ts';
import { assertNever } from '#domain/shared/assert.ts';
import {
  contradictingWorldOf,
  doubtfulWorldOf,
  POLICY,
  sharedAmong,
  worldOf,
} from '../../support/builders/evidence.ts';

const worlds = fc.oneof(worldOf(12), doubtfulWorldOf(8), contradictingWorldOf(8));

const explained = (units: readonly EvidenceUnit[]) => {
  const shared = sharedAmong(units);
  const found = partition(units, shared, POLICY);
  const holds = (key: UnitKey, identifier: string) =>
    units.some((unit) => unit.key === key && unit.claims.some((c) => c.identifier === identifier));
  const unitAt = (key: UnitKey) => units.find((unit) => unit.key === key) ?? expect.fail();
  return { ...found, shared, holds, unitAt, links: linksWithin(units, shared, POLICY, found) };
};

test('two units of one group are joined by a path that their claims bear out, and no shorter one', () => {
  fc.assert(
    fc.property(worlds, (units) => {
      const world = explained(units);
      for (const [from, ...others] of world.groups) {
        for (const to of others) expectTrue(world, from as UnitKey, to);
      }
    }),
    { numRuns: 300 },
  );
});

const expectTrue = (
  { links, holds, unitAt }: ReturnType<typeof explained>,
  from: UnitKey,
  to: UnitKey,
): void => {
  const path = shortestPath(links, from, to) ?? [];
  expect([path[0]?.a, path.at(-1)?.b]).toEqual([from, to]);
  expect(path.slice(1).map(({ a }) => a)).toEqual(path.slice(0, -1).map(({ b }) => b));
  for (const { a, b, identifier } of path) {
    expect(holds(a, identifier) && holds(b, identifier)).toBe(true);
    const besides = corroborationOf(identifier, unitAt(a), unitAt(b), POLICY);
    for (const said of besides) {
      expect(said).toMatch(/^(born|name)#/);
      expect(holds(a, said) && holds(b, said)).toBe(true);
    }
  }
  expect(path.length).toBe(distance(links, from, to));
};

/** How far two units are from each other, one more ring at a time. */
const distance = (links: ReturnType<typeof explained>['links'], from: UnitKey, to: UnitKey) => {
  let reached = new Set([from]);
  for (let rings = 0; ; rings++) {
    if (reached.has(to)) return rings;
    const next = links.flatMap(({ a, b }) => (reached.has(a) ? [b] : reached.has(b) ? [a] : []));
    reached = reached.union(new Set(next));
    if (rings > links.length) return undefined;
  }
};

test('between two groups there is an obstacle for every value that both hold', () => {
  fc.assert(
    fc.property(worlds, (units) => {
      const { groups, held, shared } = explained(units);
      const unitsOf = (group: readonly UnitKey[]) => units.filter(({ key }) => group.includes(key));
      for (const [index, a] of groups.entries()) {
        for (const b of groups.slice(index + 1)) {
          const found = obstaclesBetween(unitsOf(a), unitsOf(b), held, shared, POLICY);
          expect(found.length).toBeGreaterThan(0);
          const between = { a: unitsOf(a), b: unitsOf(b), held, shared };
          for (const obstacle of found)
            expect([obstacle, stands(obstacle, between)]).toEqual([obstacle, true]);
        }
      }
    }),
    { numRuns: 300 },
  );
});

interface Between {
  readonly a: readonly EvidenceUnit[];
  readonly b: readonly EvidenceUnit[];
  readonly held: ReturnType<typeof explained>['held'];
  readonly shared: ReadonlySet<string>;
}

const stands = (obstacle: Obstacle, { a, b, held, shared }: Between): boolean => {
  if (obstacle.kind === 'no-common-value') return bothHold(a, b).every(keepsApart);
  const { identifier } = obstacle;
  switch (obstacle.kind) {
    case 'held':
      return (
        held.some((link) => link.identifier === identifier && link.reason === obstacle.reason) &&
        isBornOut(obstacle, a, b)
      );
    case 'shared':
      return shared.has(identifier);
    case 'guard':
      return keepsApart(identifier) && bothHold(a, b).includes(identifier);
    case 'not-at-one-time':
      return bothHold(a, b).includes(identifier) && neverAtOneTime(a, b, identifier);
    // The worlds have no scores and no decisions.
    case 'unlike':
    case 'never-link':
      return false;
    default:
      return assertNever(obstacle);
  }
};

/** Whether the values that a held link fails for are named, each on its side: too many together, or two names. */
const isBornOut = (
  { reason, opposedBy, overLimit }: Extract<Obstacle, { kind: 'held' }>,
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
): boolean => {
  const [saidByA, saidByB] = [a, b].map((units) => claimsOf(units).map((one) => one.identifier));
  const isSaid = (sides: typeof opposedBy) =>
    sides?.a.every((one) => saidByA?.includes(one)) &&
    sides.b.every((one) => saidByB?.includes(one)) &&
    sides.a.length > 0 &&
    sides.b.length > 0;
  const names = [...(opposedBy?.a ?? []), ...(opposedBy?.b ?? [])];
  if (reason === 'contradicted') return isSaid(opposedBy) === true && names.every(isName);
  if (!reason.startsWith('limit:')) return !opposedBy && !overLimit;
  const namespace = reason.slice('limit:'.length);
  const values = new Set([...(overLimit?.a ?? []), ...(overLimit?.b ?? [])]);
  const isOver = values.size > (POLICY[namespace]?.limit ?? expect.fail());
  return (
    isSaid(overLimit) === true && isOver && [...values].every((one) => one.startsWith(namespace))
  );
};

const isName = (identifier: string): boolean => identifier.startsWith('name#');

const claimsOf = (units: readonly EvidenceUnit[]) => units.flatMap(({ claims }) => claims);

const bothHold = (a: readonly EvidenceUnit[], b: readonly EvidenceUnit[]): readonly string[] => {
  const inB = claimsOf(b).map(({ identifier }) => identifier);
  return claimsOf(a).flatMap(({ identifier }) => (inB.includes(identifier) ? [identifier] : []));
};

/** Namespaces of the worlds that link nobody. */
const keepsApart = (identifier: string): boolean => /^(born|name)#/.test(identifier);

/** Whether no day of a holder here is a day of a holder there, counted day by day. */
const neverAtOneTime = (
  a: readonly EvidenceUnit[],
  b: readonly EvidenceUnit[],
  identifier: string,
): boolean => {
  const daysOf = (units: readonly EvidenceUnit[]) =>
    claimsOf(units)
      .filter((claim) => claim.identifier === identifier)
      .flatMap(({ from, to }) => DAYS.filter((day) => day >= (from ?? day) && day <= (to ?? day)));
  return new Set(daysOf(a)).isDisjointFrom(new Set(daysOf(b)));
};

/** The days around the one on which values of the worlds change hands. */
const DAYS = ['2019-12-30', '2019-12-31', '2020-01-01', '2020-01-02'];
