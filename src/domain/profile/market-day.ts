/**
 * Market days: days as clocks of a market show them, numbered from 1970-01-01, so that windows are sums over numbers.
 * @module
 */
import { zoneOffset } from '#domain/capture/instant.ts';

const DAY_MS = 86_400_000;

/** Number of the day that an instant (epoch milliseconds) lies on in a zone: 0 is 1970-01-01. */
export const marketDay = (instant: number, zone: string): number =>
  Math.floor((instant + zoneOffset(instant, zone)) / DAY_MS);

/** Number of the day of a calendar date, `2026-11-22`; nothing when it is none. */
export const dayOfDate = (date: string): number | undefined => {
  const instant = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(instant) ? undefined : instant / DAY_MS;
};
