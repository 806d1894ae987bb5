/**
 * Instants: times as sources write them, to epoch milliseconds.
 *
 * A time without an offset is a wall-clock reading, and only its zone says which instant it was. The runtime's own zone
 * data (Intl) knows every zone's history, but answers only the way from instant to reading; the way back is found by
 * trying the offsets in force around the reading. A reading that occurred twice is its first occurrence, one that was
 * skipped moves forward by the skipped hour, as RFC 5545 section 3.3.5 has it.
 * @module
 */
import { isCalendarDay } from '#domain/shared/calendar.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Reads a time as epoch milliseconds, what is finer cut off; `undefined` when it is none.
 * Forms: `2024-07-29T00:58:17.974340Z`, `2024-07-29 08:58:17+08`, `2024-07-29T08:58`; years from 100.
 * @param zone IANA zone of a time without offset; must be known to the runtime (definitions check it)
 * @param wallClock read the time in `zone` in spite of a `Z`, which DMS also prints after times that have no zone
 */
export const parseInstant = (text: string, zone: string, wallClock = false): number | undefined => {
  const minutes = readMinutes(text);
  if (minutes === undefined) return undefined;
  const seconds = readSeconds(text, 16);
  if (seconds === undefined) return undefined;
  const wall = minutes + seconds.ms;
  const offset = readOffset(text.slice(seconds.end), wallClock);
  if (offset === undefined) return undefined;
  return offset === 'zone' ? fromWallTime(wall, zone) : wall - offset;
};

/** Number in `count` characters from `from` on; NaN when they are not all digits. */
const digits = (text: string, from: number, count: number): number => {
  let number = 0;
  for (let index = from; index < from + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
};

/** `2024-07-29T00:58` as if it were UTC, in milliseconds. Read by character: every change record holds a time. */
const readMinutes = (text: string): number | undefined => {
  const separated = text[4] === '-' && text[7] === '-' && text[13] === ':';
  if (!separated || (text[10] !== 'T' && text[10] !== ' ')) return undefined;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  // Date.UTC takes years below 100 for those of the last century; no business time is that old.
  if (!(year >= 100 && isCalendarDay(year, month, day) && hour < 24 && minute < 60))
    return undefined;
  return Date.UTC(year, month - 1, day, hour, minute);
};

/** `:17.974340` from `at` on, or nothing; tells where it ends. */
const readSeconds = (
  text: string,
  at: number,
): { readonly ms: number; readonly end: number } | undefined => {
  if (text[at] !== ':') return { ms: 0, end: at };
  const second = digits(text, at + 1, 2);
  if (!(second < 60)) return undefined;
  const end = at + 3;
  if (text[end] !== '.' && text[end] !== ',') return { ms: second * 1000, end };
  const fraction = fractionEnd(text, end + 1);
  const ms =
    fraction === undefined
      ? Number.NaN
      : Number(
          text
            .slice(end + 1, end + 4)
            .slice(0, fraction - end - 1)
            .padEnd(3, '0'),
        );
  return fraction === undefined ? undefined : { ms: second * 1000 + ms, end: fraction };
};

/** End of one to nine digits. */
const fractionEnd = (text: string, from: number): number | undefined => {
  let end = from;
  while (end < from + 9 && !Number.isNaN(digits(text, end, 1))) end++;
  return end === from ? undefined : end;
};

/** Offset from UTC in milliseconds; `zone` when the zone decides. */
const readOffset = (suffix: string, wallClock: boolean): number | 'zone' | undefined => {
  if (suffix === 'Z' || suffix === 'z') return wallClock ? 'zone' : 0;
  if (suffix === '') return 'zone';
  const match = /^ ?([+-])(\d{2})(?::?(\d{2}))?$/.exec(suffix);
  if (match === null) return undefined;
  const [, sign, hours = '', minutes = '0'] = match;
  const size = Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS;
  return sign === '-' ? -size : size;
};

/** Finds the instant at which clocks of a zone showed a reading. */
const fromWallTime = (wall: number, zone: string): number => {
  if (zone === 'UTC') return wall;
  const before = zoneOffset(wall - DAY_MS, zone);
  const after = zoneOffset(wall + DAY_MS, zone);
  if (before === after) return wall - before;
  // Near a change of offset: the first instant that shows the reading; in a gap none does, and the old offset holds.
  const shown = [wall - before, wall - after]
    .sort((a, b) => a - b)
    .find((instant) => instant + zoneOffset(instant, zone) === wall);
  return shown ?? wall - before;
};

const OFFSET_STEP_MS = 15 * MINUTE_MS;
const MAX_CACHED_OFFSETS = 20_000;
const offsets = new Map<string, Map<number, number>>();

/** Offset of a zone at an instant, in milliseconds. Remembered per quarter of an hour: Intl takes microseconds. */
export const zoneOffset = (instant: number, zone: string): number => {
  const step = Math.floor(instant / OFFSET_STEP_MS);
  const known = offsets.get(zone)?.get(step);
  if (known !== undefined) return known;
  const offset = intlOffset(step * OFFSET_STEP_MS, zone);
  const ofZone = offsets.get(zone) ?? new Map<number, number>();
  if (ofZone.size >= MAX_CACHED_OFFSETS) ofZone.clear();
  offsets.set(zone, ofZone.set(step, offset));
  return offset;
};

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    calendar: 'gregory',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
};

const intlOffset = (instant: number, zone: string): number => {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
};
