/**
 * Measures: figures over the facts of a customer.
 *
 * Of a fact a measure keeps a number, or numbers by key; what several facts keep is added up (of instants the extreme
 * is taken), in any order and any grouping, since integers are. So a row that is deleted, returned or found to be
 * somebody else's simply is not in the next sum. Money stays in integer minor units, one figure per currency.
 * @module
 */
import type { Money } from '#domain/capture/mapped-row.ts';
import type {
  DerivedMeasure,
  FactCondition,
  FactFilter,
  MeasureDefinition,
} from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';
import { add, type Kept } from './kept.ts';
import { dayOfDate, marketDay } from './market-day.ts';

/** A fact as its contribution holds it. */
export interface Fact {
  /** What it is: `order`, `return`, `points`, … */
  readonly as: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where and when a fact is kept. */
export interface FactContext {
  /** Source of the fact and its time zone. */
  readonly source: string;
  readonly zone: string;
  /** The day it is now. */
  readonly today: number;
}

/** A measure over facts, not over other measures. */
export type KeptMeasure = Exclude<MeasureDefinition, DerivedMeasure>;

/** Whether a measure is kept over facts. */
export const isKept = (definition: MeasureDefinition): definition is KeptMeasure =>
  definition.fold !== 'repurchase' && definition.fold !== 'stage' && definition.fold !== 'rfm';

/** Key of what never ends, and of what ended before any instant that may still be asked for. */
export const NEVER = 'never';
/** Key of what was used up: amounts below zero, whenever they end. */
export const USED = 'used';
/** Days that the clocks of two markets or two machines may be apart. */
export const SLACK_DAYS = 2;
const PAST = 'past';
/** Key under which the number of amounts of a currency is kept: `#HKD`. */
export const COUNT_MARK = '#';

/** What a measure keeps of one fact; nothing of a fact that it is not about. */
export const keep = (
  definition: KeptMeasure,
  fact: Fact,
  context: FactContext,
): Kept | undefined => {
  if (fact.as === definition.of) {
    return isMeant(definition, fact) ? keepOwn(definition, fact, context) : undefined;
  }
  const minus = definition.fold === 'money' ? definition.minus : undefined;
  const taken = minus?.of === fact.as ? fact.fields[minus.field] : undefined;
  return isMoney(taken) ? { [taken.currency]: 0 - taken.amount } : undefined;
};

/** Whether a fact of the measure's own kind is one that it means. */
export const isMeant = ({ where = [] }: { readonly where?: FactFilter }, fact: Fact): boolean =>
  [where].flat().every((condition) => meets(condition, fact));

const meets = (condition: FactCondition, { fields }: Fact): boolean => {
  const value = fields[condition.field];
  const isThere = value !== undefined && value !== null;
  if ('present' in condition) return isThere === condition.present;
  if ('notIn' in condition) return !isThere || !condition.notIn.includes(String(value));
  return isThere && condition.in.includes(String(value));
};

const keepOwn = (
  definition: KeptMeasure,
  { as, fields }: Fact,
  context: FactContext,
): Kept | undefined => {
  switch (definition.fold) {
    case 'count':
      return 1;
    case 'sum':
    case 'latest':
    case 'earliest':
      return numberOf(fields[definition.field]);
    case 'money':
      return keepMoney(definition, as, fields);
    case 'average':
      return keepAmount(fields[definition.field]);
    case 'preferred':
      return keepName(definition.field === 'source' ? context.source : fields[definition.field]);
    case 'expiring':
    case 'expired':
      return keepEnding(definition, fields, context);
    default:
      return assertNever(definition);
  }
};

const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;

type Fields = Fact['fields'];
type MoneyMeasure = Extract<KeptMeasure, { fold: 'money' }>;

// A fact may add one field and subtract another.
const keepMoney = (
  { field, minus }: MoneyMeasure,
  as: string,
  fields: Fields,
): Kept | undefined => {
  const [given, taken] = [fields[field], minus?.of === as ? fields[minus.field] : undefined];
  const plus = isMoney(given) ? { [given.currency]: given.amount } : undefined;
  const less = isMoney(taken) ? { [taken.currency]: 0 - taken.amount } : undefined;
  return plus && less ? add(plus, less) : (plus ?? less);
};

const keepAmount = (value: unknown): Kept | undefined =>
  isMoney(value)
    ? { [value.currency]: value.amount, [`${COUNT_MARK}${value.currency}`]: 1 }
    : undefined;

const keepName = (value: unknown): Kept | undefined =>
  typeof value === 'string' ? { [value]: 1 } : undefined;

const keepEnding = (
  { until, field }: Extract<KeptMeasure, { fold: 'expiring' | 'expired' }>,
  fields: Fields,
  { zone, today }: FactContext,
): Kept | undefined => {
  const size = field === undefined ? 1 : numberOf(fields[field]);
  if (size === undefined) return undefined;
  if (size < 0) return { [USED]: -size };
  const day = lastDayOf(fields[until], zone);
  if (day === undefined) return { [NEVER]: size };
  return { [day < today - SLACK_DAYS ? PAST : day]: size };
};

/** The day of an instant where its source is, or of a calendar date as it stands. */
const lastDayOf = (end: unknown, zone: string): number | undefined => {
  if (typeof end === 'number') return marketDay(end, zone);
  return typeof end === 'string' ? dayOfDate(end) : undefined;
};

// A row that was mapped before its field became money is left out until it is read again, as with numbers.
const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;
