/**
 * A lane: the batches of one shard and one partition-key range, one at a time and in order.
 *
 * A shard with a parallelization factor of n has n lanes, and every key belongs to one of them; so a key's
 * records never overtake each other while the lanes run side by side. A lane decides what happens next and
 * what a verdict means; it knows no clock, no stream and no function.
 * Source: Lambda Developer Guide, "How Lambda processes records from stream-based event sources".
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import type { StreamRecord } from './record.ts';
import type { Verdict } from './verdict.ts';

/** The rules of a mapping that concern a lane; `undefined` is no limit. */
export interface LaneRules {
  readonly batchSize: number;
  readonly batchBytes: number;
  readonly windowMs: number;
  readonly bisect: boolean;
  readonly maximumRetries: number | undefined;
  readonly maximumAgeMs: number | undefined;
  readonly firstBackoffMs: number;
  readonly longestBackoffMs: number;
}

/** A batch and what has happened to it. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  /** Retries used up; splitting a batch uses none. */
  readonly retries: number;
  /** Invocations that did not succeed, of this batch and of those it was split from. */
  readonly failures: number;
  /** Epoch milliseconds before which it must not be tried again. */
  readonly notBefore: number;
}

/** Why records were given up. */
export type DiscardReason = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** What a lane wants done next. */
export type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'invoke'; readonly batch: Batch }
  | { readonly kind: 'discard'; readonly batch: Batch; readonly reason: DiscardReason };

/** What a verdict means: these records are through, and that batch, if any, has to be given up. */
export interface Settlement {
  readonly done: readonly StreamRecord[];
  readonly discarded: Batch | undefined;
}

/** A lane. Mutable: it is a queue, and every step costs the records it touches. */
export class Lane {
  readonly #rules: LaneRules;
  #backlog: StreamRecord[] = [];
  #waitingSince = 0;
  /** Batches that were cut already, first one first. */
  #batches: readonly Batch[] = [];

  constructor(rules: LaneRules) {
    this.#rules = rules;
  }

  /** Records that are neither through nor given up. */
  get size(): number {
    return this.#batches.reduce((sum, batch) => sum + batch.records.length, this.#backlog.length);
  }

  /** Adds records behind all others. */
  offer(records: readonly StreamRecord[], now: number): void {
    if (this.#backlog.length === 0) this.#waitingSince = now;
    this.#backlog.push(...records);
  }

  /** What to do next. After `invoke` comes {@link settle}, after `discard` comes {@link discarded}. */
  next(now: number): Step {
    const [batch] = this.#batches;
    if (batch) return this.#nextOf(batch, now);
    if (this.#backlog.length === 0) return { kind: 'idle' };
    const due = this.#waitingSince + this.#rules.windowMs;
    const size = this.#batchLength();
    if (now < due && size === this.#backlog.length && size < this.#rules.batchSize)
      return { kind: 'wait', until: due };
    return this.#nextOf(this.#cut(size, now), now);
  }

  /** Takes the verdict on the batch that was invoked. */
  settle(verdict: Verdict, now: number): Settlement {
    const [batch, ...others] = this.#batches as readonly [Batch, ...Batch[]];
    switch (verdict.kind) {
      case 'success':
        return this.#continue([], others, batch.records);
      case 'throttled':
        return this.#continue([this.#delayed(batch, now)], others, []);
      case 'failure':
        return this.#failed(batch, others, [], now);
      case 'partial': {
        const done = batch.records.slice(0, verdict.index);
        const rest = { ...batch, records: batch.records.slice(verdict.index) };
        // The split at the reported record is the bisection: it brings the batch forward for free.
        return this.#rules.bisect && done.length > 0
          ? this.#continue([this.#delayed(rest, now)], others, done)
          : this.#failed(rest, others, done, now);
      }
      default:
        return assertNever(verdict);
    }
  }

  /** Takes note that the batch of a `discard` step was given up. */
  discarded(batch: Batch): void {
    const [first, ...others] = this.#batches as readonly [Batch, ...Batch[]];
    const rest = first.records.slice(batch.records.length);
    this.#batches = rest.length > 0 ? [{ ...first, records: rest }, ...others] : others;
  }

  #nextOf(batch: Batch, now: number): Step {
    const expired = this.#expired(batch, now);
    if (expired.length > 0)
      return {
        kind: 'discard',
        batch: { ...batch, records: expired },
        reason: 'RecordAgeExceeded',
      };
    if (now < batch.notBefore) return { kind: 'wait', until: batch.notBefore };
    return { kind: 'invoke', batch };
  }

  #expired(batch: Batch, now: number): readonly StreamRecord[] {
    const { maximumAgeMs } = this.#rules;
    if (maximumAgeMs === undefined) return [];
    const young = batch.records.findIndex((record) => now - record.arrivedAt <= maximumAgeMs);
    return young < 0 ? batch.records : batch.records.slice(0, young);
  }

  /** How many records the next batch takes: up to its size, up to its bytes, never none. */
  #batchLength(): number {
    let bytes = 0;
    const most = Math.min(this.#rules.batchSize, this.#backlog.length);
    for (let length = 0; length < most; length += 1) {
      bytes += Buffer.byteLength(this.#backlog[length]?.json ?? '') + 1;
      if (bytes > this.#rules.batchBytes) return Math.max(1, length);
    }
    return most;
  }

  #cut(size: number, now: number): Batch {
    const batch = { records: this.#backlog.slice(0, size), retries: 0, failures: 0, notBefore: 0 };
    this.#backlog = this.#backlog.slice(size);
    this.#waitingSince = now;
    this.#batches = [batch];
    return batch;
  }

  #failed(
    batch: Batch,
    others: readonly Batch[],
    done: readonly StreamRecord[],
    now: number,
  ): Settlement {
    const later = this.#delayed(batch, now);
    if (this.#rules.bisect && batch.records.length > 1)
      return this.#continue(halves(later), others, done);
    const retried = { ...later, retries: batch.retries + 1 };
    if (retried.retries <= (this.#rules.maximumRetries ?? Number.POSITIVE_INFINITY))
      return this.#continue([retried], others, done);
    this.#batches = others;
    return { done, discarded: later };
  }

  #continue(
    first: readonly Batch[],
    others: readonly Batch[],
    done: readonly StreamRecord[],
  ): Settlement {
    this.#batches = [...first, ...others];
    return { done, discarded: undefined };
  }

  #delayed(batch: Batch, now: number): Batch {
    const { firstBackoffMs, longestBackoffMs } = this.#rules;
    // Splitting is not slowed down: only retries of the same records wait longer and longer.
    const backoff = Math.min(longestBackoffMs, firstBackoffMs * 2 ** Math.min(batch.retries, 30));
    return { ...batch, failures: batch.failures + 1, notBefore: now + backoff };
  }
}

const halves = (batch: Batch): readonly Batch[] => {
  const middle = Math.ceil(batch.records.length / 2);
  return [
    { ...batch, records: batch.records.slice(0, middle) },
    { ...batch, records: batch.records.slice(middle), notBefore: 0 },
  ];
};
