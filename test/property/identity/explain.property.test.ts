/**
 * Law: for any two rows an explanation is given, and it is true. A path leads from the one to the other, and both ends
 * of each step hold its value; where there is none, the obstacle named is one that stands.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EvidenceUnit, UnitKey } from '#domain/identity/evidence.ts';
import { linksWithin, obstaclesBetween, shortestPath } from '#domain/identity/evidence-graph.ts';
import { partition } from '#domain/identity/partition.ts';
import { doubtfulWorldOf, POLICY, sharedAmong, worldOf } from '../../support/builders/evidence.ts';

const worlds = fc.oneof(worldOf(12), doubtfulWorldOf(8));

const explained = (units: readonly EvidenceUnit[]) => {
  const shared = sharedAmong(units);
  const found = partition(units, shared, POLICY);
  const holds = (key: UnitKey, identifier: string) =>
    units.some((unit) => unit.key === key && unit.claims.some((c) => c.identifier === identifier));
  return { ...found, shared, holds, links: linksWithin(units, shared, POLICY, found) };
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
  { links, holds }: ReturnType<typeof explained>,
  from: UnitKey,
  to: UnitKey,
): void => {
  const path = shortestPath(links, from, to) ?? [];
  expect([path[0]?.a, path.at(-1)?.b]).toEqual([from, to]);
  expect(path.slice(1).map(({ a }) => a)).toEqual(path.slice(0, -1).map(({ b }) => b));
  for (const { a, b, identifier } of path) {
    expect(holds(a, identifier) && holds(b, identifier)).toBe(true);
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
          for (const obstacle of found) expect(stands(obstacle, held, shared)).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

const stands = (
  obstacle: ReturnType<typeof obstaclesBetween>[number],
  held: ReturnType<typeof explained>['held'],
  shared: ReadonlySet<string>,
): boolean => {
  if (obstacle.kind === 'held') {
    const { identifier, reason } = obstacle;
    return held.some((link) => link.identifier === identifier && link.reason === reason);
  }
  if (obstacle.kind === 'shared') return shared.has(obstacle.identifier);
  return ['guard', 'not-at-one-time', 'no-common-value'].includes(obstacle.kind);
};
