/**
 * Contention: what a change takes when several workers resolve at one time, counted and not timed.
 *
 * A scheduler deals turns to the requests of all workers by a seeded draw, so that every run interleaves them alike. Batches
 * are those of the stream, taken by whoever is free; all runs must come to the same customers.
 * @module
 */
import { makeMeter } from '#adapters/dynamodb/meter.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { customersIn } from '#application/identity/customer-units.ts';
import { type BatchReport, resolveBatch } from '#application/identity/resolve-batch.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import { Scheduler, seededRandom } from '../../test/support/scheduler.ts';
import { BATCH, demoDefinitions, resolvePortsOn } from '../costs/counted-pipeline.ts';
import { batchesOf, retailWorkload, type WorkloadOptions } from '../workload/retail-workload.ts';
import { countingTable, noCalls } from './counting-table.ts';

/** What so many workers took, per change about a customer where nothing else is said. */
export interface ContentionCosts {
  readonly workers: number;
  readonly changes: number;
  readonly requests: number;
  /** Requests that only read. */
  readonly reads: number;
  /** Writes outside transactions, as calls of the port. */
  readonly writes: number;
  readonly transactions: number;
  /** Share of transactions that did not happen. */
  readonly cancelled: number;
  /** Commits planned again, as the reports count them. */
  readonly conflicts: number;
  /** Records that were delivered again. */
  readonly redelivered: number;
  readonly writeUnits: number;
  readonly customers: number;
}

const NO_FAULTS = { crash: 0, throttle: 0 };

/** Counts a workload under each number of workers. */
export const countContention = async (
  options: WorkloadOptions,
  workers: readonly number[],
  say: (line: string) => void,
): Promise<readonly ContentionCosts[]> => {
  const results: ContentionCosts[] = [];
  for (const count of workers) {
    say(`resolving with ${count} workers`);
    results.push(await countWorkers(options, count));
  }
  const found = new Set(results.map(({ customers }) => customers));
  if (found.size > 1) throw new Error(`workers came to different customers: ${[...found]}`);
  return results;
};

const countWorkers = async (
  options: WorkloadOptions,
  workers: number,
): Promise<ContentionCosts> => {
  const scheduler = new Scheduler(seededRandom(options.seed), NO_FAULTS);
  const meter = makeMeter();
  const memory = new MemoryTable({ meter, turn: scheduler.turn });
  const counts = noCalls();
  const ports = {
    ...resolvePortsOn(countingTable(memory, counts), demoDefinitions()),
    // A worker that waits lets the others have their turns.
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const entries = [...retailWorkload(options)];
  const queue = [...batchesOf(entries, BATCH)].map((batch) => batch.map(({ record }) => record));
  const total = { conflicts: 0, redelivered: 0 };
  const work = async () => {
    for (let batch = queue.shift(); batch; batch = queue.shift()) {
      const report = await resolveBatch(ports, batch);
      total.conflicts += report.conflicts;
      const again = failedIn(report, batch);
      total.redelivered += again.length;
      if (again.length > 0) queue.push([...again]);
    }
  };
  await scheduler.run(() => Promise.all(Array.from({ length: workers }, work)));
  const changes = entries.filter(({ concernsCustomer }) => concernsCustomer).length;
  const each = (count: number) => count / changes;
  return {
    ...{ workers, changes, requests: each(meter.requests) },
    ...{ reads: each(counts.reads), writes: each(counts.writes) },
    transactions: each(counts.transactions),
    cancelled: counts.cancelled / Math.max(1, counts.transactions),
    ...{ conflicts: each(total.conflicts), redelivered: each(total.redelivered) },
    writeUnits: each(meter.writeUnits),
    // By what scopes list: who loses a race may leave an id that he laid and that nobody was told of.
    customers: customersIn(memory.dump()).size,
  };
};

const failedIn = (
  { failed }: BatchReport,
  batch: readonly StreamRecord[],
): readonly StreamRecord[] => batch.filter(({ sequenceNumber }) => failed.includes(sequenceNumber));
