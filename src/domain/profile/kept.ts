/**
 * Kept: what measures keep of facts, and how it adds up.
 *
 * A cell holds the numbers of some facts, by measure. Partials of a brand have one cell for every market day that a
 * window can still reach, and one for the rest: a total is the sum of all cells, a window that of its days.
 * @module
 */
import type { MeasureDefinition } from '#domain/definitions/types.ts';

/** A count, sum or instant; or numbers by key: minor units by currency, facts by store and so on. */
export type Kept = number | Readonly<Record<string, number>>;

/** What is kept of some facts, by measure: by its name, or as it is stored by its place. */
export type Cell = Readonly<Record<string, Kept>>;

/** Adds two numbers, or numbers of the same key. */
export const add = (a: Kept, b: Kept): Kept => {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  const sums: Record<string, number> = Object.create(null);
  for (const part of [a, b]) {
    if (typeof part === 'number') continue;
    for (const [key, value] of Object.entries(part)) sums[key] = (sums[key] ?? 0) + value;
  }
  return { ...sums };
};

/** Puts what a measure keeps of disjoint sets of facts together; instants do not add up, one of them is the extreme. */
export const combine = ({ fold }: Pick<MeasureDefinition, 'fold'>, a: Kept, b: Kept): Kept => {
  if (fold === 'latest') return Math.max(a as number, b as number);
  return fold === 'earliest' ? Math.min(a as number, b as number) : add(a, b);
};
