import { describe, expect, test } from 'vitest';
import { billOf } from '../../../bench/costs/prices.ts';
import { exponentOf } from '../../../bench/costs/write-costs.ts';
import { areKept, isKept } from '../../../bench/figures.ts';
import { OptionError, readOptions } from '../../../bench/options.ts';
import { percentilesOf } from '../../../bench/profile-read/open-loop.ts';

describe('growth exponent', () => {
  test.each([
    ['the same for every change', 1, (n: number) => 3 * n],
    ['growing with the root', 1.5, (n: number) => n * Math.sqrt(n)],
    ['quadratic', 2, (n: number) => n * n],
  ])('%s: %f', (_, expected, usd) => {
    const points = [1e4, 1e5, 1e6].map((changes) => ({ changes, usd: usd(changes) }));
    expect(exponentOf(points)).toBeCloseTo(expected, 10);
  });
});

describe('bill', () => {
  test('of a million changes with one write and one read unit each', () => {
    const lines = billOf({
      changes: 1000,
      records: 1000,
      bytes: 500_000,
      writeUnits: 1000,
      readUnits: 1000,
      resolveBatches: 10,
      viewBatches: 10,
      resolveRounds: 4,
      viewRounds: 4,
      handlerMicros: 1000,
    });
    const usd = Object.fromEntries(lines.map(({ what, usdPerMillion }) => [what, usdPerMillion]));
    expect(usd['DynamoDB writes']).toBeCloseTo(0.625);
    expect(usd['DynamoDB reads']).toBeCloseTo(0.125);
    // 1 000 s of processor time and 80 000 requests of 5 ms in sequence.
    expect(usd['Lambda time']).toBeCloseTo(1400 * 0.0000133334);
    expect(usd['Lambda invocations']).toBeCloseTo(0.004);
    expect(usd['S3 puts of the archive']).toBeCloseTo((10_000 / 5) * 4 * 5e-6);
  });
});

describe('budgets', () => {
  test.each([
    [1, undefined, undefined],
    [1, 1, true],
    [1.01, 1, false],
    [Number.NaN, 1, false],
  ])('%f against %s: %s', (value, budget, kept) => {
    const figure = { name: '', unit: '', how: '', value };
    expect(isKept(budget === undefined ? figure : { ...figure, budget })).toBe(kept);
  });
});

test('--strict asks whether no figure misses its budget; one without a budget misses none', () => {
  const figure = { name: '', unit: '', how: '', value: 2 };
  const section = (...budgets: readonly (number | undefined)[]) => ({
    title: '',
    figures: budgets.map((budget) => (budget === undefined ? figure : { ...figure, budget })),
  });
  expect(areKept([section(2, undefined), section()])).toBe(true);
  expect(areKept([section(2), section(3, 1)])).toBe(false);
  expect(readOptions(['--strict'])?.strict).toBe(true);
});

test.each([
  [100, true],
  [99.9, false],
])('%f against a promise of 100: %s', (value, kept) => {
  expect(isKept({ name: '', unit: '', how: '', value, least: 100 })).toBe(kept);
});

describe('percentiles', () => {
  test('of a hundred answers, one of them refused', () => {
    const times = [...Array.from({ length: 99 }, (_, index) => 99 - index), 'refused' as const];
    expect(percentilesOf(times)).toEqual({ requests: 100, refused: 1, p50: 50, p95: 95, p99: 99 });
  });
});

describe('options', () => {
  test.each([
    [[], 1_000_000],
    [['--quick'], 100_000],
    [['--quick', '--changes', '5000'], 5_000],
  ])('%j measures up to %i changes', (args, changes) => {
    expect(readOptions(args)?.changes).toBe(changes);
  });

  test('help is no options, and a wrong one is a sentence', () => {
    expect(readOptions(['--help'])).toBeUndefined();
    expect(() => readOptions(['--changes', 'many'])).toThrow(OptionError);
    expect(() => readOptions(['--fast'])).toThrow(/npm run bench -- --help/);
  });
});
