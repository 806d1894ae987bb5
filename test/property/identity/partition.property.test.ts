/**
 * Laws of F: it is a function of the set of units, it decomposes over components, no pepper can change it, and it says
 * what the rules say. The oracle is the rules read aloud (test/support/slow-partition.ts).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scopeOf } from '#domain/identity/evidence.ts';
import { type Partition, partition } from '#domain/identity/partition.ts';
import {
  contradictingWorldOf,
  doubtfulWorldOf,
  POLICY,
  sharedAmong,
  showGroups,
  showHeld,
  underAnotherPepper,
  worldOf,
} from '../../support/builders/evidence.ts';
import { slowPartition } from '../../support/slow-partition.ts';

const evaluate = (units: Parameters<typeof sharedAmong>[0]): Partition =>
  partition(units, sharedAmong(units), POLICY);

const RUNS = { numRuns: 400 };

test('it says what the rules say', () => {
  fc.assert(
    fc.property(fc.oneof(worldOf(14), doubtfulWorldOf(7), contradictingWorldOf(9)), (units) => {
      const expected = slowPartition(units, sharedAmong(units), POLICY);
      const { groups, held } = evaluate(units);
      expect(groups).toEqual(expected.groups);
      expect(showHeld({ held }).toSorted()).toEqual(expected.held.toSorted());
    }),
    RUNS,
  );
});

test('the order of units does not matter', () => {
  const delivery = worldOf(12).chain((units) =>
    fc.record({
      units: fc.constant(units),
      again: fc.shuffledSubarray([...units], { minLength: units.length }),
    }),
  );
  fc.assert(
    fc.property(delivery, ({ units, again }) => {
      expect(evaluate(again)).toEqual(evaluate(units));
    }),
    RUNS,
  );
});

test('on several components it says what it says on each', () => {
  fc.assert(
    fc.property(worldOf(14), (units) => {
      const shared = sharedAmong(units);
      const whole = partition(units, shared, POLICY);
      const parts = whole.components.map((component) =>
        partition(
          units.filter(({ key }) => component.includes(key)),
          shared,
          POLICY,
        ),
      );
      const lines = (shown: readonly string[]) => [...shown].sort();
      expect(lines(whole.groups.map(String))).toEqual(
        lines(parts.flatMap(({ groups }) => groups.map(String))),
      );
      expect(lines(showHeld(whole))).toEqual(lines(parts.flatMap(showHeld)));
    }),
    RUNS,
  );
});

test('other pseudonyms give the same groups, and hold the same pairs', () => {
  const shown = ({ groups, held, accepted }: Partition) => ({
    groups: showGroups(groups),
    held: held
      .map(({ a, b, identifier, reason }) => [a, b, scopeOf(identifier), reason].join())
      .sort(),
    accepted: accepted.map(({ a, b, identifier }) => [a, b, scopeOf(identifier)].join()).sort(),
  });
  fc.assert(
    fc.property(fc.oneof(worldOf(14), doubtfulWorldOf(7), contradictingWorldOf(9)), (units) => {
      expect(shown(evaluate(underAnotherPepper(units)))).toEqual(shown(evaluate(units)));
    }),
    { numRuns: 2000 },
  );
});

test('the accepted links span every group and nothing else', () => {
  fc.assert(
    fc.property(worldOf(14), (units) => {
      const { groups, accepted } = evaluate(units);
      expect(accepted).toHaveLength(units.length - groups.length);
      const groupOf = (key: string) => groups.find((group) => group.some((one) => one === key));
      for (const { a, b } of accepted) expect(groupOf(a)).toBe(groupOf(b));
    }),
    RUNS,
  );
});
