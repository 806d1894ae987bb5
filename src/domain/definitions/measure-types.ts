/**
 * Measures of a view: figures over the facts of a customer, and figures computed of those.
 * @module
 */

/** A number kept over the facts of a customer. */
export type MeasureDefinition = MeasureFold & {
  /** Days for which the figure is also given, counted back from the instant asked, in the market's time zone. */
  readonly windows?: readonly number[];
  /** Which facts of `of` are meant; all when absent. */
  readonly where?: FactFilter;
};

/** Facts that meet a condition, or each of several. */
export type FactFilter = FactCondition | readonly FactCondition[];

/**
 * The field has one of these values, written as text; or it has none of them, which holds of a fact without the field, too;
 * or the fact has the field, or has it not.
 */
export type FactCondition =
  | { readonly field: string; readonly in: readonly string[] }
  | { readonly field: string; readonly notIn: readonly string[] }
  | { readonly field: string; readonly present: boolean };

type MeasureFold =
  | { readonly measure: string; readonly of: string; readonly fold: 'count' }
  /** Sum of an integer field. */
  | { readonly measure: string; readonly of: string; readonly fold: 'sum'; readonly field: string }
  /** Sum of a money field, one figure per currency; `minus` names facts that subtract (returns). */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'money';
      readonly field: string;
      readonly minus?: { readonly of: string; readonly field: string };
    }
  /** Latest of a time field. */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'latest';
      readonly field: string;
    }
  /** Earliest of a time field. */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'earliest';
      readonly field: string;
    }
  /** Mean of a money field, per currency, in whole minor units; halves are rounded away from zero. */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'average';
      readonly field: string;
    }
  /**
   * The value of a text field that most facts have, the newer counting more: a fact weighs half as much after each
   * `halfLife` days. Field `source` is the system that the fact comes from.
   */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'preferred';
      readonly field: string;
      readonly halfLife: number;
    }
  /**
   * How many facts are valid still, or the sum of their integer field: the day of `until`, a time or date, is not over.
   * With `within`, only those that end in so many days; without, a fact that never ends counts, too. Numbers below zero
   * use up what ends first, whenever they were booked.
   */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'expiring';
      readonly until: string;
      readonly field?: string;
      readonly within?: number;
    }
  /** How many facts are valid no longer, or what of the sum of their integer field was not used up. */
  | {
      readonly measure: string;
      readonly of: string;
      readonly fold: 'expired';
      readonly until: string;
      readonly field?: string;
    }
  | DerivedMeasure;

/** A figure computed of other figures when it is asked for. Their names may be those of windows: `orderCount365d`. */
export type DerivedMeasure =
  /** Share of a count that came after the first: 0.75 of four orders. Four decimals, halves are rounded up. */
  | { readonly measure: string; readonly fold: 'repurchase'; readonly count: string }
  /** Stage of the life cycle, by days since the first and the last time. */
  | ({ readonly measure: string; readonly fold: 'stage' } & StageDays)
  /** Scores of 1 to 5 for recency, frequency and monetary value. */
  | ({ readonly measure: string; readonly fold: 'rfm' } & RfmSteps);

/**
 * `prospect` never bought; `new` bought first at most so many days ago; `active`, `lapsing` and `dormant` bought last at
 * most so many days ago; everybody else is `lost`.
 */
export interface StageDays {
  /** Names of an earliest and a latest measure. */
  readonly first: string;
  readonly last: string;
  readonly new: number;
  readonly active: number;
  readonly lapsing: number;
  readonly dormant: number;
}

/** Four limits part five scores; recency in days, the fewer the better; money in minor units, the best currency counts. */
export interface RfmSteps {
  readonly recency: { readonly of: string; readonly steps: readonly number[] };
  readonly frequency: { readonly of: string; readonly steps: readonly number[] };
  readonly monetary: {
    readonly of: string;
    readonly steps: Readonly<Record<string, readonly number[]>>;
  };
}
