/**
 * Match model: what agreements and disagreements are worth, frozen. Plain JSON and part of the definitions, so that the
 * weight of a pair is a function of the two rows and the model and of nothing else.
 *
 * A new model is a new version and takes effect like any change of rules; weights never drift while rows arrive.
 * @module
 */
import type { BlockingRule } from './key-parts.ts';

/** How often each level of a comparison is seen among rows of one person (`m`) and of two (`u`). */
export interface LevelFrequencies {
  readonly level: string;
  readonly m: number;
  readonly u: number;
}

/** How often values occur: agreement on a rare one says more than on a common one. */
export interface ValueFrequencies {
  /** Rows that have a value. */
  readonly rows: number;
  /** Probability that two rows drawn at random have the same value. */
  readonly chance: number;
  /** Rows of each value that is not rare; the others count as {@link ValueFrequencies.rare}. */
  readonly common: Readonly<Record<string, number>>;
  readonly rare: number;
}

/** Values whose frequencies a model knows. */
export type FrequencyName = 'given' | 'family' | 'city';

/** A frozen model. */
export interface MatchModel {
  /** Hash of everything else in it. */
  readonly version: string;
  /** Share of all pairs that are one person, before anything is compared. */
  readonly prior: number;
  readonly comparisons: Readonly<Record<string, readonly LevelFrequencies[]>>;
  readonly frequencies: Readonly<Partial<Record<FrequencyName, ValueFrequencies>>>;
  /** Birth dates that a source writes when it knows none. */
  readonly placeholderDates: readonly string[];
}

/** How pairs are found, weighed and judged. Weights are natural logarithms of odds. */
export interface MatchRules {
  /** Which blocking keys a row gets. */
  readonly keys: readonly BlockingRule[];
  /** At or above: linked. */
  readonly link: number;
  /** At or above, but below {@link MatchRules.link}: held for review. Below: nothing. */
  readonly review: number;
  /**
   * At or above: linked although nothing agrees but a name and a place, word or the like beside it; never when absent.
   */
  readonly uncorroborated?: number;
  /** Least mean of what speaks for the pairs of two groups that a link may join: their weights, the prior aside. */
  readonly coherence: number;
  readonly model: MatchModel;
}
