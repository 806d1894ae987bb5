/**
 * Works off one shard: one loop reads it, one loop per lane invokes the function.
 *
 * Reading runs ahead of the function by a bounded number of records. Every failure of an engine is waited out
 * and tried again from the last record read; only the rules of the mapping ever give a record up.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { assertNever } from '#domain/shared/assert.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { Invocation } from '../functions/function-pool.ts';
import type { MappingPlan } from '../plan/model.ts';
import { type FailureObject, failureObject } from './failure-record.ts';
import type { Filter } from './filter.ts';
import type { Batch, DiscardReason, Lane, LaneRules } from './lane.ts';
import { eventOf, type StreamRecord } from './record.ts';
import { ShardState } from './shard-state.ts';
import { Signal } from './signal.ts';
import type { Page, SourceRecord, StartingPoint, StreamSource } from './source.ts';
import { verdictOf } from './verdict.ts';

/** How often a shard is read. */
export interface PollSettings {
  /** Pause after records were found. */
  readonly busyMs: number;
  /** Longest pause while there are none. */
  readonly idleMs: number;
}

/** What a shard runner works with. */
export interface ShardRunnerOptions {
  readonly shardId: string;
  readonly source: StreamSource;
  readonly from: StartingPoint;
  readonly mapping: MappingPlan;
  readonly rules: LaneRules;
  readonly poll: PollSettings;
  /** Pause after the engine could not be read. */
  readonly troublePauseMs: number;
  readonly filter: Filter;
  readonly invoke: (event: string, requestId: string) => Promise<Invocation>;
  /** Keeps a given-up batch, however long it takes; false when the local cloud stops before that. */
  readonly keepFailure: (object: FailureObject) => Promise<boolean>;
  readonly onProgress: (checkpoint: string | undefined, drained: boolean) => void;
  readonly onBatch: (iteratorAgeMs: number) => void;
  readonly onTrouble: (error: unknown) => void;
  readonly clock: Clock;
}

const MOST_RECORDS_PER_READ = 1000;

/** One shard in work. */
export class ShardRunner {
  readonly #options: ShardRunnerOptions;
  readonly #state: ShardState;
  readonly #signal = new Signal();
  #lastRead: StartingPoint;
  #ended = false;
  #stopped = false;

  constructor(options: ShardRunnerOptions) {
    this.#options = options;
    this.#state = new ShardState(options.rules, options.mapping.parallelizationFactor);
    this.#lastRead = options.from;
  }

  /** Resolves when the shard has ended and is drained, or after {@link stop}. */
  async run(): Promise<void> {
    await Promise.all([this.#readAll(), ...this.#state.lanes.map((lane) => this.#work(lane))]);
    if (!this.#stopped) this.#options.onProgress(this.#state.checkpoint, true);
  }

  /** Ends reading and invoking; a batch in flight is still settled. */
  stop(): void {
    this.#stopped = true;
    this.#signal.notify();
  }

  async #readAll(): Promise<void> {
    const { poll } = this.#options;
    let iterator: string | undefined;
    let pauseMs = poll.busyMs;
    while (await this.#hasRoom()) {
      const page = await this.#read(iterator);
      iterator = page?.next;
      if (page) this.#take(page);
      pauseMs = page?.records.length ? poll.busyMs : Math.min(poll.idleMs, pauseMs * 2);
      // A full page says that more is waiting: read on at once.
      if ((page?.records.length ?? 0) < this.#pageSize) await this.#signal.wait(pauseMs);
    }
  }

  /** Waits until there is room for another page; false when there is nothing more to read. */
  async #hasRoom(): Promise<boolean> {
    const room = this.#options.rules.batchSize * this.#state.lanes.length * 2;
    while (this.#state.size >= room && !this.#stopped) await this.#signal.wait();
    return !this.#stopped && !this.#ended;
  }

  get #pageSize(): number {
    return Math.min(this.#options.rules.batchSize, MOST_RECORDS_PER_READ);
  }

  /** One page, or undefined after an engine's failure, which was reported and waited out. */
  async #read(iterator: string | undefined): Promise<Page | undefined> {
    const { source, shardId, onTrouble } = this.#options;
    try {
      const from = iterator ?? (await source.iterator(shardId, this.#lastRead));
      return await source.read(shardId, from, this.#pageSize);
    } catch (error) {
      if (!this.#stopped) onTrouble(error);
      await this.#signal.wait(this.#options.troublePauseMs);
      return undefined;
    }
  }

  #take(page: Page): void {
    const last = page.records.at(-1);
    if (last) {
      this.#lastRead = { kind: 'after', sequence: last.sequence };
      this.#state.offer(page.records, (record) => this.#passes(record), this.#options.clock());
      this.#progress();
    }
    this.#ended = page.next === undefined;
    this.#signal.notify();
  }

  #passes(record: StreamRecord): boolean {
    return this.#options.filter((record as SourceRecord).view());
  }

  async #work(lane: Lane): Promise<void> {
    let more = true;
    while (more && !this.#stopped) more = await this.#step(lane);
  }

  /** Does what the lane wants next; false when the shard has ended and the lane is empty. */
  async #step(lane: Lane): Promise<boolean> {
    const now = this.#options.clock();
    const step = lane.next(now);
    switch (step.kind) {
      case 'idle':
        if (this.#ended) return false;
        await this.#signal.wait();
        return true;
      case 'wait':
        await this.#signal.wait(step.until - now);
        return true;
      case 'discard':
        if (!(await this.#kept(step.batch, step.reason))) return false;
        lane.discarded(step.batch);
        this.#finish(step.batch.records);
        return true;
      case 'invoke':
        await this.#invoke(lane, step.batch);
        return true;
      default:
        return assertNever(step);
    }
  }

  async #invoke(lane: Lane, batch: Batch): Promise<void> {
    const { invoke, mapping, clock, onBatch } = this.#options;
    const requestId = randomUUID();
    onBatch(clock() - (batch.records.at(-1)?.arrivedAt ?? 0));
    const invocation = await invoke(eventOf(batch.records), requestId);
    // An invocation that the stop cut short proves nothing about its records.
    if (this.#stopped && invocation.kind !== 'success') return;
    const verdict = verdictOf(invocation, batch.records, mapping.partialResponses);
    const { done, discarded } = lane.settle(verdict, clock());
    this.#finish(done);
    if (discarded && (await this.#kept(discarded, 'RetryAttemptsExhausted', requestId)))
      this.#finish(discarded.records);
  }

  /** Hands a given-up batch to its destination; false when the stop came first. */
  #kept(batch: Batch, reason: DiscardReason, requestId: string = randomUUID()): Promise<boolean> {
    const { mapping, shardId, clock, keepFailure } = this.#options;
    const objectId = randomUUID();
    const now = clock();
    return keepFailure(
      failureObject({ mapping, shardId, batch, reason, requestId, objectId, now }),
    );
  }

  #finish(records: readonly StreamRecord[]): void {
    this.#state.finish(records);
    this.#progress();
    this.#signal.notify();
  }

  #progress(): void {
    this.#options.onProgress(this.#state.checkpoint, false);
  }
}
