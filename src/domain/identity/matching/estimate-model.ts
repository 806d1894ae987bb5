/**
 * Estimation of a match model from rows alone, without anybody saying which are one person.
 *
 * All pairs of rows are two populations: one person and two. Expectation-maximisation finds the frequencies of levels in
 * each that explain the pairs best (Winkler 1988). Pairs that share a blocking key are looked at one by one. All others
 * count as two persons and are known by a sample: keys pick pairs by the very values that are compared, so that among the
 * candidates alone two persons who agree on one thing agree on nothing else, which is no picture of two persons
 * (docs/adr/0079). It starts from what the levels are worth anywhere, keeps some imaginary pairs of that, and goes back to
 * it for a level that hardly any pair shows. Everything is a function of the pairs: no random start, the same rows give
 * the same model.
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

/** The pairs of some rows. */
export interface PairsOfRows {
  /** Those that share a blocking key. */
  readonly candidates: Iterable<CandidatePair>;
  /** Some of those that share none. */
  readonly strangers: Iterable<CandidatePair>;
  /** How many pairs there are. */
  readonly all: number;
}

/** Rounds of the estimation; it changes little after the tenth. */
const ROUNDS = 25;
/** Imaginary pairs of each population that speak for the start. */
const IMAGINARY = 100;
/** Pairs of a level that count as much as the start does for what the level is worth. */
const FEW = 20;
const FIRST_PRIOR = 0.005;
const [LEAST_PRIOR, MOST_PRIOR] = [1e-9, 0.95];

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

/** What is known of the pairs that share no key. */
interface Strangers {
  /** How many there are. */
  readonly pairs: number;
  /** How many of them were looked at. */
  readonly sampled: number;
  /** Shares of levels, by comparison. */
  readonly shares: readonly (readonly number[])[];
}

/** Estimates the frequencies of these comparisons. */
export const estimateFrequencies = (
  names: readonly string[],
  { candidates, strangers, all }: PairsOfRows,
): Estimate => {
  const comparisons = names.map((name) => startOf(must(comparisonOf(name), `comparison ${name}`)));
  const patterns = countPatterns(comparisons, candidates);
  const others = describeStrangers(comparisons, strangers, all - total(patterns));
  let state: State = {
    prior: FIRST_PRIOR,
    m: comparisons.map(({ m }) => m),
    u: comparisons.map(({ u }) => u),
  };
  for (let round = 0; round < ROUNDS && patterns.length > 0; round++) {
    state = nextState(comparisons, patterns, others, state);
  }
  const seen = pairsByLevel(comparisons, patterns, others);
  return { prior: state.prior, comparisons: described(comparisons, seen, state) };
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

/** How much rarer any agreement is among all pairs than among those that share a key, for which `comparisons.ts` has figures. */
const RARER = 20;

const startOf = (comparison: Comparison): Comparison => {
  if (comparison.name === 'gender') return comparison;
  const [, ...agreeing] = comparison.u.map((share) => share / RARER);
  const most = 1 - agreeing.reduce((sum, share) => sum + share, 0);
  return { ...comparison, u: [most, ...agreeing] };
};

const total = (patterns: readonly Pattern[]): number =>
  patterns.reduce((sum, { pairs }) => sum + pairs, 0);

const describeStrangers = (
  comparisons: readonly Comparison[],
  sample: Iterable<CandidatePair>,
  pairs: number,
): Strangers => {
  const patterns = countPatterns(comparisons, sample);
  const sampled = total(patterns);
  const shares = comparisons.map(({ levels }, index) =>
    levels.map((_, level) => pairsAt(patterns, index, level) / Math.max(1, sampled)),
  );
  return { pairs: Math.max(0, pairs), sampled, shares };
};

const pairsAt = (patterns: readonly Pattern[], comparison: number, level: number): number =>
  patterns.reduce((sum, { levels, pairs }) => sum + (levels[comparison] === level ? pairs : 0), 0);

/** Pairs that were looked at, by comparison and level. */
const pairsByLevel = (
  comparisons: readonly Comparison[],
  patterns: readonly Pattern[],
  { sampled, shares: known }: Strangers,
): readonly (readonly number[])[] =>
  comparisons.map(({ levels }, index) =>
    levels.map(
      (_, level) => pairsAt(patterns, index, level) + sampled * (known[index]?.[level] ?? 0),
    ),
  );

const nextState = (
  comparisons: readonly Comparison[],
  patterns: readonly Pattern[],
  strangers: Strangers,
  state: State,
): State => {
  const m = comparisons.map((comparison) => comparison.m.map((share) => share * IMAGINARY));
  const u = comparisons.map((comparison) => comparison.u.map((share) => share * IMAGINARY));
  let matches = 0;
  for (const { levels, pairs } of patterns) {
    const match = probability(levels, state) * pairs;
    matches += match;
    for (const [index, level] of levels.entries()) {
      if (level < 0) continue;
      add(m[index], level, match);
      add(u[index], level, pairs - match);
    }
  }
  for (const [index, counts] of u.entries()) {
    for (const [level, share] of (strangers.shares[index] ?? []).entries())
      add(counts, level, share * strangers.pairs);
  }
  const prior = matches / (total(patterns) + strangers.pairs);
  return {
    prior: Math.min(MOST_PRIOR, Math.max(LEAST_PRIOR, prior)),
    m: m.map(shares),
    u: u.map(shares),
  };
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

const described = (
  comparisons: readonly Comparison[],
  seen: readonly (readonly number[])[],
  state: State,
): Estimate['comparisons'] =>
  Object.fromEntries(
    comparisons.map(({ name, levels, m, u }, index) => [
      name,
      levels.map((level, at) => {
        const pairs = seen[index]?.[at] ?? 0;
        const blend = blender(pairs / (pairs + FEW));
        return {
          level,
          m: rounded(blend(m[at], state.m[index]?.[at])),
          u: rounded(blend(u[at], state.u[index]?.[at])),
        };
      }),
    ]),
  );

// By their logarithms, so that weights are blended.
const blender =
  (share: number) =>
  (start = 0, found = start): number =>
    start ** (1 - share) * found ** share;

// Six digits are more than any file can tell, and make the frozen model readable.
const rounded = (share: number): number => Number(Math.max(share, 1e-9).toPrecision(6));
