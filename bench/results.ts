/**
 * Results: all measures of one run.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { BatchRequests } from './costs/batch-requests.ts';
import { BATCH } from './costs/counted-pipeline.ts';
import { type BillLine, billOf } from './costs/prices.ts';
import type { WhaleCosts } from './costs/whales.ts';
import { exponentOf, type GrowthPoint, storeUsd, type WorkloadCosts } from './costs/write-costs.ts';
import type { BenchOptions } from './options.ts';
import type { HandlerCosts } from './processor/handler-costs.ts';
import type { ReadCosts } from './profile-read/read-costs.ts';
import type { EndToEndCosts } from './resolving/end-to-end.ts';
import type { ResolvingCosts } from './resolving/resolving.ts';
import { runMeasure } from './run-measure.ts';
import { workloadOf } from './workload/retail-workload.ts';

/** Everything measured, and what follows from it. */
export interface Results {
  readonly costs: WorkloadCosts;
  readonly batches: BatchRequests;
  /** Workloads of growing size, each with its own people: the base grows. */
  readonly baseGrowth: Growth;
  /** The days of one shop that keeps its people: histories grow. */
  readonly historyGrowth: Growth;
  readonly whale: WhaleCosts;
  readonly handlers: HandlerCosts;
  readonly reads: ReadCosts;
  readonly resolving: ResolvingCosts;
  readonly bill: readonly BillLine[];
}

/** How a total cost grows with the number of changes. */
export interface Growth {
  readonly points: readonly GrowthPoint[];
  readonly exponent: number;
}

/** People of the shop whose histories grow. */
const FIXED_CUSTOMERS = 1_000;
/** Its days hold a quarter as many changes as the largest workload. */
const HISTORY_SHARE = 0.25;

/** Runs all measures, one after the other. */
export const measureAll = async (
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Results> => {
  say('requests and stages of a batch');
  const batches = await runMeasure('batches', { changes: options.batchChanges });
  say(`a customer with ${options.whaleRows} rows`);
  const whale = await runMeasure('whale', { rows: options.whaleRows });
  say(`processor time, ${options.handlerChanges} changes`);
  const handlers = await runMeasure('handlers', { changes: options.handlerChanges });
  say('profile reads');
  const reads = await runMeasure('reads', { customers: 100, seconds: options.readSeconds });
  const resolving = await measureResolvingAlone(options, say);
  const workloads = new Map<number, WorkloadCosts>();
  const sizes = baseSizes(options.changes);
  for (const size of new Set([options.changes, ...sizes])) {
    say(`the retail workload, ${size} changes`);
    const input = { options: workloadOf(size), points: [] };
    workloads.set(size, await runMeasure('workload', input));
  }
  const of = (size: number) => must(workloads.get(size), 'workload of a size');
  const costs = of(options.changes);
  const historyGrowth = await measureHistoryGrowth(options, say);
  return {
    ...{ costs, batches, whale, handlers, reads, resolving, historyGrowth },
    baseGrowth: growthOf(
      sizes.map(of).map(({ all }) => ({ changes: all.changes, usd: storeUsd(all) })),
    ),
    bill: billOf({
      changes: costs.all.changes,
      records: costs.all.records,
      bytes: costs.all.bytes,
      writeUnits: costs.all.resolve.writeUnits + costs.all.view.writeUnits,
      readUnits: costs.all.resolve.readUnits + costs.all.view.readUnits,
      resolveBatches: costs.all.batches,
      viewBatches: costs.all.viewBatches,
      resolveRounds: batches.resolveRounds.mean,
      viewRounds: batches.viewRounds.mean,
      handlerMicros: handlers.withSdk.both,
    }),
  };
};

/** The part of a run that is about resolving. */
export const measureResolvingAlone = (
  { resolving }: BenchOptions,
  say: (line: string) => void,
): Promise<ResolvingCosts> => {
  say('resolving: workers, components, load');
  return runMeasure('resolving', resolving);
};

/** The local cloud at the promised rates; no part of the whole, whose counts nothing of it changes. */
export const measureEndToEndAlone = (
  { endToEnd }: BenchOptions,
  say: (line: string) => void,
): Promise<EndToEndCosts> => {
  say('end to end: load on the local cloud, un-merges');
  return runMeasure('endToEnd', endToEnd);
};

const measureHistoryGrowth = async (
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Growth> => {
  const dayChanges = Math.max(5_000, Math.round(options.changes * HISTORY_SHARE));
  say(`histories of ${FIXED_CUSTOMERS} people, ${dayChanges} changes`);
  const { dayPoints } = await runMeasure('workload', {
    options: { seed: 1, customers: FIXED_CUSTOMERS, dayChanges },
    // The day's first changes may share a batch with the load, and the last point must be met.
    points: sizesUpTo(dayChanges).map((size) => size - 2 * BATCH),
  });
  return growthOf(dayPoints);
};

const growthOf = (points: readonly GrowthPoint[]): Growth => ({
  points,
  exponent: exponentOf(points),
});

const SMALLEST = 10_000;

/** Least size that growth is measured up to. */
const LEAST_LARGEST = 30_000;

/**
 * Sizes that growth with the base is told from, ten thousand and more. In smaller ones a batch of a hundred has several rows
 * of most customers, which share the write of a summary and of a scope: their changes cost less for that alone.
 */
const baseSizes = (largest: number): readonly number[] =>
  sizesUpTo(Math.max(largest, LEAST_LARGEST), SMALLEST);

/** From ten thousand by tens up to the largest; closer together when that leaves fewer than three. */
const sizesUpTo = (
  largest: number,
  smallest = Math.min(SMALLEST, largest / 10),
): readonly number[] => {
  const steps = Math.max(2, Math.round(Math.log10(largest / smallest)));
  return Array.from({ length: steps + 1 }, (_, step) =>
    Math.round(smallest * (largest / smallest) ** (step / steps)),
  );
};
