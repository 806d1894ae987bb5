/**
 * Derived figures: repurchase rate, stage of the life cycle and RFM scores, from other figures of the same instant.
 * @module
 */
import type { DerivedMeasure, RfmSteps, StageDays } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import type { Figures, MeasureValue } from './figure-values.ts';
import { marketDay } from './market-day.ts';

/** Stages of the life cycle; {@link StageDays} says when which. */
export type Stage = 'prospect' | 'new' | 'active' | 'lapsing' | 'dormant' | 'lost';

/** Computes a derived figure. */
export const derive = (
  measure: DerivedMeasure,
  figures: Figures,
  today: number,
  timeZone: string,
): MeasureValue => {
  // What lies in the future is not over yet: no days have passed since.
  const daysSince = (name: string): number | undefined => {
    const at = figures[name];
    return typeof at === 'number' ? Math.max(0, today - marketDay(at, timeZone)) : undefined;
  };
  switch (measure.fold) {
    case 'repurchase':
      return repeatShare(Number(figures[measure.count] ?? 0));
    case 'stage':
      return stageOf(measure, daysSince(measure.first), daysSince(measure.last));
    case 'rfm':
      return scoresOf(measure, figures, daysSince(measure.recency.of));
    default:
      return assertNever(measure);
  }
};

const TEN_THOUSAND = 10_000;

const repeatShare = (count: number): number =>
  count < 1 ? 0 : Math.floor(((count - 1) * 2 * TEN_THOUSAND + count) / (2 * count)) / TEN_THOUSAND;

const stageOf = (days: StageDays, first: number | undefined, last: number | undefined): Stage => {
  if (first === undefined || last === undefined) return 'prospect';
  if (first <= days.new) return 'new';
  if (last <= days.active) return 'active';
  if (last <= days.lapsing) return 'lapsing';
  return last <= days.dormant ? 'dormant' : 'lost';
};

const MOST = 5;

const scoresOf = (
  { recency, frequency, monetary }: RfmSteps,
  figures: Figures,
  days: number | undefined,
): MeasureValue => {
  if (days === undefined) return null;
  const count = figures[frequency.of];
  const spent = Object.entries(figures[monetary.of] ?? {});
  return {
    recency: MOST - recency.steps.filter((limit) => days > limit).length,
    frequency: reached(frequency.steps, typeof count === 'number' ? count : 0),
    monetary: spent.reduce(
      (best, [currency, amount]) =>
        Math.max(best, reached(monetary.steps[currency] ?? [], Number(amount))),
      1,
    ),
  };
};

const reached = (steps: readonly number[], value: number): number =>
  1 + steps.filter((limit) => value >= limit).length;
