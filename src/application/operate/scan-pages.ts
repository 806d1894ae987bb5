/**
 * Scan pages: reads the table in segments side by side, in a way that can be stopped after any page and gone on with.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import type { Item, Key } from '#application/shared/table.ts';
import type { Scan } from './ports.ts';

/** How far one segment of the table is. */
export interface Segment {
  /** Key that was read last. */
  readonly after?: Key;
  readonly done: boolean;
}

/** All segments at their beginning. */
export const newSegments = (count: number): readonly Segment[] =>
  Array.from({ length: count }, () => ({ done: false }));

/** Whether the whole table has been read. */
export const allDone = (segments: readonly Segment[]): boolean =>
  segments.every(({ done }) => done);

/** Reads a page of every segment that is not done. */
export const nextPages = async (
  scan: Scan,
  segments: readonly Segment[],
  limit: number,
): Promise<{ readonly items: readonly Item[]; readonly segments: readonly Segment[] }> => {
  const pages = await inParallel([...segments.entries()], async ([segment, { done, after }]) =>
    done
      ? undefined
      : scan({ segment, segments: segments.length, limit, ...(after ? { after } : {}) }),
  );
  return {
    items: pages.flatMap((page) => page?.items ?? []),
    segments: segments.map((segment, index): Segment => {
      const page = pages[index];
      if (!page) return segment;
      return page.next ? { after: page.next, done: false } : { done: true };
    }),
  };
};
