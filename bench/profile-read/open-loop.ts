/**
 * Open loop: requests at a fixed rate, whether or not earlier ones have been answered.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** Answer times in milliseconds. */
export interface AnswerTimes {
  readonly requests: number;
  /** Requests that were refused; their times are not among the others. */
  readonly refused: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Milliseconds from sending to the whole answer. */
export type AnswerTime = number | 'refused';

/** A request that was answered with anything but what was asked for. */
export class RefusalError extends Error {
  override readonly name = 'RefusalError';
}

/** Sends `perSecond` requests a second for so many seconds; the time of each, from sending to the whole answer. */
export const sendAtRate = async (
  perSecond: number,
  seconds: number,
  send: (index: number) => Promise<void>,
): Promise<readonly AnswerTime[]> => {
  const begun = performance.now();
  const times: Promise<AnswerTime>[] = [];
  for (let index = 0; index < perSecond * seconds; index++) {
    const wait = begun + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    times.push(timeOf(() => send(index)));
  }
  return Promise.all(times);
};

/** Percentiles of answer times. */
export const percentilesOf = (times: readonly AnswerTime[]): AnswerTimes => {
  const sorted = times.filter((time) => time !== 'refused').sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return {
    requests: times.length,
    refused: times.length - sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  };
};

const timeOf = async (work: () => Promise<void>): Promise<AnswerTime> => {
  const begun = performance.now();
  try {
    await work();
    return performance.now() - begun;
  } catch (error) {
    if (error instanceof RefusalError) return 'refused';
    throw error;
  }
};
