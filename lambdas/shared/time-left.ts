/**
 * Time left: a function stops in time to say how far it came; one that times out says nothing and is repeated whole.
 * @module
 */

/** Time kept for reporting, in milliseconds. */
export const RESERVE_MS = 2_000;

/** Tells whether there is time to begin another piece of work. */
export const hasTimeLeft =
  (context: { getRemainingTimeInMillis(): number }, reserveMs = RESERVE_MS) =>
  (): boolean =>
    context.getRemainingTimeInMillis() > reserveMs;
