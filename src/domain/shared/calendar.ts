/**
 * Calendar days of the proleptic Gregorian calendar, as ISO 8601 text.
 * @module
 */

/** Whether year, month (1 to 12) and day exist in the calendar; years 1 to 9999. */
export const isCalendarDay = (year: number, month: number, day: number): boolean =>
  year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);

const daysIn = (year: number, month: number): number => {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

const isLeapYear = (year: number): boolean =>
  (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

/** Year first: `2018-01-02`, `2018/1/2`, `20180102`; a time of day may follow only when it is midnight. */
const DAY =
  /^(?:(\d{4})([-/])(\d{1,2})\2(\d{1,2})|(\d{4})(\d{2})(\d{2}))(?:[T ]00:00(?::00(?:\.0{1,9})?)?Z?)?$/;

/**
 * Reads a day as `YYYY-MM-DD`; `undefined` for anything else. Only forms with the year first are read: of `03/04/1990`
 * nobody can tell the month. Zero dates (`0000-00-00`, `0001-01-01`) are how databases write that there is none.
 */
export const parseDay = (text: string): string | undefined => {
  if (text.length > 40) return undefined;
  const match = DAY.exec(text.trim());
  if (match === null) return undefined;
  const [year = '', month = '', day = ''] =
    match[1] === undefined ? match.slice(5) : [match[1], match[3], match[4]];
  if (!isCalendarDay(Number(year), Number(month), Number(day))) return undefined;
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return iso === '0001-01-01' ? undefined : iso;
};

/** Whether a text is a database's way of writing that there is no date: year 0, or the first day of year 1. */
export const isZeroDay = (text: string): boolean => /^(?:0000-|0001-01-01)/.test(text.trim());
