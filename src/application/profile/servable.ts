/**
 * Servable: how long changes took from their commit at the source until the view showed them, kept for the answers.
 *
 * The metric has every change; the table needs one figure a source. It is written once in some seconds, so that it costs
 * nothing per change, and holds the longest of the changes that it stands for.
 * @module
 */
import { servableKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { Arrival } from './touched.ts';

/** What was measured of a source last. */
export interface Servable {
  /** The longest of these changes, in milliseconds. */
  readonly commitToServableMs: number;
  readonly changes: number;
  /** When, ISO 8601 UTC. */
  readonly measuredAt: string;
}

/** Milliseconds between two writes of one source. */
const EVERY_MS = 5_000;

interface Gathered {
  readonly changes: number;
  readonly longestMs: number;
}

/** Keeps what is measured; one for each execution environment, which gathers between two writes. */
export const makeServableNotes = (
  table: Table,
  clock: Clock,
): ((arrivals: readonly Arrival[]) => Promise<void>) => {
  const gathered = new Map<string, Gathered>();
  const writtenAt = new Map<string, number>();
  return async (arrivals) => {
    const now = clock();
    for (const [source, own] of groupBy(arrivals, (arrival) => arrival.source)) {
      const waits = own.map(({ committedAt }) => Math.max(0, now - committedAt));
      const { changes, longestMs } = gathered.get(source) ?? { changes: 0, longestMs: 0 };
      gathered.set(source, {
        changes: changes + own.length,
        longestMs: waits.reduce((a, b) => Math.max(a, b), longestMs),
      });
    }
    const due = [...gathered].filter(
      ([source]) => now - (writtenAt.get(source) ?? Number.NEGATIVE_INFINITY) >= EVERY_MS,
    );
    await table.writeAll(due.map(([source, one]) => noteOf(source, one, now)));
    for (const [source] of due) {
      gathered.delete(source);
      writtenAt.set(source, now);
    }
  };
};

const noteOf = (source: string, { changes, longestMs }: Gathered, now: number) =>
  ({
    kind: 'put',
    item: { ...servableKey(source), longestMs, changes, at: now },
  }) as const;

/** What was measured last of each of these sources; one that was never measured is absent. */
export const readServable = async (
  table: Pick<Table, 'getAll'>,
  sources: readonly string[],
): Promise<Readonly<Record<string, Servable>>> => {
  const items = await table.getAll(sources.map(servableKey));
  return Object.fromEntries(
    sources.flatMap((source, index) => {
      const item = items[index];
      return item ? [[source, servableOf(item)] as const] : [];
    }),
  );
};

const servableOf = (item: Item): Servable => ({
  commitToServableMs: Number(item['longestMs']),
  changes: Number(item['changes']),
  measuredAt: new Date(Number(item['at'])).toISOString(),
});
