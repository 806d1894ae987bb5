/**
 * Text distances: how alike two normalised texts are.
 *
 * Names are compared by Jaro-Winkler similarity, which forgives a slip anywhere and trusts the beginning; numbers and
 * dates by optimal string alignment, which counts slips of the hand: a character added, left out, changed, or two
 * neighbours swapped.
 * @module
 */

const PREFIX = 4;
const PREFIX_WEIGHT = 0.1;

/** Jaro-Winkler similarity, 0 (nothing in common) to 1 (equal). Winkler 1990. */
export const similarity = (a: string, b: string): number => {
  if (a === b) return 1;
  if (a === '' || b === '') return 0;
  const jaro = jaroSimilarity(a, b);
  return jaro + commonPrefix(a, b) * PREFIX_WEIGHT * (1 - jaro);
};

const commonPrefix = (a: string, b: string): number => {
  let length = 0;
  while (length < PREFIX && length < a.length && a[length] === b[length]) length += 1;
  return length;
};

const jaroSimilarity = (a: string, b: string): number => {
  const matchedB = new Uint8Array(b.length);
  const fromA = matchesOf(a, b, matchedB);
  const matches = fromA.length;
  if (matches === 0) return 0;
  let swapped = 0;
  let at = 0;
  for (let index = 0; index < b.length; index++) {
    if (matchedB[index] === 1 && b[index] !== fromA[at++]) swapped += 1;
  }
  return (matches / a.length + matches / b.length + (matches - swapped / 2) / matches) / 3;
};

/** The characters of `a` that find a partner of their own in `b` near by, in their order; marks the partners. */
const matchesOf = (a: string, b: string, matchedB: Uint8Array): readonly string[] => {
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const found: string[] = [];
  for (let index = 0; index < a.length; index++) {
    const partner = partnerOf(a[index] ?? '', b, index, reach, matchedB);
    if (partner < 0) continue;
    matchedB[partner] = 1;
    found.push(a[index] ?? '');
  }
  return found;
};

const partnerOf = (
  char: string,
  b: string,
  index: number,
  reach: number,
  taken: Uint8Array,
): number => {
  const last = Math.min(b.length - 1, index + reach);
  for (let other = Math.max(0, index - reach); other <= last; other++) {
    if (taken[other] === 0 && b[other] === char) return other;
  }
  return -1;
};

/** Beyond this many slips nobody asks how many. */
const MOST_SLIPS = 4;

/**
 * Slips of the hand between two texts (optimal string alignment distance), counted up to five. O(length²), for short
 * texts; texts that differ much are told apart after a few rows.
 */
export const slips = (a: string, b: string): number => {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > MOST_SLIPS) return MOST_SLIPS + 1;
  let twoAbove: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = nextRow(a, b, row, above, twoAbove);
    // What a later row holds is at least the least of two rows in succession.
    if (Math.min(...current) > MOST_SLIPS && Math.min(...above) > MOST_SLIPS) return MOST_SLIPS + 1;
    twoAbove = above;
    above = current;
  }
  return Math.min(above[b.length] ?? 0, MOST_SLIPS + 1);
};

const nextRow = (
  a: string,
  b: string,
  row: number,
  above: readonly number[],
  twoAbove: readonly number[],
): number[] => {
  const current = [row];
  const at = (line: readonly number[], column: number) => line[column] ?? 0;
  for (let column = 1; column <= b.length; column++) {
    const changed = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
    const best = Math.min(at(above, column) + 1, at(current, column - 1) + 1, changed);
    const isSwap = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
    current.push(isSwap && column > 1 ? Math.min(best, at(twoAbove, column - 2) + 1) : best);
  }
  return current;
};
