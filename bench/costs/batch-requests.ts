/**
 * Requests and stages of a batch of 100 records, structural changes apart.
 *
 * A batch without any structural change hardly happens by itself, so it is put together: a first run over the workload
 * tells which records are structural. In a second run the structural records of every hundred go ahead, uncounted, and
 * the others follow as one batch. What they come to is the same, because order never matters.
 * @module
 */
import type { StreamRecord } from '#application/shared/ports.ts';
import { must } from '#domain/shared/assert.ts';
import { batchesOf, retailWorkload, type WorkloadOptions } from '../workload/retail-workload.ts';
import { BATCH, type BatchCost, CountedPipeline } from './counted-pipeline.ts';
import { kindsOf } from './kinds.ts';
import { RoundsTable } from './rounds.ts';

/** What a batch of 100 takes on average, and at most. */
export interface BatchRequests {
  readonly batches: number;
  /** Batches left out, because a change in them turned out to be structural. */
  readonly leftOut: number;
  readonly resolve: Spread;
  readonly view: Spread;
  readonly resolveRounds: Spread;
  readonly viewRounds: Spread;
}

/** Average, median and maximum. */
export interface Spread {
  readonly mean: number;
  readonly median: number;
  readonly max: number;
}

/** Counts requests and rounds over the days of a workload. */
export const countBatchRequests = async (options: WorkloadOptions): Promise<BatchRequests> => {
  const structural = await structuralRecords(options);
  const run = new SteadyRun();
  for (const { phase, concernsCustomer, record } of retailWorkload(options)) {
    const isSteady = phase === 'day' && concernsCustomer && !structural.has(record.sequenceNumber);
    await run.take(record, isSteady);
  }
  return run.result();
};

/** Sequence numbers of the records whose change is structural. */
const structuralRecords = async (options: WorkloadOptions): Promise<ReadonlySet<string>> => {
  const pipeline = new CountedPipeline();
  const found = new Set<string>();
  for (const batch of batchesOf(retailWorkload(options), BATCH)) {
    const { actions } = await pipeline.take(batch.map(({ record }) => record));
    const kinds = kindsOf(actions);
    for (const { record } of batch) {
      if (kinds.get(record.partitionKey) === 'structural') found.add(record.sequenceNumber);
    }
  }
  return found;
};

interface Counted {
  readonly cost: BatchCost;
  readonly resolveRounds: number;
  readonly viewRounds: number;
}

/** Collects steady records into batches and lets all others go ahead. */
class SteadyRun {
  readonly #pipeline: CountedPipeline;
  #rounds: RoundsTable | undefined;
  #steady: StreamRecord[] = [];
  #ahead: StreamRecord[] = [];
  #resolveRounds: number | undefined;
  readonly #counted: Counted[] = [];
  #leftOut = 0;

  constructor() {
    this.#pipeline = new CountedPipeline({
      through: (memory, meter) => {
        this.#rounds = new RoundsTable(memory, meter);
        return this.#rounds;
      },
      onViewBatch: () => {
        this.#resolveRounds ??= this.#takeRounds();
      },
    });
  }

  async take(record: StreamRecord, isSteady: boolean): Promise<void> {
    (isSteady ? this.#steady : this.#ahead).push(record);
    if (this.#ahead.length >= BATCH) await this.#flushAhead();
    if (this.#steady.length < BATCH) return;
    await this.#flushAhead();
    await this.#measure();
  }

  result(): BatchRequests {
    const of = (pick: (counted: Counted) => number) => spreadOf(this.#counted.map(pick));
    return {
      batches: this.#counted.length,
      leftOut: this.#leftOut,
      resolve: of(({ cost }) => cost.resolve.requests),
      view: of(({ cost }) => cost.view.requests / Math.max(1, cost.viewBatches)),
      resolveRounds: of(({ resolveRounds }) => resolveRounds),
      viewRounds: of(({ viewRounds, cost }) => viewRounds / Math.max(1, cost.viewBatches)),
    };
  }

  async #flushAhead(): Promise<void> {
    if (this.#ahead.length > 0) await this.#pipeline.take(this.#ahead);
    this.#ahead = [];
  }

  async #measure(): Promise<void> {
    this.#takeRounds();
    this.#resolveRounds = undefined;
    const cost = await this.#pipeline.take(this.#steady);
    this.#steady = [];
    const rest = this.#takeRounds();
    if (cost.actions.some(({ inTransaction }) => inTransaction)) this.#leftOut += 1;
    else if (this.#resolveRounds === undefined) {
      this.#counted.push({ cost, resolveRounds: rest, viewRounds: 0 });
    } else this.#counted.push({ cost, resolveRounds: this.#resolveRounds, viewRounds: rest });
  }

  #takeRounds(): number {
    return must(this.#rounds, 'table in rounds').takeRounds();
  }
}

const spreadOf = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
};
