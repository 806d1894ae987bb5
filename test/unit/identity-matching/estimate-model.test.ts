/** Estimation: it finds which of two populations a pair is from, and falls back on the start where there is nothing. */
import { describe, expect, test } from 'vitest';
import { comparisonOf } from '#domain/identity/matching/comparisons.ts';
import {
  type CandidatePair,
  estimateFrequencies,
} from '#domain/identity/matching/estimate-model.ts';
import { weigher } from '#domain/identity/matching/weigh-pair.ts';
import { startModel, subject } from '../../support/builders/match.ts';

const NAMES = ['name', 'birth-date', 'phone'];

const person = (number: number) => ({
  name: {
    given: `g${String.fromCharCode(97 + (number % 26))}${number}x`,
    family: `fam${number * 7}`,
  },
  birthDate: `19${String(10 + (number % 80))}-0${1 + (number % 9)}-1${number % 9}`,
  phone: `139${String(10_000_000 + number * 7919)}`,
});

const matches: readonly CandidatePair[] = Array.from({ length: 400 }, (_, number) => [
  subject(person(number)),
  subject({ ...person(number), ...(number % 5 === 0 ? { phone: '13800001111' } : {}) }),
]);
const strangers: readonly CandidatePair[] = Array.from({ length: 800 }, (_, number) => [
  subject(person(number)),
  subject(person(number + 13)),
]);

/** Of 800 rows. */
const ALL = 319_600;

const share = (estimate: ReturnType<typeof estimateFrequencies>, name: string, level: string) =>
  estimate.comparisons[name]?.find((one) => one.level === level) ?? {
    m: Number.NaN,
    u: Number.NaN,
  };

describe('an estimate', () => {
  const candidates = [...matches, ...strangers.slice(0, 400)];
  const estimate = estimateFrequencies(NAMES, { candidates, strangers, all: ALL });

  test('tells the two populations apart', () => {
    expect(share(estimate, 'birth-date', 'same').m).toBeGreaterThan(0.9);
    expect(share(estimate, 'birth-date', 'same').u).toBeLessThan(0.05);
  });

  test('learns how often one person has two numbers', () => {
    expect(share(estimate, 'phone', 'same').m).toBeGreaterThan(0.7);
    expect(share(estimate, 'phone', 'same').m).toBeLessThan(0.87);
  });

  test('gives the same model for the same pairs', () => {
    const again = estimateFrequencies(NAMES, { candidates, strangers, all: ALL });
    expect(again).toEqual(estimate);
  });

  test('gives the same model for the same pairs in another order', () => {
    const reversed = [...strangers.slice(0, 400), ...matches.toReversed()];
    const again = estimateFrequencies(NAMES, { candidates: reversed, strangers, all: ALL });
    for (const name of NAMES)
      for (const [at, { m, u }] of (again.comparisons[name] ?? []).entries()) {
        expect(m).toBeCloseTo(estimate.comparisons[name]?.[at]?.m ?? Number.NaN, 5);
        expect(u).toBeCloseTo(estimate.comparisons[name]?.[at]?.u ?? Number.NaN, 5);
      }
  });

  test('finds the populations where nearly every candidate is one person', () => {
    const clean = estimateFrequencies(NAMES, { candidates: matches, strangers, all: ALL });
    expect(share(clean, 'name', 'same').u).toBeLessThan(0.1);
    expect(share(clean, 'name', 'same').m).toBeGreaterThan(0.8);
  });
});

test('without pairs the model is the start', () => {
  const { m } = comparisonOf('phone') ?? { m: [] };
  const estimate = estimateFrequencies(['phone'], { candidates: [], strangers: [], all: 0 });
  expect(estimate.comparisons['phone']?.map((level) => level.m)).toEqual(m);
});

test('shares of every comparison add up to one', () => {
  for (const levels of Object.values(
    startModel('name', 'street', 'place', 'email', 'id:x').comparisons,
  )) {
    expect(levels.reduce((sum, { m }) => sum + m, 0)).toBeCloseTo(1, 5);
    expect(levels.reduce((sum, { u }) => sum + u, 0)).toBeCloseTo(1, 1);
  }
});

test('agreement on a rare name weighs more than on a common one', () => {
  const frequencies = {
    family: { rows: 1000, chance: 0.03, common: { wang: 100 }, rare: 1 },
  };
  const weigh = weigher({ ...startModel('name'), frequencies });
  const weightOf = (full: string) =>
    weigh(subject({ name: { full } }), subject({ name: { full } })).weight;
  expect(weightOf('仇伟')).toBeGreaterThan(weightOf('王伟') + 1);
});
