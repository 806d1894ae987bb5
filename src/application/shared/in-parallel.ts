/**
 * Bounded parallelism that leaves nothing behind.
 * @module
 */

/** Tasks in the air at once: enough to keep the store busy, few enough to race seldom. */
const CONCURRENCY = 12;

/**
 * Runs `task` for every entry, at most `limit` at once; results in the entries' order.
 * After a failure no further task starts, and it throws only when all those under way have ended: a write that goes on
 * behind its caller's back could land after the redelivery that was meant to repair it.
 */
export const inParallel = async <Entry, Outcome>(
  entries: readonly Entry[],
  task: (entry: Entry) => Promise<Outcome>,
  limit = CONCURRENCY,
): Promise<readonly Outcome[]> => {
  const results: Outcome[] = new Array(entries.length);
  let next = 0;
  const work = async () => {
    while (next < entries.length) {
      const index = next++;
      try {
        results[index] = await task(entries[index] as Entry);
      } catch (error) {
        next = entries.length;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(
    Array.from({ length: Math.min(limit, entries.length) }, work),
  );
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return results;
};

/** Runs `task` for every entry of every chain: chains side by side as {@link inParallel}, entries of one one after another. */
export const inChains = async <Entry, Outcome>(
  chains: readonly (readonly Entry[])[],
  task: (entry: Entry) => Promise<Outcome>,
): Promise<readonly Outcome[]> => {
  const results = await inParallel(chains, (chain) => inParallel(chain, task, 1));
  return results.flat();
};

/** Waits for all of several kinds of work that are under way; throws only when all have ended, as {@link inParallel}. */
export const together = async <Work extends readonly Promise<unknown>[]>(
  ...work: Work
): Promise<{ readonly [Index in keyof Work]: Awaited<Work[Index]> }> => {
  const ended = await Promise.allSettled(work);
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return (await Promise.all(work)) as { readonly [Index in keyof Work]: Awaited<Work[Index]> };
};
