/**
 * Newest rows: a page of a customer's facts without reading all of them.
 *
 * The summary, which is read anyway, says of every bucket when its newest fact was, by source and brand. Buckets are read by
 * that, the newest first, until none that is left can hold an entry of the page. A bucket whose newest fact is in the page
 * holds an entry of it, so the first page reads at most as many buckets as it has entries, and one more to know whether there
 * are more; a later page also those of the pages before it. Filters that leave entries out read on.
 *
 * A row that is not in the summary yet comes a moment later, like everything else of the view.
 * @module
 */
import { heldBy, type Summary } from '#application/profile/summary.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { bucketKey } from '#application/shared/items.ts';
import type { Key, Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { BrandPartial, FactRow } from '#domain/profile/facts-partial.ts';
import {
  type ActivityFilter,
  type ActivityPosition,
  filterActivity,
  pageAfter,
  timeOf,
} from '#domain/serve/activity.ts';

/** What is asked of a list. */
export interface NewestAsked {
  readonly definitions: Definitions;
  readonly filter: ActivityFilter;
  /** Whether the caller may see a row. */
  readonly isVisible: (fact: FactRow) => boolean;
  readonly after: ActivityPosition | undefined;
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A bucket, and the time of the newest fact that it may contribute. */
interface Candidate {
  readonly key: Key;
  readonly newest: number;
}

/** The entries after a position, at most `limit`, and whether there are more. */
export const newestRows = async (
  table: Pick<Table, 'getAll'>,
  summary: Pick<Summary, 'units'>,
  { definitions, filter, isVisible, after, limit, now }: NewestAsked,
): Promise<{ readonly page: readonly FactRow[]; readonly hasMore: boolean }> => {
  const candidates = candidatesIn(summary, definitions, filter);
  let facts: readonly FactRow[] = [];
  // One more than a page, so that it is known whether there are more; then twice as many each time.
  for (let from = 0, count = limit + 1; ; from += count, count *= 2) {
    const next = candidates.slice(from, from + count);
    const buckets = await table.getAll(next.map(({ key }) => key));
    facts = [
      ...facts,
      ...buckets.flatMap((bucket) =>
        liveContributionsIn(bucket).map(({ rowKey, fact }) => ({ rowKey, ...fact })),
      ),
    ];
    const sorted = filterActivity(facts.filter(isVisible), filter, definitions, now);
    const found = pageAfter(sorted, after, limit + 1);
    const left = candidates[from + count];
    const last = found.page[limit];
    if (!left || (last && left.newest < timeOf(last)))
      return { page: found.page.slice(0, limit), hasMore: found.page.length > limit };
  }
};

const candidatesIn = (
  { units }: Pick<Summary, 'units'>,
  definitions: Definitions,
  filter: ActivityFilter,
): readonly Candidate[] => {
  const sources = sourcesOf(definitions, filter);
  return [...units]
    .flatMap(([unit, entry]) => {
      const held = heldBy(entry);
      if (held?.kind !== 'facts') return [];
      return [...held.buckets].flatMap(([bucket, { partial }]) => {
        const newest = newestOf(partial, sources);
        return newest === undefined ? [] : [{ key: bucketKey(unit, bucket), newest }];
      });
    })
    .filter(({ newest }) => newest >= (filter.from ?? 0))
    .sort((a, b) => b.newest - a.newest);
};

/** Sources that may have entries of the list. */
const sourcesOf = (
  { sources }: Definitions,
  { kinds, sources: wanted }: ActivityFilter,
): ReadonlySet<string> =>
  new Set(
    Object.values(sources)
      .filter(({ source }) => wanted === undefined || wanted.includes(source))
      .filter(
        ({ tables }) =>
          kinds === undefined || Object.values(tables).some(({ as }) => kinds.includes(as ?? '')),
      )
      .map(({ source }) => source),
  );

// Facts without a time count as the oldest there are.
const newestOf = (
  partial: readonly BrandPartial[],
  sources: ReadonlySet<string>,
): number | undefined => {
  const times = partial
    .flatMap((ofBrand) => ofBrand.sources)
    .filter(({ source }) => sources.has(source))
    .map(({ lastSeenAt }) => lastSeenAt ?? 0);
  return times.length > 0 ? Math.max(...times) : undefined;
};
