/**
 * Open loop: requests at a fixed rate, whether or not earlier ones have been answered.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Answer times in milliseconds. */
export interface AnswerTimes {
  readonly requests: number;
  /** Requests that were refused; they count as never answered, above every percentile that they reach. */
  readonly refused: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A request that was answered with anything but what was asked for. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
}

/** Sends `perSecond` requests a second for so many seconds; the time of each, from sending to the whole answer. */
export const sendAtRate = async (
  perSecond: number,
  seconds: number,
  send: (index: number) => Promise<void>,
): Promise<readonly number[]> => {
  const begun = performance.now();
  const times: Promise<number>[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    const wait = begun + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    times.push(timeOf(() => send(index)));
  }
  return Promise.all(times);
};

/** Percentiles of answer times. */
export const percentilesOf = (times: readonly number[]): AnswerTimes => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  const refused = sorted.filter((time) => !Number.isFinite(time)).length;
  return { requests: sorted.length, refused, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
};

const timeOf = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now();
  try {
    await work();
    return performance.now() - begun;
  } catch (error) {
    if (error instanceof RefusalError) return Number.POSITIVE_INFINITY;
    throw error;
  }
};
