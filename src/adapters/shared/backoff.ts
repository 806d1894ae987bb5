/**
 * Waiting between attempts: exponential with full jitter, so that those who collided do not collide again.
 * @module
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Waits before attempt 1, 2, … */
export type Backoff = (attempt: number) => Promise<void>;

/** Up to 20 ms before the first repetition, doubling up to 1 s. */
export const jitteredBackoff: Backoff = async (attempt) => {
  const ceilingMs = Math.min(1_000, 10 * 2 ** attempt);
  await sleep(randomInt(ceilingMs) + 1);
};
