/**
 * The metrics of the local cloud, in memory: what the functions emit, and what AWS itself would count.
 *
 * A series is a metric name with its dimensions. Count, sum and extremes are exact; percentiles are over the
 * newest {@link KEPT_VALUES} values.
 * @module
 */

/** How many values a series remembers for its percentiles. */
const KEPT_VALUES = 10_000;

/** Dimension name → value. */
export type Dimensions = Readonly<Record<string, string>>;

/** One metric value to be recorded. */
export interface Sample {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly value: number;
}

/** What a series holds at one moment. */
export interface SeriesSummary {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** Records samples and answers questions about them. */
export class Metrics {
  readonly #series = new Map<string, Series>();

  /** Adds one value to its series. */
  record(sample: Sample): void {
    const key = keyOf(sample);
    const series = this.#series.get(key) ?? new Series(sample);
    series.add(sample.value);
    this.#series.set(key, series);
  }

  /** Forgets what was recorded, so that a measurement begins anew. */
  clear(): void {
    this.#series.clear();
  }

  /** Every series at this moment. */
  summaries(): readonly SeriesSummary[] {
    return [...this.#series.values()].map((series) => series.summary());
  }

  /** The sum over every series of this name whose dimensions include the given ones. */
  sum(name: string, dimensions: Dimensions = {}): number {
    return this.#matching(name, dimensions).reduce((sum, it) => sum + it.summary().sum, 0);
  }

  /** The number of values over every series of this name whose dimensions include the given ones. */
  count(name: string, dimensions: Dimensions = {}): number {
    return this.#matching(name, dimensions).reduce((sum, it) => sum + it.summary().count, 0);
  }

  /**
   * The nearest-rank percentile over the remembered values of the matching series.
   * @param percent between 0 and 100
   * @returns undefined when nothing was recorded
   */
  percentile(name: string, percent: number, dimensions: Dimensions = {}): number | undefined {
    const values = this.#matching(name, dimensions)
      .flatMap((series) => series.values())
      .sort((left, right) => left - right);
    return values[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)];
  }

  #matching(name: string, dimensions: Dimensions): Series[] {
    const wanted = Object.entries(dimensions);
    return [...this.#series.values()].filter(
      (series) =>
        series.name === name && wanted.every(([key, value]) => series.dimensions[key] === value),
    );
  }
}

const keyOf = ({ namespace, name, dimensions }: Sample): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);

class Series {
  readonly name: string;
  readonly dimensions: Dimensions;
  readonly #namespace: string;
  readonly #newest: number[] = [];
  #count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;

  constructor(sample: Sample) {
    this.name = sample.name;
    this.dimensions = sample.dimensions;
    this.#namespace = sample.namespace;
  }

  add(value: number): void {
    this.#newest[this.#count % KEPT_VALUES] = value;
    this.#count += 1;
    this.#sum += value;
    this.#minimum = Math.min(this.#minimum, value);
    this.#maximum = Math.max(this.#maximum, value);
  }

  values(): readonly number[] {
    return this.#newest;
  }

  summary(): SeriesSummary {
    return {
      namespace: this.#namespace,
      name: this.name,
      dimensions: this.dimensions,
      count: this.#count,
      sum: this.#sum,
      minimum: this.#minimum,
      maximum: this.#maximum,
    };
  }
}
