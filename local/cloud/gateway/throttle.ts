/**
 * Stage throttling: a token bucket, as API Gateway describes its own.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';

/** Says whether one more request may pass now. */
export type Throttle = () => boolean;

/** A bucket that holds `burst` tokens and gains `ratePerSecond`; without limits everything passes. */
export const throttleOf = (
  limits: { readonly ratePerSecond: number; readonly burst: number } | undefined,
  clock: Clock,
): Throttle => {
  if (!limits) return () => true;
  let tokens = limits.burst;
  let at = clock();
  return () => {
    const now = clock();
    tokens = Math.min(limits.burst, tokens + ((now - at) / 1000) * limits.ratePerSecond);
    at = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
