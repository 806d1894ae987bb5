/**
 * Allowances: how many requests a caller may still make, told in the headers of draft-ietf-httpapi-ratelimit-headers.
 *
 * The count is kept per execution environment, without a write per request; the stage's throttle bounds all callers
 * together. So the figure that a caller reads is that of the environment that answered.
 * @module
 */
import type { Clock } from '#domain/shared/clock.ts';

/** Whether one more request passes, and the header fields that say how many more. */
export interface Allowance {
  readonly passes: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

/** Callers remembered; beyond that the count of all begins anew. */
const MAX_CALLERS = 1_000;
const WINDOW_MS = 1_000;

/** Counts requests per caller in windows of one second. */
export const makeAllowances = (
  perSecond: number,
  clock: Clock,
): ((caller: string) => Allowance) => {
  let window = Number.NEGATIVE_INFINITY;
  const used = new Map<string, number>();
  return (caller) => {
    const now = Math.floor(clock() / WINDOW_MS);
    if (now !== window || used.size > MAX_CALLERS) used.clear();
    window = now;
    const count = (used.get(caller) ?? 0) + 1;
    used.set(caller, count);
    return {
      passes: count <= perSecond,
      headers: {
        'ratelimit-policy': `"default";q=${perSecond};w=1`,
        ratelimit: `"default";r=${Math.max(0, perSecond - count)};t=1`,
      },
    };
  };
};
