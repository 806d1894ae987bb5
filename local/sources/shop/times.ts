/**
 * Times as the source systems write them.
 * @module
 */

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;

const UTC_PLUS_8_MS = 8 * 3_600_000;

/** `2026-03-01T02:00:00.000Z`, for columns that know their zone. */
export const utc = (at: number): string => new Date(at).toISOString();

/** `2026-03-01T10:00:00.000`, the wall clock of all four markets, for columns without a zone. */
export const wallClock = (at: number): string =>
  new Date(at + UTC_PLUS_8_MS).toISOString().slice(0, -1);

/** `2026-03-01`. */
export const day = (at: number): string => utc(at).slice(0, 10);
