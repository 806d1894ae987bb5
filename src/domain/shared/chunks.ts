/**
 * Chunks: a list in pieces that a request can carry.
 * @module
 */

/** Cuts a list into pieces of `size`, at least 1, the last one shorter; none for an empty list. */
export const chunksOf = <Entry>(
  entries: readonly Entry[],
  size: number,
): readonly (readonly Entry[])[] =>
  Array.from({ length: Math.ceil(entries.length / size) }, (_, index) =>
    entries.slice(index * size, (index + 1) * size),
  );
