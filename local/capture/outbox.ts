/**
 * Outbox: what has been read from a source and is not on the stream yet, in order.
 *
 * A transaction may be acknowledged to the source only when all its records are on the stream, so the end of each
 * transaction waits in the same queue. One batch is under way at a time; what arrives meanwhile makes the next.
 * @module
 */
import type { StreamRecord } from './dms-records.ts';
import { batchLength, type PutBatch, putAll } from './kinesis-target.ts';

/** Something that waits: a record, or a transaction's end that may be acknowledged when it is reached. */
export type Waiting =
  | { readonly record: StreamRecord; readonly committedAt?: bigint }
  | { readonly acknowledge: string };

/** What the outbox tells its owner. */
export interface OutboxEvents {
  /** Records now on the stream; commit time of the newest, when it has one. */
  readonly onPut: (records: number, committedAt?: bigint) => void;
  /** Everything before this log position is on the stream. */
  readonly onAcknowledge: (lsn: string) => void;
  /** The stream could not take a batch, which will be tried again. */
  readonly onTrouble: (reason: string) => void;
}

/** One source's queue to the stream. */
export class Outbox {
  readonly #put: PutBatch;
  readonly #events: OutboxEvents;
  #queue: Waiting[] = [];
  #flushing: Promise<void> | undefined;

  constructor(put: PutBatch, events: OutboxEvents) {
    this.#put = put;
    this.#events = events;
  }

  /** What waits, the batch under way included. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Adds to the queue and starts sending, when that is not under way. */
  push(...items: readonly Waiting[]): void {
    this.#queue.push(...items);
    this.#flushing ??= this.#flush();
  }

  /** Returns when the queue is empty. */
  async drained(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  /** Forgets what waits and returns when nothing is under way; the source will be read again from what it acknowledged. */
  async reset(): Promise<void> {
    this.#queue = [];
    await this.drained();
  }

  async #flush(): Promise<void> {
    // Everything that one read of the socket gives travels in one batch.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#sendNext();
    // No wait lies between seeing the queue empty and this, so nothing can be pushed and forgotten in between.
    this.#flushing = undefined;
  }

  async #sendNext(): Promise<void> {
    const queue = this.#queue;
    const batch = queue.slice(0, this.#takeable());
    await this.#send(batch);
    // A reset has put another queue in place; what was sent is not to be acknowledged then.
    if (this.#queue !== queue) return;
    queue.splice(0, batch.length);
    this.#acknowledge(batch);
  }

  // Ends of transactions weigh nothing: those behind the last record of the batch are taken along.
  #takeable(): number {
    let room = batchLength(this.#records());
    let taken = 0;
    for (const item of this.#queue) {
      if ('record' in item && room-- === 0) break;
      taken += 1;
    }
    return taken;
  }

  *#records(): Iterable<StreamRecord> {
    for (const item of this.#queue) if ('record' in item) yield item.record;
  }

  async #send(items: readonly Waiting[]): Promise<void> {
    const records = items.filter((item) => 'record' in item);
    await putAll(
      this.#put,
      records.map((item) => item.record),
      this.#events.onTrouble,
    );
    if (records.length > 0) this.#events.onPut(records.length, records.at(-1)?.committedAt);
  }

  #acknowledge(batch: readonly Waiting[]): void {
    const last = batch.findLast((item) => 'acknowledge' in item);
    if (last) this.#events.onAcknowledge(last.acknowledge);
  }
}
