/**
 * Parts of a look through a place with many objects: so many in one go, then how far it is is kept.
 * @module
 */

/** How far a look is. */
export interface Part {
  /** The last object looked at; absent when all have been. */
  readonly cursor?: string;
}

/** The next of a listing. */
export const nextOf = async <One>(
  listing: AsyncIterable<One>,
  most: number,
): Promise<readonly One[]> => {
  const found: One[] = [];
  for await (const one of listing) {
    found.push(one);
    if (found.length === most) break;
  }
  return found;
};

/** How far a look is that has looked at these; when there were fewer than it asked for, there are no more. */
export const partOf = (objects: readonly string[], most: number): Part => {
  const cursor = objects.length < most ? undefined : objects.at(-1);
  return cursor === undefined ? {} : { cursor };
};
