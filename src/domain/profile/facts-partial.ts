/**
 * Facts partial: what some fact rows of a customer add up to, brand by brand.
 *
 * It says the same at every later instant: days that no window reaches any more lie in the rest, all others by
 * themselves, those to come included.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions, MeasureDefinition, ViewDefinition } from '#domain/definitions/types.ts';
import { byText } from '#domain/identity/evidence.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type Cell, combine, type Kept } from './kept.ts';
import { marketDay } from './market-day.ts';
import { type Fact, isKept, type KeptMeasure, keep, SLACK_DAYS } from './measure.ts';
import { weighsNothingAfter } from './preference.ts';

/** A live fact row of a customer. */
export interface FactRow extends Fact {
  readonly rowKey: SourceRowKey;
}

/** What one source contributes. */
export interface SourceShare {
  readonly source: string;
  readonly rows: number;
  /** Earliest and latest business time (`at`) among its facts, epoch milliseconds. */
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
}

/** What some facts of one brand add up to. */
export interface BrandPartial {
  /** {@link NO_BRAND} for rows that name none. */
  readonly brand: string;
  readonly rest: Cell;
  /** By market day. */
  readonly days: Readonly<Record<string, Cell>>;
  readonly sources: readonly SourceShare[];
}

/** What some facts add up to, by brand. */
export type FactsPartial = readonly BrandPartial[];

/** Where and when facts are added up. */
export interface PartialContext {
  readonly view: ViewDefinition;
  /** Time zone by source; UTC for any other. */
  readonly zones: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Where and when facts of these definitions are added up. */
export const partialContext = ({ view, sources }: Definitions, now: number): PartialContext => ({
  view,
  zones: Object.fromEntries(
    Object.values(sources).map(({ source, timeZone }) => [source, timeZone]),
  ),
  now,
});

/** Brand of rows that name none: a word, because lists in tokens have no empty entries. */
export const NO_BRAND = 'none';

/** Brand that a row names. */
export const brandOf = ({ brand }: Readonly<Record<string, unknown>>): string =>
  typeof brand === 'string' ? brand : NO_BRAND;

/** `pos.receipt.7` → `pos`. */
export const sourceOf = (row: SourceRowKey): string => row.slice(0, row.indexOf('.'));

/** The day it is now where the view is at home. */
export const todayOf = ({ timeZone = 'UTC' }: ViewDefinition, now: number): number =>
  marketDay(now, timeZone);

/** Adds fact rows up. */
export const factsPartial = (context: PartialContext, facts: readonly FactRow[]): FactsPartial => {
  const measures = context.view.measures.filter(isKept);
  const today = todayOf(context.view, context.now);
  return [...groupBy(facts, ({ fields }) => brandOf(fields))]
    .sort(([a], [b]) => byText(a, b))
    .map(([brand, own]) => {
      const cells = new Cells(measures, today);
      for (const fact of own) cells.take(fact, { ...placeOf(fact, context), today });
      return { brand, ...cells.cells(), sources: sharesOf(own.map(shareOf)) };
    });
};

/** The oldest day that a figure still looks at by itself; none for a total that has no windows. */
const oldestDay = (measure: KeptMeasure, today: number): number => {
  if (measure.fold === 'preferred')
    return today - weighsNothingAfter(measure.halfLife) - SLACK_DAYS;
  const longest = measure.windows?.at(-1);
  return longest === undefined ? Number.POSITIVE_INFINITY : today - longest - SLACK_DAYS;
};

const placeOf = ({ rowKey }: FactRow, { zones }: PartialContext) => {
  const source = sourceOf(rowKey);
  return { source, zone: zones[source] ?? 'UTC' };
};

interface Placed {
  readonly source: string;
  readonly zone: string;
  readonly today: number;
}

/** Cells being filled. Cost: O(measures) per fact. */
class Cells {
  readonly #measures: readonly (readonly [KeptMeasure, oldest: number])[];
  readonly #rest: Record<string, Kept> = {};
  readonly #days: Record<string, Record<string, Kept>> = {};

  constructor(measures: readonly KeptMeasure[], today: number) {
    this.#measures = measures.map((measure) => [measure, oldestDay(measure, today)]);
  }

  take(fact: FactRow, placed: Placed): void {
    const at = fact.fields['at'];
    const day = typeof at === 'number' ? marketDay(at, placed.zone) : undefined;
    for (const [measure, oldest] of this.#measures) {
      const kept = keep(measure, fact, placed);
      if (kept === undefined) continue;
      if (day !== undefined && day >= oldest) put(this.#dayCell(day), measure, kept);
      // An old fact has no weight in what is preferred.
      else if (measure.fold !== 'preferred') put(this.#rest, measure, kept);
    }
  }

  cells(): Pick<BrandPartial, 'rest' | 'days'> {
    return { rest: this.#rest, days: this.#days };
  }

  #dayCell(day: number): Record<string, Kept> {
    const cell = this.#days[day] ?? {};
    this.#days[day] = cell;
    return cell;
  }
}

const put = (cell: Record<string, Kept>, measure: KeptMeasure, kept: Kept): void => {
  const known = cell[measure.measure];
  cell[measure.measure] = known === undefined ? kept : combine(measure, known, kept);
};

const shareOf = ({ rowKey, fields }: FactRow): SourceShare => {
  const at = typeof fields['at'] === 'number' ? fields['at'] : null;
  return { source: sourceOf(rowKey), rows: 1, firstSeenAt: at, lastSeenAt: at };
};

/** Puts shares together, one per source. */
export const sharesOf = (parts: readonly SourceShare[]): readonly SourceShare[] =>
  [...groupBy(parts, ({ source }) => source)]
    .sort(([a], [b]) => byText(a, b))
    .map(([source, ofSource]) => ({
      source,
      rows: ofSource.reduce((sum, { rows }) => sum + rows, 0),
      firstSeenAt: extreme(
        Math.min,
        ofSource.map(({ firstSeenAt }) => firstSeenAt),
      ),
      lastSeenAt: extreme(
        Math.max,
        ofSource.map(({ lastSeenAt }) => lastSeenAt),
      ),
    }));

/** The least or greatest of instants; `null` when there is none. */
export const extreme = (
  of: (a: number, b: number) => number,
  instants: readonly (number | null)[],
): number | null =>
  instants.reduce<number | null>(
    (found, at) => (at === null || found === null ? (found ?? at) : of(found, at)),
    null,
  );

/** Puts what is kept of disjoint sets of facts together, by measure. */
export const combineCells = (
  measures: readonly MeasureDefinition[],
  cells: readonly Cell[],
): Cell => {
  const sums: Record<string, Kept> = {};
  for (const measure of measures) {
    for (const { [measure.measure]: kept } of cells) {
      if (kept !== undefined && isKept(measure)) put(sums, measure, kept);
    }
  }
  return sums;
};
