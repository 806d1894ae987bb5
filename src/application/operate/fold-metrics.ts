/**
 * Fold metrics: the figures of the whole business, folded over the table in passes.
 *
 * A pass reads every summary, scope, row, bucket and defect once, in segments, and can be stopped after any page. Its figures
 * replace those before only when it is complete. What changes behind it is in the next one.
 * @module
 */
import { scopeOfItem } from '#application/identity/scope-store.ts';
import { type AppliedPositions, saveMetrics } from '#application/profile/metrics-store.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { readFreshness } from '#application/serve/read-freshness.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import { asMap } from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import { isPartyItem, lastChangeIn } from '#application/shared/party-row.ts';
import type { CurrentDefinitions } from '#application/shared/ports.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { defectFill, rowFill } from '#domain/profile/catalogue.ts';
import { scopeDuplicates } from '#domain/profile/duplicates.ts';
import {
  customerMetrics,
  factMetrics,
  type Metrics,
  NO_METRICS,
  sumMetrics,
} from '#domain/profile/metrics.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Scan } from './ports.ts';
import { isDefectItem, openDefects, type Recorded } from './quality-report.ts';
import { allDone, newSegments, nextPages, type Segment } from './scan-pages.ts';

/** What folding needs. */
export interface FoldPorts {
  readonly table: Table;
  readonly scan: Scan;
  readonly clock: Clock;
  readonly definitions: () => Promise<CurrentDefinitions>;
}

/** A pass: all that has to be kept to go on with it. */
export interface FoldPass {
  readonly definitions: string;
  readonly startedAt: number;
  /** How far each source had been applied then. */
  readonly positions: AppliedPositions;
  readonly segments: readonly Segment[];
  readonly items: number;
  readonly metrics: Metrics;
}

const PAGE = 250;
const SEGMENTS = 4;

/** Whether a pass has read the whole table. */
export const isFolded = ({ segments }: FoldPass): boolean => allDone(segments);

/**
 * Goes on with a pass until it is complete, and stores its figures then, or until it may go on no more. A pass of other
 * definitions than those in force, or of code that counted less, begins anew.
 */
export const continueFold = async (
  ports: FoldPorts,
  begun: FoldPass | undefined,
  mayGoOn: () => boolean = () => true,
): Promise<FoldPass> => {
  const { hash, definitions } = await ports.definitions();
  let pass =
    begun && begun.definitions === hash && !isFolded(begun) && countsAll(begun)
      ? begun
      : await newFold(ports, hash, definitions);
  while (!isFolded(pass) && mayGoOn()) {
    const page = await nextPages(ports.scan, pass.segments, PAGE);
    const { startedAt } = pass;
    const parts = await inParallel(page.items, (item) =>
      itemMetrics(ports.table, item, definitions, startedAt),
    );
    const defects = await openDefects(ports.table, page.items.filter(isDefectItem));
    pass = {
      ...pass,
      segments: page.segments,
      items: pass.items + page.items.length,
      metrics: sumMetrics([pass.metrics, ...parts.flat(), ...defects.map(defectMetrics)]),
    };
  }
  if (!isFolded(pass)) return pass;
  await keep(ports, pass);
  return { ...pass, metrics: NO_METRICS };
};

const countsAll = ({ metrics }: FoldPass): boolean =>
  Object.keys(NO_METRICS).every((name) => name in metrics);

const newFold = async (
  { table, clock }: FoldPorts,
  hash: string,
  { sources }: Definitions,
): Promise<FoldPass> => {
  const startedAt = clock();
  const { positions } = await readFreshness(table, clock, Object.keys(sources));
  return {
    definitions: hash,
    startedAt,
    positions,
    segments: newSegments(SEGMENTS),
    items: 0,
    metrics: NO_METRICS,
  };
};

const itemMetrics = async (
  table: Table,
  item: Item,
  definitions: Definitions,
  now: number,
): Promise<readonly Metrics[]> => {
  if (item.sk === 'SUMMARY') return summaryMetrics(table, item, definitions, now);
  if (item.sk === 'SCOPE') return scopeMetrics(table, item, definitions);
  if (isPartyItem(item)) {
    const { fields = {} } = lastChangeIn(item);
    return [{ ...NO_METRICS, catalogue: rowFill(item.pk.slice('R#'.length), asMap(fields)) }];
  }
  // A sale that names nobody lies with its row.
  if (item.sk !== 'BUCKET' && item.sk !== 'ROW') return [];
  return liveContributionsIn(item).map(({ rowKey, fact }) =>
    factMetrics({ rowKey, ...fact }, definitions, now),
  );
};

const summaryMetrics = async (
  table: Table,
  item: Item,
  definitions: Definitions,
  now: number,
): Promise<readonly Metrics[]> => {
  const { summary, torn } = wholeSummary(await partsOf(table, item));
  const view = torn ? undefined : summary && viewOf(definitions.view, summary, { now });
  return view ? [customerMetrics(view, definitions, now)] : [];
};

const scopeMetrics = async (
  table: Table,
  item: Item,
  definitions: Definitions,
): Promise<readonly Metrics[]> => {
  const scope = await scopeOfItem(table, item);
  return scope ? [{ ...NO_METRICS, duplicates: scopeDuplicates(scope, definitions) }] : [];
};

const defectMetrics = ({ rowKey, column }: Recorded): Metrics => ({
  ...NO_METRICS,
  catalogue: defectFill(rowKey, column),
});

/** A summary with the parts that lie apart, when it has any. */
const partsOf = async (table: Table, item: Item): Promise<readonly Item[]> => {
  const entries = [...(parseSummaryItem(item).summary?.units.values() ?? [])];
  if (entries.every(({ kind }) => kind === 'party' || kind === 'facts')) return [item];
  return allItemsIn(table, { pk: item.pk });
};

const keep = ({ table, clock }: FoldPorts, pass: FoldPass): Promise<void> => {
  const { metrics, startedAt, positions = {}, definitions } = pass;
  return saveMetrics(table, { metrics, startedAt, positions, definitions, endedAt: clock() });
};
