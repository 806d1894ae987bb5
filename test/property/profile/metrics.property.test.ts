/**
 * Laws of metrics: it does not matter in which slices and in which order customers and rows are folded, and the trend
 * adds up to the view's own measures over the same rows.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type FactRow, factsPartial, partialContext } from '#domain/profile/facts-partial.ts';
import {
  customerMetrics,
  factMetrics,
  type Metrics,
  NO_METRICS,
  sumMetrics,
  TREND_DAYS,
  type TrendCell,
  trendMeasures,
} from '#domain/profile/metrics.ts';
import { profileView } from '#domain/profile/profile-view.ts';
import { anyFacts } from '../../support/builders/profile.ts';
import { DEMO, NOW } from '../../support/pipeline.ts';

const { definitions } = DEMO;
const { view } = definitions;
const DAY = 24 * 3_600_000;

/** Facts of the builder with a brand and a time that the trend keeps. */
const keptFacts = fc
  .tuple(anyFacts, fc.array(fc.nat(TREND_DAYS - 2), { minLength: 60, maxLength: 60 }))
  .map(([facts, days]) =>
    facts.map((fact, index): FactRow => {
      const at = NOW - (days[index % days.length] ?? 0) * DAY;
      return {
        ...fact,
        fields: { ...fact.fields, at, brand: index % 2 === 0 ? 'a' : '__proto__' },
      };
    }),
  );

const viewOfFacts = (facts: readonly FactRow[]) =>
  profileView(view, [], factsPartial(partialContext(definitions, NOW), facts), { now: NOW });

const metricsOf = (facts: readonly FactRow[]): readonly Metrics[] => [
  ...facts.map((fact) => factMetrics(fact, definitions, NOW)),
  ...facts.map((fact) => customerMetrics(viewOfFacts([fact]), definitions, NOW)),
];

test('slices and order do not matter', () => {
  const delivery = keptFacts.chain((facts) =>
    fc.tuple(
      fc.constant(facts),
      fc.shuffledSubarray(metricsOf(facts) as Metrics[], { minLength: 2 * facts.length }),
      fc.integer({ min: 1, max: 7 }),
    ),
  );
  fc.assert(
    fc.property(delivery, ([facts, shuffled, size]) => {
      let folded = NO_METRICS;
      for (let from = 0; from < shuffled.length; from += size)
        folded = sumMetrics([folded, ...shuffled.slice(from, from + size)]);
      expect(folded).toEqual(sumMetrics(metricsOf(facts)));
    }),
  );
});

/** A measure over all cells of a trend. */
const totalOf = (cells: readonly TrendCell[], measure: string): number | Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { amounts } of cells)
    for (const [currency, amount] of Object.entries(amounts[measure] ?? {}))
      sums[currency] = (sums[currency] ?? 0) + amount;
  const count = cells.reduce((sum, { counts }) => sum + (counts[measure] ?? 0), 0);
  const isAmount = view.measures.some((it) => it.measure === measure && it.fold === 'money');
  return isAmount ? sums : count;
};

test('the trend adds up to the measures of the view over the same rows', () => {
  fc.assert(
    fc.property(keptFacts, (facts) => {
      const { trend } = sumMetrics(facts.map((fact) => factMetrics(fact, definitions, NOW)));
      const expected = viewOfFacts(facts).measures;
      for (const { measure } of trendMeasures(definitions))
        expect(totalOf(Object.values(trend), measure)).toEqual(expected[measure]);
    }),
  );
});
