/**
 * Rebuild: computes every view again that was made by other definitions than those in force, while changes flow.
 *
 * A view that a change touches is made anew anyway; this is for those that nothing touches. Functions keep definitions for
 * some seconds, so one may still write an old view behind the scan: a pass that found old views is followed by another,
 * and only one that finds none is the last.
 * @module
 */
import { recomputeViews, type ViewPorts } from '#application/profile/maintain-views.ts';
import { markOfDefinitions } from '#application/profile/summary.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { customerKey } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { Scan } from './ports.ts';
import { allDone, newSegments, nextPages, type Segment } from './scan-pages.ts';

/** What rebuilding needs. */
export interface RebuildPorts extends ViewPorts {
  readonly scan: Scan;
}

/** A rebuild: all that has to be kept to go on with it. */
export interface Rebuild {
  /** Hash of the definitions that views are made by. */
  readonly definitions: string;
  readonly segments: readonly Segment[];
  /** Views looked at and made anew in this pass. */
  readonly views: number;
  readonly rebuilt: number;
  /** Views made anew in all passes. */
  readonly total: number;
  /** A pass found none that is old. */
  readonly complete: boolean;
}

/** How a rebuild is made. */
export interface RebuildOptions {
  /** Items read of a segment at once. */
  readonly pageSize?: number;
  /** Segments that are read side by side. */
  readonly segments?: number;
  /** Asked before every page. */
  readonly mayGoOn?: () => boolean;
  readonly onPage?: (rebuild: Rebuild) => void;
}

const PAGE = 250;
const SEGMENTS = 4;

/**
 * Goes on with a rebuild until its pass has read the whole table, or it may go on no more. One of other definitions than
 * those in force begins anew; one that is complete for them is left at the cost of nothing.
 * @returns how far it is; call it again until it is `complete`
 */
export const continueRebuild = async (
  ports: RebuildPorts,
  begun: Rebuild | undefined,
  options: RebuildOptions = {},
): Promise<Rebuild> => {
  const { hash } = await ports.definitions();
  let rebuild = startOf(begun, hash, options.segments ?? SEGMENTS);
  if (rebuild.complete) return rebuild;
  while (!allDone(rebuild.segments) && (options.mayGoOn?.() ?? true)) {
    const page = await nextPages(ports.scan, rebuild.segments, options.pageSize ?? PAGE);
    const views = page.items.filter(({ sk }) => sk === 'SUMMARY');
    const mark = markOfDefinitions(hash);
    const old = views.filter((item) => parseSummaryItem(item).summary?.definitions !== mark);
    await rebuildAll(ports, old);
    rebuild = {
      ...rebuild,
      segments: page.segments,
      views: rebuild.views + views.length,
      rebuilt: rebuild.rebuilt + old.length,
      total: rebuild.total + old.length,
    };
    options.onPage?.(rebuild);
  }
  return { ...rebuild, complete: allDone(rebuild.segments) && rebuild.rebuilt === 0 };
};

const startOf = (begun: Rebuild | undefined, hash: string, segments: number): Rebuild => {
  const known = begun?.definitions === hash ? begun : undefined;
  if (known && (known.complete || !allDone(known.segments))) return known;
  return {
    definitions: hash,
    segments: newSegments(segments),
    views: 0,
    rebuilt: 0,
    total: known?.total ?? 0,
    complete: false,
  };
};

const rebuildAll = async (ports: RebuildPorts, items: readonly Item[]): Promise<void> => {
  if (items.length === 0) return;
  const ids = items.map(({ pk }) => pk.slice(2) as OneId);
  await recomputeViews(
    ports,
    ids.map((id) => ({ after: { ...customerKey(id) }, sequence: '0' })),
  );
};
