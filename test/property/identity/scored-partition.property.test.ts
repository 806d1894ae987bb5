/**
 * Laws of F where rules score pairs: it says what the rules say (oracle: test/support/slow-scored-partition.ts), the
 * order of units does not matter, and on several components it says what it says on each.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type EvidenceUnit,
  type IdentifierKey,
  identifierKey,
  namespaceOf,
  type UnitKey,
} from '#domain/identity/evidence.ts';
import { type Partition, partition } from '#domain/identity/partition.ts';
import { SCORED_POLICY, scoredUnit } from '../../support/builders/match.ts';
import { slowScoredPartition } from '../../support/slow-scored-partition.ts';

const NAMES = ['张伟', '張偉', '张玮', 'Zhang Wei', '李静', '李敬', '王小明', '王先生', ''];
const DATES = ['1990-05-17', '1990-05-18', '1985-03-02', '1990', ''];
const PHONES = ['13912345678', '13912345679', '13800002222', ''];
const CITIES = ['深圳', '香港', ''];
const CARDS = ['M100200300', 'M999888777', ''];

const row = fc.record({
  full: fc.constantFrom(...NAMES),
  birthDate: fc.constantFrom(...DATES),
  phone: fc.constantFrom(...PHONES),
  card: fc.constantFrom(...CARDS),
  city: fc.constantFrom(...CITIES),
});

const fact = fc.record({
  phone: fc.constantFrom('+8613912345678', '+8613912345679', undefined),
  card: fc.constantFrom('M100200300', 'M999888777', undefined),
});

const factUnit = (number: number, ids: Record<string, string | undefined>): EvidenceUnit => ({
  key: `~f${number}` as UnitKey,
  party: false,
  mayCreate: true,
  claims: Object.entries(ids).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ identifier: identifierKey(name, undefined, value), verified: true }],
  ),
});

const world = fc
  .record({
    rows: fc.array(row, { minLength: 1, maxLength: 12 }),
    facts: fc.array(fact, { maxLength: 3 }),
  })
  .map(({ rows, facts }) => [
    ...rows.map(({ full, card, ...raw }, number) =>
      scoredUnit(`r${String(number).padStart(2, '0')}`, {
        name: { full },
        ...(raw.birthDate === '' ? {} : { birthDate: raw.birthDate }),
        ...(raw.phone === '' ? {} : { phone: raw.phone }),
        ...(raw.city === '' ? {} : { address: { city: raw.city } }),
        ids: card === '' ? {} : { card },
      }),
    ),
    ...facts.map((ids, number) => factUnit(number, ids)),
  ]);

const sharedAmong = (units: readonly EvidenceUnit[]): ReadonlySet<IdentifierKey> => {
  const claimed = units.flatMap(({ claims }) => claims.map(({ identifier }) => identifier));
  const holders = Map.groupBy(claimed, (identifier) => identifier);
  return new Set(
    [...holders].flatMap(([identifier, { length }]) =>
      length > (SCORED_POLICY[namespaceOf(identifier)]?.cap ?? 0) ? [identifier] : [],
    ),
  );
};

const shown = ({ groups, held }: Partition) => ({
  groups: groups.map((group) => [...group].sort().join()).sort(),
  held: held.map(({ a, b, reason }) => `${a} ${b} ${reason}`).sort(),
});

const RUNS = { numRuns: 300 };

test('it says what the rules say', () => {
  fc.assert(
    fc.property(world, (units) => {
      const shared = sharedAmong(units);
      expect(shown(partition(units, shared, SCORED_POLICY))).toEqual(
        slowScoredPartition(units, shared),
      );
    }),
    RUNS,
  );
});

test('the order of units does not matter', () => {
  const delivery = world.chain((units) =>
    fc.tuple(fc.constant(units), fc.shuffledSubarray(units, { minLength: units.length })),
  );
  fc.assert(
    fc.property(delivery, ([units, again]) => {
      const shared = sharedAmong(units);
      expect(partition(again, shared, SCORED_POLICY)).toEqual(
        partition(units, shared, SCORED_POLICY),
      );
    }),
    RUNS,
  );
});

test('on several components it says what it says on each', () => {
  fc.assert(
    fc.property(world, (units) => {
      const shared = sharedAmong(units);
      const whole = partition(units, shared, SCORED_POLICY);
      const parts = whole.components.map((component) =>
        partition(
          units.filter(({ key }) => component.includes(key)),
          shared,
          SCORED_POLICY,
        ),
      );
      expect(shown(whole)).toEqual({
        groups: parts.flatMap((part) => shown(part).groups).sort(),
        held: parts.flatMap((part) => shown(part).held).sort(),
      });
    }),
    RUNS,
  );
});

test('a chain longer than the bound comes apart, the same way in any order', () => {
  const born = (index: number) => new Date(Date.UTC(1950, 0, 1 + index)).toISOString().slice(0, 10);
  const units = Array.from({ length: 260 }, (_, index) =>
    scoredUnit(`r${String(index).padStart(3, '0')}`, {
      name: { full: `Robert S${'mith'.slice(0, 1 + (index % 4))}` },
      birthDate: born(Math.floor(index / 2)),
      phone: `139${10_000_000 + Math.floor((index + 1) / 2)}`,
    }),
  );
  const shared = sharedAmong(units);
  const whole = partition(units, shared, SCORED_POLICY);
  expect(partition(units.toReversed(), shared, SCORED_POLICY)).toEqual(whole);
  expect(Math.max(...whole.groups.map(({ length }) => length))).toBeLessThanOrEqual(200);
  expect(whole.groups.flat()).toHaveLength(units.length);
});
