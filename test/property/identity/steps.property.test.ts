/**
 * Laws of steps: they end at the partition aimed at, and on the way nobody is with anybody whom neither the partition
 * before nor the one after puts there.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { stepsBetween } from '#domain/identity/steps.ts';

/** Units drawn into groups; group 0 stands for none. */
const groupsOf = (names: readonly number[], prefix: string): readonly (readonly UnitKey[])[] =>
  [...new Set(names)]
    .filter((name) => name > 0)
    .map((name) =>
      names.flatMap((other, index) => (other === name ? [`${prefix}${index}` as UnitKey] : [])),
    );

const partitions = fc
  .tuple(
    fc.array(fc.nat(4), { minLength: 1, maxLength: 14, size: 'max' }),
    fc.array(fc.nat(4), { minLength: 1, maxLength: 14, size: 'max' }),
  )
  .map(([before, after]) => ({ before: groupsOf(before, 'u'), after: groupsOf(after, 'u') }));

const shown = (groups: readonly (readonly UnitKey[])[]) =>
  groups.map((group) => [...group].sort().join(' ')).sort();

const pairsIn = (groups: readonly (readonly UnitKey[])[]) =>
  new Set(
    groups.flatMap((group) => group.flatMap((a) => group.map((b) => (a < b ? `${a} ${b}` : '')))),
  );

test('they end at what they aim at', () => {
  fc.assert(
    fc.property(partitions, ({ before, after }) => {
      const steps = stepsBetween(before, after);
      expect(shown(steps.at(steps.count))).toEqual(shown(after));
    }),
    { numRuns: 1000 },
  );
});

test('nothing to do takes no step', () => {
  fc.assert(
    fc.property(partitions, ({ before }) => {
      expect(stepsBetween(before, before).count).toBe(0);
    }),
  );
});

test('no step is left only where every group is there', () => {
  fc.assert(
    fc.property(partitions, ({ before, after }) => {
      if (stepsBetween(before, after).count === 0)
        expect(new Set(shown(after)).isSubsetOf(new Set(shown(before)))).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('on the way nobody is with anybody whom neither partition puts there', () => {
  fc.assert(
    fc.property(partitions, ({ before, after }) => {
      const steps = stepsBetween(before, after);
      for (let taken = 0; taken <= steps.count; taken++) {
        const pairs = pairsIn(steps.at(taken));
        expect(pairs.isSubsetOf(pairsIn(before).union(pairsIn(after)))).toBe(true);
        const units = steps.at(taken).flat();
        expect(new Set(units).size).toBe(units.length);
      }
    }),
    { numRuns: 1000 },
  );
});

test('whoever is a customer afterwards is one all the way', () => {
  fc.assert(
    fc.property(partitions, ({ before, after }) => {
      const steps = stepsBetween(before, after);
      for (let taken = 0; taken <= steps.count; taken++) {
        const there = new Set(steps.at(taken).flat());
        for (const unit of after.flat()) expect(there).toContain(unit);
      }
    }),
    { numRuns: 300 },
  );
});
