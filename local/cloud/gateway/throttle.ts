/**
 * Throttling of a stage and of routes: token buckets, as API Gateway describes its own.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';
import type { ApiPlan, ThrottlePlan } from '../plan/model.ts';

/** Says whether one more request may pass now. */
export type Throttle = () => boolean;

/** A bucket that holds `burst` tokens and gains `ratePerSecond`; without limits everything passes. */
export const throttleOf = (limits: ThrottlePlan | undefined, clock: Clock): Throttle => {
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

/** The throttle of a route: its own, or the one that all others share. */
export const throttlesOf = (
  { throttle, routeThrottles }: Pick<ApiPlan, 'throttle' | 'routeThrottles'>,
  clock: Clock,
): ((routeKey: string) => Throttle) => {
  const shared = throttleOf(throttle, clock);
  const own = new Map(
    Object.entries(routeThrottles).map(([key, limits]) => [key, throttleOf(limits, clock)]),
  );
  return (routeKey) => own.get(routeKey) ?? shared;
};
