/**
 * Dice: all randomness of the demo shop, from one seed.
 *
 * A run with the same seed, size and clock makes the same people, rows and changes.
 * @module
 */

import { must } from '#domain/shared/assert.ts';
import type { Random } from '#domain/shared/clock.ts';

/** Ways to draw from a {@link Random}. */
export interface Dice {
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A whole number between the two, both included. */
  int(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** One of the names, in proportion to its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name;
  /** Number of events with the given mean; small numbers are the most frequent. */
  count(mean: number): number;
  /** Text of characters drawn from an alphabet. */
  text(length: number, alphabet?: string): string;
}

const LETTERS = 'abcdefghijkmnpqrstuvwxyz0123456789';

/** Makes dice that draw from `random`. */
export const dice = (random: Random): Dice => {
  const int = (low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
  // Null may be among the items, so an item that is there is taken as it is.
  const pick = <Item>(items: readonly Item[]): Item => items[int(0, items.length - 1)] as Item;
  return {
    chance: (probability) => random() < probability,
    int,
    pick,
    weighted: (weights) => weighted(random, weights),
    count: (mean) => geometric(random, mean),
    text: (length, alphabet = LETTERS) =>
      Array.from({ length }, () => pick([...alphabet])).join(''),
  };
};

/** Seeded generator: mulberry32, whose 32 bits of state suffice for demo data. */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * Seed of a shop day. Drawing on from the seed of the history would make its people once more, and the same day after
 * each start; rows ever written tell one day from another.
 */
export const seedOfDay = (seed: number, rowsWritten: number): number =>
  Math.imul(seed, 0x9e3779b1) + rowsWritten;

const weighted = <Name extends string>(
  random: Random,
  weights: Readonly<Record<Name, number>>,
): Name => {
  const entries = Object.entries(weights) as [Name, number][];
  let rest = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    rest -= weight;
    if (rest < 0) return name;
  }
  return must(entries.at(-1), 'a weight')[0];
};

// Failures before the first success: many buy once, few buy often.
const geometric = (random: Random, mean: number): number =>
  Math.floor(Math.log(1 - random()) / Math.log(mean / (1 + mean)));
