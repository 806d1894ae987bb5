/**
 * Calendar day of an instant where somebody is.
 * @module
 */

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-22`: the day of an instant (epoch milliseconds) in an IANA time zone. */
export const calendarDay = (epochMs: number, zone: string): string => {
  // Making a format takes a hundred times as long as using it.
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  formats.set(zone, format);
  return format.format(epochMs);
};
