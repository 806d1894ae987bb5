/**
 * Measures: figures folded over the facts of a customer.
 *
 * Folding is over a set: every figure is a sum or a maximum of parts, so a row that is deleted, returned or found to be
 * somebody else's simply is not in the next fold. Money stays in integer minor units, one figure per currency.
 * @module
 */
import type { Money } from '#domain/capture/mapped-row.ts';
import type { MeasureDefinition } from '#domain/definitions/types.ts';
import { assertNever } from '#domain/shared/assert.ts';

/** A fact as its contribution holds it. */
export interface Fact {
  /** What it is: `order`, `return`, `points`, … */
  readonly as: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Value of a measure: a count or sum, minor units per currency, or an instant (absent when there is none). */
export type MeasureValue = number | Readonly<Record<string, number>> | null;

/** Folds one measure over facts, in any order. */
export const foldMeasure = (
  definition: MeasureDefinition,
  facts: readonly Fact[],
): MeasureValue => {
  const own = facts.filter((fact) => fact.as === definition.of);
  switch (definition.fold) {
    case 'count':
      return own.length;
    case 'sum':
      return numbers(own, definition.field).reduce((sum, value) => sum + value, 0);
    case 'latest':
      return latestOf(numbers(own, definition.field));
    case 'money':
      return sumOfMoney([
        ...amounts(own, definition.field, 1),
        ...minusAmounts(facts, definition.minus),
      ]);
    default:
      return assertNever(definition);
  }
};

/**
 * Puts the values of one measure over disjoint sets of facts together: the same as folding over all of them.
 * `null` stands for no facts.
 */
export const combineMeasure = (
  definition: MeasureDefinition,
  values: readonly MeasureValue[],
): MeasureValue => {
  switch (definition.fold) {
    case 'count':
    case 'sum':
      return values.reduce<number>((sum, value) => sum + Number(value ?? 0), 0);
    case 'latest':
      return latestOf(values.map((value) => (typeof value === 'number' ? value : null)));
    case 'money':
      return sumOfMoney(
        values.flatMap((value) =>
          Object.entries(value ?? {}).map(([currency, amount]) => ({ currency, amount })),
        ),
      );
    default:
      return assertNever(definition);
  }
};

/** The latest of instants; `null` when there is none. */
export const latestOf = (instants: readonly (number | null)[]): number | null =>
  instants.reduce<number | null>(
    (latest, at) => (at !== null && (latest === null || at > latest) ? at : latest),
    null,
  );

const numbers = (facts: readonly Fact[], field: string): readonly number[] =>
  facts.flatMap(({ fields }) => {
    const value = fields[field];
    return typeof value === 'number' ? [value] : [];
  });

const minusAmounts = (
  facts: readonly Fact[],
  minus: { readonly of: string; readonly field: string } | undefined,
): readonly Money[] =>
  minus
    ? amounts(
        facts.filter((fact) => fact.as === minus.of),
        minus.field,
        -1,
      )
    : [];

const amounts = (facts: readonly Fact[], field: string, sign: 1 | -1): readonly Money[] =>
  facts.flatMap(({ fields }) => {
    const value = fields[field];
    return isMoney(value) ? [{ amount: sign * value.amount, currency: value.currency }] : [];
  });

// A row that was mapped before its field became money is left out until it is read again, as with numbers.
const isMoney = (value: unknown): value is Money =>
  typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value;

const sumOfMoney = (parts: readonly Money[]): Readonly<Record<string, number>> => {
  const sums = new Map<string, number>();
  for (const { amount, currency } of parts) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
};
