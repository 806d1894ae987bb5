/**
 * Estimation of a match model from rows alone, without anybody saying which are one person.
 *
 * Pairs of rows that share a blocking key are two populations: one person and two. Expectation-maximisation finds the
 * frequencies of levels in each that explain the pairs best (Winkler 1988). It starts from what the levels are worth
 * anywhere and keeps some imaginary pairs of that, so that a small file is not over-read. Good keys leave almost no
 * pairs of two persons to learn from; therefore as many pairs of strangers, drawn from all rows, as there are matches
 * count as such. Everything is a function of the pairs: no random start, the same rows give the same model.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import { type Comparison, comparisonOf } from './comparisons.ts';
import type { LevelFrequencies } from './match-model.ts';
import type { MatchSubject } from './match-subject.ts';

/** Two rows that share a blocking key. */
export type CandidatePair = readonly [MatchSubject, MatchSubject];

/** What the estimation came to. */
export interface Estimate {
  readonly prior: number;
  readonly comparisons: Readonly<Record<string, readonly LevelFrequencies[]>>;
}

/** Rounds of the estimation; it changes little after the tenth. */
const ROUNDS = 25;
/** Imaginary pairs of each population that speak for the start. */
const IMAGINARY = 100;
const FIRST_PRIOR = 0.1;
const [LEAST_PRIOR, MOST_PRIOR] = [1e-4, 0.95];

/** Pairs with the same levels, counted together. */
interface Pattern {
  /** Index of the level of each comparison, -1 where there is none. */
  readonly levels: readonly number[];
  readonly pairs: number;
}

interface State {
  readonly prior: number;
  readonly m: readonly (readonly number[])[];
  readonly u: readonly (readonly number[])[];
}

/**
 * Estimates the frequencies of these comparisons.
 * @param strangers pairs of rows drawn from all, none of which share a key
 */
export const estimateFrequencies = (
  names: readonly string[],
  pairs: Iterable<CandidatePair>,
  strangers: Iterable<CandidatePair>,
): Estimate => {
  const comparisons = names.map((name) => must(comparisonOf(name), `comparison ${name}`));
  const patterns = countPatterns(comparisons, pairs);
  const known = strangerShares(comparisons, countPatterns(comparisons, strangers));
  let state: State = {
    prior: FIRST_PRIOR,
    m: comparisons.map(({ m }) => m),
    u: comparisons.map(({ u }) => u),
  };
  for (let round = 0; round < ROUNDS && patterns.length > 0; round++) {
    state = nextState(comparisons, patterns, known, state);
  }
  return { prior: state.prior, comparisons: described(comparisons, state) };
};

const countPatterns = (
  comparisons: readonly Comparison[],
  pairs: Iterable<CandidatePair>,
): readonly Pattern[] => {
  const counts = new Map<string, { levels: readonly number[]; pairs: number }>();
  for (const [a, b] of pairs) {
    const levels = comparisons.map(({ compare, levels: known }) => {
      const level = compare(a, b);
      return level === undefined ? -1 : known.indexOf(level);
    });
    const key = levels.join();
    const seen = counts.get(key);
    if (seen) seen.pairs += 1;
    else counts.set(key, { levels, pairs: 1 });
  }
  return [...counts.values()];
};

const nextState = (
  comparisons: readonly Comparison[],
  patterns: readonly Pattern[],
  known: readonly (readonly number[])[],
  state: State,
): State => {
  const m = comparisons.map((comparison) => comparison.m.map((share) => share * IMAGINARY));
  const u = comparisons.map((comparison) => comparison.u.map((share) => share * IMAGINARY));
  let [matches, all] = [0, 0];
  for (const { levels, pairs } of patterns) {
    const match = probability(levels, state) * pairs;
    matches += match;
    all += pairs;
    for (const [index, level] of levels.entries()) {
      if (level < 0) continue;
      add(m[index], level, match);
      add(u[index], level, pairs - match);
    }
  }
  for (const [index, counts] of u.entries()) {
    for (const [level, share] of (known[index] ?? []).entries())
      add(counts, level, share * matches);
  }
  return {
    prior: Math.min(MOST_PRIOR, Math.max(LEAST_PRIOR, matches / (all + matches))),
    m: m.map(shares),
    u: u.map(shares),
  };
};

const strangerShares = (
  comparisons: readonly Comparison[],
  patterns: readonly Pattern[],
): readonly (readonly number[])[] => {
  const total = patterns.reduce((sum, { pairs }) => sum + pairs, 0);
  return comparisons.map(({ levels }, index) =>
    levels.map(
      (_, level) =>
        patterns.reduce((sum, one) => sum + (one.levels[index] === level ? one.pairs : 0), 0) /
        Math.max(1, total),
    ),
  );
};

const add = (counts: number[] | undefined, level: number, amount: number): void => {
  if (counts) counts[level] = (counts[level] ?? 0) + amount;
};

const shares = (counts: readonly number[]): readonly number[] => {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => count / total);
};

/** Probability that a pair of these levels is one person. */
const probability = (levels: readonly number[], { prior, m, u }: State): number => {
  let odds = Math.log(prior / (1 - prior));
  for (const [index, level] of levels.entries()) {
    if (level >= 0) odds += Math.log((m[index]?.[level] ?? 1) / (u[index]?.[level] ?? 1));
  }
  return 1 / (1 + Math.exp(-odds));
};

const described = (comparisons: readonly Comparison[], { m, u }: State): Estimate['comparisons'] =>
  Object.fromEntries(
    comparisons.map(({ name, levels }, index) => [
      name,
      levels.map((level, at) => ({
        level,
        m: rounded(m[index]?.[at] ?? 0),
        u: rounded(u[index]?.[at] ?? 0),
      })),
    ]),
  );

// Six digits are more than any file can tell, and make the frozen model readable.
const rounded = (share: number): number => Number(Math.max(share, 1e-9).toPrecision(6));
