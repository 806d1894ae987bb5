/**
 * Figures: what measures say at an instant, from what is kept of a customer's facts.
 *
 * A total counts every fact. A window of 30 days counts those of today and the 29 days before; what lies in the future
 * counts from its day on.
 * @module
 */
import type { MeasureDefinition } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { derive } from './derived-figures.ts';
import { type BrandPartial, combineCells } from './facts-partial.ts';
import { type Figures, type MeasureValue, windowName } from './figure-values.ts';
import { type Cell, combine, type Kept } from './kept.ts';
import { COUNT_MARK, isKept, type KeptMeasure, NEVER, USED } from './measure.ts';
import { preferred } from './preference.ts';

/** Computes the figures of a day. */
export const figuresOf = (
  measures: readonly MeasureDefinition[],
  partials: readonly BrandPartial[],
  today: number,
  timeZone: string,
): Figures => {
  const tables = tablesOf(measures, partials);
  const figures: Record<string, MeasureValue> = {};
  for (const measure of measures) {
    if (isKept(measure)) Object.assign(figures, keptFigures(measure, tables, today));
  }
  for (const measure of measures) {
    if (!isKept(measure)) figures[measure.measure] = derive(measure, figures, today, timeZone);
  }
  return figures;
};

/** Everything kept of a customer, days in order. */
interface Tables {
  readonly rest: Cell;
  readonly days: readonly (readonly [day: number, cell: Cell])[];
}

const tablesOf = (
  measures: readonly MeasureDefinition[],
  partials: readonly BrandPartial[],
): Tables => {
  const days = new Map<number, Cell[]>();
  for (const partial of partials) {
    for (const [day, cell] of Object.entries(partial.days)) {
      const cells = days.get(Number(day)) ?? [];
      cells.push(cell);
      days.set(Number(day), cells);
    }
  }
  return {
    rest: combineCells(
      measures,
      partials.map(({ rest }) => rest),
    ),
    days: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, cells]) => [day, combineCells(measures, cells)]),
  };
};

const keptFigures = (measure: KeptMeasure, { rest, days }: Tables, today: number): Figures => {
  const name = measure.measure;
  const own = days.flatMap(([day, { [name]: kept }]) =>
    kept === undefined ? [] : [[day, kept] as const],
  );
  const over = (from: number, to: number, more: readonly Kept[]): MeasureValue =>
    totalOf(
      measure,
      [...more, ...own.flatMap(([day, kept]) => (day > from && day <= to ? [kept] : []))],
      today,
    );
  const total =
    measure.fold === 'preferred'
      ? preferred(measure.halfLife, today, own as readonly (readonly [number, Counts])[])
      : over(-Infinity, Infinity, rest[name] === undefined ? [] : [rest[name]]);
  const windows = (measure.windows ?? []).map(
    (length) => [windowName(name, length), over(today - length, today, [])] as const,
  );
  return Object.fromEntries([[name, total] as const, ...windows]);
};

type Counts = Readonly<Record<string, number>>;

const totalOf = (measure: KeptMeasure, parts: readonly Kept[], today: number): MeasureValue => {
  const [first, ...others] = parts;
  const kept =
    first === undefined ? undefined : others.reduce((a, b) => combine(measure, a, b), first);
  switch (measure.fold) {
    case 'count':
    case 'sum':
      return (kept as number | undefined) ?? 0;
    case 'latest':
    case 'earliest':
      return (kept as number | undefined) ?? null;
    case 'money':
      return byKey((kept ?? {}) as Counts);
    case 'average':
      return means((kept ?? {}) as Counts);
    case 'expiring':
      return valid((kept ?? {}) as Counts, today, measure.within);
    case 'expired':
      return lapsed((kept ?? {}) as Counts, today);
    case 'preferred':
      return null;
    default:
      return assertNever(measure);
  }
};

const byKey = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));

const means = (kept: Counts): Counts =>
  byKey(
    Object.fromEntries(
      Object.entries(kept).flatMap(([currency, sum]) => {
        const count = kept[`${COUNT_MARK}${currency}`];
        return count === undefined ? [] : [[currency, roundedMean(sum, count)] as const];
      }),
    ),
  );

/** Halves go away from zero, as in a shop's books. */
const roundedMean = (sum: number, count: number): number => {
  const size = Math.abs(sum);
  const whole = Math.floor(size / count);
  const mean = 2 * (size - whole * count) >= count ? whole + 1 : whole;
  return sum < 0 && mean !== 0 ? -mean : mean;
};

/** Sizes of what ends, by when, and of what was used up of it. */
interface Ending {
  readonly over: number;
  readonly never: number;
  readonly used: number;
  /** By days that are left: 0 ends today. */
  readonly left: readonly (readonly [days: number, size: number])[];
}

// What ended long ago has no day any more; it is not a number, so it is never ahead.
const endingOf = ({ [NEVER]: never = 0, [USED]: used = 0, ...ends }: Counts, today: number) => {
  const left: [number, number][] = [];
  let over = 0;
  for (const [end, size] of Object.entries(ends)) {
    const days = Number(end) - today;
    if (days >= 0) left.push([days, size]);
    else over += size;
  }
  return { over, never, used, left } satisfies Ending;
};

/** What is valid still, or ends in so many days. What is used up is taken from what ends first. */
const valid = (kept: Counts, today: number, within: number | undefined): number => {
  const { over, never, used, left } = endingOf(kept, today);
  const ending = left.reduce(
    (sum, [days, size]) => (days <= (within ?? Infinity) ? sum + size : sum),
    within === undefined ? never : 0,
  );
  return Math.max(0, ending - Math.max(0, used - over));
};

const lapsed = (kept: Counts, today: number): number => {
  const { over, used } = endingOf(kept, today);
  return Math.max(0, over - used);
};
