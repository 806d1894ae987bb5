/**
 * Preference: the name that most facts have, the newer counting more.
 *
 * A fact weighs 1 000 on its day and half as much after each half-life, rounded to a whole number. So scores are sums of
 * integers, which do not depend on any order, and after some eleven half-lives a fact weighs nothing at all.
 * @module
 */

const WEIGHT = 1_000;

/** What is preferred, and by how much: 1 000 for one fact of today. */
export interface Preference {
  readonly value: string;
  readonly score: number;
}

/** Weight of a fact of so many days ago; nothing for one of days to come. */
export const weightOf = (age: number, halfLife: number): number =>
  age < 0 ? 0 : Math.round(WEIGHT * 2 ** (-age / halfLife));

/** Days after which a fact has no weight. */
export const weighsNothingAfter = (halfLife: number): number =>
  Math.ceil(halfLife * Math.log2(2 * WEIGHT)) + 1;

/** The name with the highest score, the first in order of equal ones; `null` when nothing weighs anything. */
export const preferred = (
  halfLife: number,
  today: number,
  days: Iterable<readonly [day: number, counts: Readonly<Record<string, number>>]>,
): Preference | null => {
  const scores = new Map<string, number>();
  for (const [day, counts] of days) {
    const weight = weightOf(today - day, halfLife);
    for (const [name, count] of Object.entries(counts)) {
      scores.set(name, (scores.get(name) ?? 0) + weight * count);
    }
  }
  return [...scores].reduce<Preference | null>((best, [value, score]) => {
    const isBetter = score > (best?.score ?? 0) || (score === best?.score && value < best.value);
    return isBetter ? { value, score } : best;
  }, null);
};
