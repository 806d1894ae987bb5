import { describe, expect, test } from 'vitest';
import type { MeasureDefinition, ViewDefinition } from '#domain/definitions/types.ts';
import { factsPartial } from '#domain/profile/facts-partial.ts';
import { marketDay } from '#domain/profile/market-day.ts';
import type { Fact } from '#domain/profile/measure.ts';
import { weighsNothingAfter, weightOf } from '#domain/profile/preference.ts';
import { profileView } from '#domain/profile/profile-view.ts';
import { rowKey } from '../../support/builders/rows.ts';

const DAY_MS = 86_400_000;
const TODAY = 20_000;

/** Noon of a day in UTC. */
const noon = (day: number): number => day * DAY_MS + DAY_MS / 2;

const figures = (
  measures: readonly MeasureDefinition[],
  facts: readonly Fact[],
  now = noon(TODAY),
) => {
  const view: ViewDefinition = { profile: [], measures, timeZone: 'UTC' };
  const rows = facts.map((fact, n) => ({ ...fact, rowKey: rowKey(`pos.receipt.${n}`) }));
  const partial = factsPartial({ view, zones: {}, now: noon(TODAY) }, rows);
  return profileView(view, [], partial, { now }).measures;
};

const order = (day: number, amount = 0, more: Fact['fields'] = {}): Fact => ({
  as: 'order',
  fields: { at: noon(day), total: { amount, currency: 'HKD' }, ...more },
});

describe('windows', () => {
  const COUNT: MeasureDefinition = { measure: 'n', of: 'order', fold: 'count', windows: [1, 30] };
  const ofOne = (day: number, today: number) => figures([COUNT], [order(day)], noon(today));

  test.each([
    ['today', TODAY, TODAY, { n: 1, n1d: 1, n30d: 1 }],
    ['yesterday', TODAY - 1, TODAY, { n: 1, n1d: 0, n30d: 1 }],
    ['29 days ago', TODAY - 29, TODAY, { n: 1, n1d: 0, n30d: 1 }],
    ['30 days ago', TODAY - 30, TODAY, { n: 1, n1d: 0, n30d: 0 }],
    ['tomorrow', TODAY + 1, TODAY, { n: 1, n1d: 0, n30d: 0 }],
    ['tomorrow, seen then', TODAY + 1, TODAY + 1, { n: 1, n1d: 1, n30d: 1 }],
    ['today, seen a month later', TODAY, TODAY + 30, { n: 1, n1d: 0, n30d: 0 }],
  ])('an order of %s', (_, day, today, expected) => {
    expect(ofOne(day, today)).toEqual(expected);
  });

  test('a fact without a time is in the total only', () => {
    expect(figures([COUNT], [{ as: 'order', fields: {} }])).toEqual({ n: 1, n1d: 0, n30d: 0 });
  });

  test('a day is that of the fact’s own zone', () => {
    const late = Date.UTC(2026, 10, 22, 16, 30);
    expect(marketDay(late, 'Asia/Hong_Kong') - marketDay(late, 'UTC')).toBe(1);
  });
});

describe('averages', () => {
  const MEAN: MeasureDefinition = { measure: 'mean', of: 'order', fold: 'average', field: 'total' };
  test.each([
    [[5, 6], 6],
    [[5, 5, 6], 5],
    [[-5, -6], -6],
    [[-1, 1], 0],
    [[1, 0, 0], 0],
  ])('of %j is %i', (amounts, mean) => {
    expect(
      figures(
        [MEAN],
        amounts.map((amount) => order(TODAY, amount)),
      ),
    ).toEqual({
      mean: { HKD: mean },
    });
  });
});

describe('what ends', () => {
  const coupon = (until: number | undefined, used = false): Fact => ({
    as: 'coupon',
    fields: {
      ...(until === undefined ? {} : { ends: noon(until) }),
      ...(used ? { usedAt: 1 } : {}),
    },
  });
  const open = { where: { field: 'usedAt', present: false } } as const;
  const MEASURES: readonly MeasureDefinition[] = [
    { measure: 'valid', of: 'coupon', fold: 'expiring', until: 'ends', ...open },
    { measure: 'soon', of: 'coupon', fold: 'expiring', until: 'ends', within: 7, ...open },
    { measure: 'over', of: 'coupon', fold: 'expired', until: 'ends', ...open },
  ];
  test.each([
    ['never', undefined, { valid: 1, soon: 0, over: 0 }],
    ['today', TODAY, { valid: 1, soon: 1, over: 0 }],
    ['in a week', TODAY + 7, { valid: 1, soon: 1, over: 0 }],
    ['in eight days', TODAY + 8, { valid: 1, soon: 0, over: 0 }],
    ['yesterday', TODAY - 1, { valid: 0, soon: 0, over: 1 }],
    ['long ago', TODAY - 900, { valid: 0, soon: 0, over: 1 }],
  ])('%s', (_, until, expected) => {
    expect(figures(MEASURES, [coupon(until), coupon(until, true)])).toEqual(expected);
  });

  test('moves on by itself', () => {
    expect(figures(MEASURES, [coupon(TODAY + 8)], noon(TODAY + 9))).toEqual({
      valid: 0,
      soon: 0,
      over: 1,
    });
  });
});

