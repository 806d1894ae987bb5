/**
 * Runs one event source mapping: finds the shards of its stream and works them off, parents before children.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';
import type { Log } from '../engines/engine-process.ts';
import type { FunctionHost } from '../functions/function-host.ts';
import type { Metrics } from '../functions/metrics.ts';
import type { MappingPlan } from '../plan/model.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { FailureObject } from './failure-record.ts';
import { compileFilters, type Filter } from './filter.ts';
import type { LaneRules } from './lane.ts';
import { type PollSettings, ShardRunner } from './shard-runner.ts';
import { Signal } from './signal.ts';
import type { Shard, StartingPoint, StreamSource } from './source.ts';

/** The largest event that Lambda builds from a stream, in bytes, with room for the frame. */
const BATCH_BYTES = 6 * 1024 * 1024 - 100;

/** How a failing batch is retried here; AWS does not publish its own times. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** What a mapping works with. */
export interface MappingRunnerOptions {
  readonly mapping: MappingPlan;
  readonly source: StreamSource;
  readonly checkpoints: Checkpoints;
  readonly functions: FunctionHost;
  readonly metrics: Metrics;
  /** Writes an object to the mapping's failure bucket; rejects when the bucket cannot be reached. */
  readonly writeFailure: (bucket: string, object: FailureObject) => Promise<void>;
  readonly poll: PollSettings;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly log: Log;
}

const MOST_LEISURELY_POLL_MS = 1_000;
const DISCOVERY_EVERY_MS = 5_000;
const FAILURE_RETRY_MS = 500;
const TROUBLE_PAUSE_MS = 250;

/** One mapping at work. */
export class MappingRunner {
  readonly #options: MappingRunnerOptions;
  readonly #filter: Filter;
  readonly #running = new Map<string, ShardRunner>();
  readonly #loops = new Set<Promise<void>>();
  readonly #signal = new Signal();
  #stopped = false;
  #lastTrouble = '';

  constructor(options: MappingRunnerOptions) {
    this.#options = options;
    this.#filter = compileFilters(options.mapping.filters);
  }

  /** Starts working; returns when the shards that exist now are being read. */
  async start(): Promise<void> {
    const first = this.#options.checkpoints.isNew;
    await this.#discover(first);
    this.#follow(this.#discoverAgain());
  }

  /** Stops reading, lets batches in flight settle, and puts the checkpoints on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#signal.notify();
    for (const runner of this.#running.values()) runner.stop();
    await Promise.all(this.#loops);
    await this.#options.checkpoints.flush();
  }

  async #discoverAgain(): Promise<void> {
    while (!this.#stopped) {
      await this.#signal.wait(DISCOVERY_EVERY_MS);
      if (!this.#stopped) await this.#discover(false).catch((error) => this.#trouble(error));
    }
  }

  /** Starts every shard whose parents are drained; a shard found later is always read from its beginning. */
  async #discover(first: boolean): Promise<void> {
    const shards = await this.#options.source.shards();
    const known = new Set(shards.map((shard) => shard.id));
    for (const shard of shards)
      if (this.#isDue(shard, known))
        this.#startShard(shard.id, this.#startingPoint(shard.id, first));
  }

  #isDue(shard: Shard, known: ReadonlySet<string>): boolean {
    const { checkpoints } = this.#options;
    const drained = (id: string) => !known.has(id) || checkpoints.of(id)?.drained === true;
    return !this.#running.has(shard.id) && !drained(shard.id) && shard.parents.every(drained);
  }

  #startingPoint(shardId: string, first: boolean): StartingPoint {
    const { checkpoints, mapping } = this.#options;
    const after = checkpoints.of(shardId)?.after;
    if (after !== undefined) return { kind: 'after', sequence: after };
    return { kind: first ? mapping.startingPosition : 'TRIM_HORIZON' };
  }

  #startShard(shardId: string, from: StartingPoint): void {
    const { mapping, source, functions, metrics, clock } = this.#options;
    const dimensions = { FunctionName: mapping.functionName };
    const runner = new ShardRunner({
      shardId,
      source,
      from,
      mapping,
      rules: this.#rules(),
      poll: this.#poll(),
      troublePauseMs: TROUBLE_PAUSE_MS,
      filter: this.#filter,
      invoke: (event, requestId) => functions.invoke(mapping.functionName, event, requestId),
      keepFailure: (object) => this.#keepFailure(object),
      onProgress: (after, drained) => this.#progress(shardId, after, drained),
      onBatch: (value) =>
        metrics.record({ namespace: 'AWS/Lambda', name: 'IteratorAge', dimensions, value }),
      onTrouble: (error) => this.#trouble(error),
      clock,
    });
    this.#running.set(shardId, runner);
    this.#follow(this.#supervise(shardId, runner));
  }

  /** A runner that a defect ended is started again from its checkpoint at the next discovery. */
  async #supervise(shardId: string, runner: ShardRunner): Promise<void> {
    try {
      await runner.run();
    } catch (error) {
      runner.stop();
      this.#running.delete(shardId);
      throw error;
    } finally {
      this.#signal.notify();
    }
  }

  /** A batch that is gathered over a window need not be looked for every few milliseconds. */
  #poll(): PollSettings {
    const { poll, mapping } = this.#options;
    const windowed = Math.min(mapping.windowMs, MOST_LEISURELY_POLL_MS);
    return {
      busyMs: Math.max(poll.busyMs, windowed),
      idleMs: Math.max(poll.idleMs, windowed),
    };
  }

  #rules(): LaneRules {
    const { mapping, backoff } = this.#options;
    return {
      batchSize: mapping.batchSize,
      batchBytes: BATCH_BYTES,
      windowMs: mapping.windowMs,
      bisect: mapping.bisect,
      maximumRetries: mapping.maximumRetries,
      maximumAgeMs: mapping.maximumAgeMs,
      firstBackoffMs: backoff.firstMs,
      longestBackoffMs: backoff.longestMs,
    };
  }

  #progress(shardId: string, after: string | undefined, drained: boolean): void {
    const { checkpoints } = this.#options;
    const known = checkpoints.of(shardId);
    const newest = after ?? known?.after;
    if (known && known.after === newest && known.drained === drained) return;
    checkpoints.set(shardId, { ...(newest !== undefined && { after: newest }), drained });
    if (drained) this.#running.delete(shardId);
  }

  /** Without a destination a given-up batch is gone, as on AWS. */
  async #keepFailure(object: FailureObject): Promise<boolean> {
    const { mapping, writeFailure, log } = this.#options;
    const bucket = mapping.failureBucket;
    log(`${mapping.logicalId} gave up a batch${bucket ? `: s3://${bucket}/${object.key}` : ''}`);
    if (bucket === undefined) return true;
    while (!this.#stopped) {
      try {
        await writeFailure(bucket, object);
        return true;
      } catch (error) {
        this.#trouble(error);
        await this.#signal.wait(FAILURE_RETRY_MS);
      }
    }
    return false;
  }

  /** Says a trouble once, however long it lasts. */
  #trouble(error: unknown): void {
    const text = `${this.#options.mapping.logicalId}: ${error}`;
    if (text !== this.#lastTrouble) this.#options.log(text);
    this.#lastTrouble = text;
  }

  #follow(loop: Promise<void>): void {
    const followed = loop.catch((error) => this.#trouble(error));
    this.#loops.add(followed);
    void followed.finally(() => this.#loops.delete(followed));
  }
}
