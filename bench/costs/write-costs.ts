/**
 * Write costs of the whole retail workload, and how they grow with it.
 * @module
 */
import type { Meter } from '#adapters/dynamodb/meter.ts';
import { must } from '#domain/shared/assert.ts';
import {
  batchesOf,
  retailWorkload,
  type WorkloadOptions,
  type WorkloadRecord,
} from '../workload/retail-workload.ts';
import { BATCH, CountedPipeline } from './counted-pipeline.ts';
import { addCosts, costsOf, type KindCosts, NO_COSTS } from './kinds.ts';
import { PRICES } from './prices.ts';

/** Counts of a part of a workload. */
export interface PartCosts {
  /** Changes that are about a customer; all figures per change are per one of these. */
  readonly changes: number;
  readonly records: number;
  readonly bytes: number;
  readonly batches: number;
  readonly viewBatches: number;
  readonly resolve: Meter;
  readonly view: Meter;
  readonly kinds: KindCosts;
}

/** Counts of a whole workload; points lie at the numbers of changes asked for. */
export interface WorkloadCosts {
  readonly load: PartCosts;
  readonly day: PartCosts;
  readonly all: PartCosts;
  /** Cumulated cost of the day after so many of its changes, in US dollars for the store. */
  readonly dayPoints: readonly GrowthPoint[];
}

/** A total cost at a number of changes. */
export interface GrowthPoint {
  readonly changes: number;
  /** Read and write units at list price. */
  readonly usd: number;
}

/** Runs a workload in batches of {@link BATCH}; `say` hears of progress. */
export const countWorkload = async (
  options: WorkloadOptions,
  points: readonly number[],
  say: (line: string) => void,
): Promise<WorkloadCosts> => {
  const pipeline = new CountedPipeline();
  const parts = { load: NOTHING, day: NOTHING };
  const dayPoints: GrowthPoint[] = [];
  let told = 0;
  for (const batch of batchesOf(retailWorkload(options), BATCH)) {
    const { phase } = must(batch[0], 'record of a batch');
    parts[phase] = addParts(parts[phase], await countBatch(pipeline, batch));
    const due = points[dayPoints.length];
    if (due !== undefined && parts.day.changes >= due) {
      dayPoints.push({ changes: parts.day.changes, usd: storeUsd(parts.day) });
    }
    if (Math.floor((parts.load.changes + parts.day.changes) / 50_000) > told) {
      told += 1;
      say(`  ${told * 50_000} changes`);
    }
  }
  return { ...parts, all: addParts(parts.load, parts.day), dayPoints };
};

/** What the store bills for a part, in US dollars. */
export const storeUsd = ({ resolve, view }: Pick<PartCosts, 'resolve' | 'view'>): number =>
  (resolve.writeUnits + view.writeUnits) * PRICES.dynamoWriteUnit.usd +
  (resolve.readUnits + view.readUnits) * PRICES.dynamoReadUnit.usd;

/** Slope of cost over changes, both as logarithms, by least squares: 1 when every change costs the same. */
export const exponentOf = (points: readonly GrowthPoint[]): number => {
  const [xs, ys] = [
    points.map(({ changes }) => Math.log(changes)),
    points.map(({ usd }) => Math.log(usd)),
  ];
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const covariance = xs.reduce(
    (sum, x, index) => sum + (x - meanX) * ((ys[index] ?? 0) - meanY),
    0,
  );
  return covariance / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const countBatch = async (
  pipeline: CountedPipeline,
  batch: readonly WorkloadRecord[],
): Promise<PartCosts> => {
  const cost = await pipeline.take(batch.map(({ record }) => record));
  const rows = batch.flatMap(({ concernsCustomer, record }) =>
    concernsCustomer ? [record.partitionKey] : [],
  );
  return {
    changes: rows.length,
    records: batch.length,
    bytes: batch.reduce((sum, { record }) => sum + record.bytes.length, 0),
    batches: 1,
    viewBatches: cost.viewBatches,
    resolve: cost.resolve,
    view: cost.view,
    kinds: costsOf(rows, cost.actions),
  };
};

const NO_METER: Meter = { requests: 0, readUnits: 0, writeUnits: 0 };

const NOTHING: PartCosts = {
  changes: 0,
  records: 0,
  bytes: 0,
  batches: 0,
  viewBatches: 0,
  resolve: NO_METER,
  view: NO_METER,
  kinds: NO_COSTS,
};

const addParts = (a: PartCosts, b: PartCosts): PartCosts => ({
  changes: a.changes + b.changes,
  records: a.records + b.records,
  bytes: a.bytes + b.bytes,
  batches: a.batches + b.batches,
  viewBatches: a.viewBatches + b.viewBatches,
  resolve: addMeters(a.resolve, b.resolve),
  view: addMeters(a.view, b.view),
  kinds: addCosts(a.kinds, b.kinds),
});

const addMeters = (a: Meter, b: Meter): Meter => ({
  requests: a.requests + b.requests,
  readUnits: a.readUnits + b.readUnits,
  writeUnits: a.writeUnits + b.writeUnits,
});