describe('a ledger of what ends', () => {
  const until = { of: 'points', until: 'ends', field: 'delta' } as const;
  const MEASURES: readonly MeasureDefinition[] = [
    { measure: 'valid', ...until, fold: 'expiring' },
    { measure: 'soon', ...until, fold: 'expiring', within: 7 },
    { measure: 'over', ...until, fold: 'expired' },
  ];
  const entry = (delta: number, ends?: number | string): Fact => ({
    as: 'points',
    fields: { delta, ...(ends === undefined ? {} : { ends }) },
  });
  const given = [
    entry(10, noon(TODAY - 1)),
    entry(20, noon(TODAY + 3)),
    entry(40, new Date(noon(TODAY + 7)).toISOString().slice(0, 10)),
    entry(80, noon(TODAY + 8)),
    entry(160),
  ];
  test.each([
    ['as it was given', [], { valid: 300, soon: 60, over: 10 }],
    ['what is used is what is over first', [entry(-10)], { valid: 300, soon: 60, over: 0 }],
    ['then what ends next', [entry(-25), entry(-15)], { valid: 270, soon: 30, over: 0 }],
    ['then all that ends soon', [entry(-75)], { valid: 235, soon: 0, over: 0 }],
    ['in the end what never ends', [entry(-300)], { valid: 10, soon: 0, over: 0 }],
    ['and no more than there is', [entry(-999)], { valid: 0, soon: 0, over: 0 }],
    ['whenever the use would end', [entry(-10, noon(TODAY))], { valid: 300, soon: 60, over: 0 }],
  ])('%s', (_, used, expected) => {
    expect(figures(MEASURES, [...given, ...used])).toEqual(expected);
  });
});

describe('preferences', () => {
  const STORE: MeasureDefinition = {
    measure: 'store',
    of: 'order',
    fold: 'preferred',
    field: 'store',
    halfLife: 10,
  };
  const at = (day: number, store: string): Fact => order(day, 0, { store });

  test.each([
    ['the newer of two', [at(TODAY - 10, 'A'), at(TODAY, 'B')], { value: 'B', score: 1_000 }],
    [
      'three older ones',
      [at(TODAY, 'B'), ...[1, 2, 3].map(() => at(TODAY - 10, 'A'))],
      { value: 'A', score: 1_500 },
    ],
    [
      'the first by name of equal ones',
      [at(TODAY, 'B'), at(TODAY, 'A')],
      { value: 'A', score: 1_000 },
    ],
    ['none of the future', [at(TODAY + 1, 'A')], null],
    ['none that is too old', [at(TODAY - 200, 'A')], null],
  ])('%s', (_, facts, expected) => {
    expect(figures([STORE], facts)).toEqual({ store: expected });
  });

  test.each([1, 10, 90])(
    'a fact weighs nothing after some eleven half-lives of %i days',
    (days) => {
      expect(weightOf(weighsNothingAfter(days), days)).toBe(0);
      expect(weightOf(10 * days, days)).toBe(1);
    },
  );
});

describe('derived figures', () => {
  const days = { new: 30, active: 90, lapsing: 180, dormant: 365 };
  const MEASURES: readonly MeasureDefinition[] = [
    { measure: 'n', of: 'order', fold: 'count', windows: [365] },
    { measure: 'spend', of: 'order', fold: 'money', field: 'total', windows: [365] },
    { measure: 'first', of: 'order', fold: 'earliest', field: 'at' },
    { measure: 'last', of: 'order', fold: 'latest', field: 'at' },
    { measure: 'again', fold: 'repurchase', count: 'n' },
    { measure: 'stage', fold: 'stage', first: 'first', last: 'last', ...days },
    {
      measure: 'rfm',
      fold: 'rfm',
      recency: { of: 'last', steps: [30, 90, 180, 365] },
      frequency: { of: 'n365d', steps: [2, 3, 4, 5] },
      monetary: { of: 'spend365d', steps: { HKD: [100, 200, 300, 400] } },
    },
  ];
  const of = (...ages: readonly number[]) =>
    figures(
      MEASURES,
      ages.map((age) => order(TODAY - age, 100)),
    );

  test.each([
    [[], 'prospect'],
    [[30], 'new'],
    [[31], 'active'],
    [[90], 'active'],
    [[91], 'lapsing'],
    [[180, 900], 'lapsing'],
    [[181], 'dormant'],
    [[365], 'dormant'],
    [[366], 'lost'],
    [[-5], 'new'],
  ])('orders %j days ago are of stage %s', (ages, stage) => {
    expect(of(...ages)['stage']).toBe(stage);
  });

  test.each([
    [[], 0, null],
    [[0], 0, { recency: 5, frequency: 1, monetary: 2 }],
    [[31, 40, 50], 0.6667, { recency: 4, frequency: 3, monetary: 4 }],
    [[366, 400], 0.5, { recency: 1, frequency: 1, monetary: 1 }],
  ])('orders %j days ago', (ages, again, rfm) => {
    expect(of(...ages)).toMatchObject({ again, rfm });
  });
});
