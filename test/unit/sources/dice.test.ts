import { describe, expect, test } from 'vitest';
import { dice, seededRandom } from '../../../local/sources/shop/dice.ts';
import { DIRT, DirtSpreader } from '../../../local/sources/shop/dirt.ts';

describe('dice', () => {
  test('a seed always gives the same throws', () => {
    const throws = () => {
      const thrown = dice(seededRandom(42));
      return [thrown.int(1, 6), thrown.text(5), thrown.weighted({ a: 1, b: 2 }), thrown.count(2)];
    };
    expect(throws()).toEqual(throws());
  });

  test('random numbers are in [0, 1) and spread evenly', () => {
    const random = seededRandom(1);
    const numbers = Array.from({ length: 20_000 }, random);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(mean).toBeCloseTo(0.5, 1);
  });

  test('counts have the mean that was asked for', () => {
    const thrown = dice(seededRandom(3));
    const counts = Array.from({ length: 20_000 }, () => thrown.count(2.5));
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeCloseTo(2.5, 0);
  });

  test('names come in proportion to their weights', () => {
    const thrown = dice(seededRandom(4));
    const names = Array.from({ length: 3_000 }, () => thrown.weighted({ often: 9, seldom: 1 }));
    expect(names.filter((name) => name === 'seldom').length / names.length).toBeCloseTo(0.1, 1);
  });

  test('null can be picked', () => {
    expect(dice(seededRandom(1)).pick([null])).toBeNull();
  });
});

test.each([50, 500, 5_000])('dirt is spread evenly over %i candidates', (candidates) => {
  const spreader = new DirtSpreader(dice(seededRandom(1)));
  for (let n = 0; n < candidates; n++) spreader.hits('missingPhones');
  const { hits = 0, of = 0 } = spreader.counts().missingPhones ?? {};
  expect(of).toBe(candidates);
  expect(Math.abs(hits - DIRT.missingPhones * candidates)).toBeLessThanOrEqual(1);
});
