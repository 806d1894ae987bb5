/**
 * Birth dates in the form in which they are compared: `19710624`, or the part that is known: `197106`, `1971`.
 *
 * `03/04/1990` is a day in March or in April; the mapping says which, and comparison forgives the swap.
 * @module
 */
import { isCalendarDay } from '#domain/shared/calendar.ts';

/** Which of day and month comes first in a date that begins with neither the year nor a number above 12. */
export type DateOrder = 'day-first' | 'month-first';

/** Dates that systems write when they have none; a model may know more of them. */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  '19000101',
  '19700101',
  '00010101',
  '18991230',
  '99991231',
  '19010101',
  '11111111',
]);

const YEAR_FIRST = /^(\d{4})[-/.年]?(?:(\d{1,2})(?:[-/.月]?(\d{1,2})日?)?月?)?年?(?:[T ].*)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const YEAR_LAST = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ].*)?$/;
const MONTH_NAME = /^(?:(\d{1,2})[ -.]+)?([a-z]{3})[a-z]*[ -.]+(?:(\d{1,2})[ ,]+)?(\d{4})$/i;
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** Reads a birth date; `undefined` for a placeholder, or a text that is no date. */
export const readBirthDate = (raw: string, order: DateOrder): string | undefined => {
  const text = raw.slice(0, 40).normalize('NFKC').trim();
  const day = compact(text) ?? yearLast(text, order) ?? monthName(text) ?? yearFirst(text);
  return day === undefined || PLACEHOLDERS.has(day) ? undefined : day;
};

const compact = (text: string): string | undefined => {
  const [, year = '', month = '', day = ''] = COMPACT.exec(text) ?? [];
  return written(year, month, day);
};

const yearLast = (text: string, order: DateOrder): string | undefined => {
  const [, first = '', second = '', shortYear = ''] = YEAR_LAST.exec(text) ?? [];
  const year = shortYear.length === 2 ? century(shortYear) : shortYear;
  const [day, month] = order === 'day-first' ? [first, second] : [second, first];
  return written(year, month, day) ?? written(year, day, month);
};

/** A year of two digits: somebody who is born before 2026. */
const century = (year: string): string =>
  Number(year) > NEWEST_SHORT_YEAR ? `19${year}` : `20${year}`;

const NEWEST_SHORT_YEAR = 25;

/** `Mar 1 1970`, `1 March 1970`. */
const monthName = (text: string): string | undefined => {
  const [, before = '', name = '', after = '', year = ''] = MONTH_NAME.exec(text) ?? [];
  const at = MONTHS.indexOf(name.toLowerCase());
  if (name === '' || at % 3 !== 0) return undefined;
  return written(year, String(at / 3 + 1), before || after);
};

const yearFirst = (text: string): string | undefined => {
  const [, year = '', month = '', day = ''] = YEAR_FIRST.exec(text) ?? [];
  if (year === '' || Number(year) < 1) return undefined;
  if (month === '') return year;
  if (day === '') return Number(month) <= 12 && Number(month) > 0 ? year + pad(month) : undefined;
  return written(year, month, day) ?? written(year, day, month);
};

const pad = (text: string): string => text.padStart(2, '0');

const written = (year: string, month: string, day: string): string | undefined =>
  isCalendarDay(Number(year), Number(month), Number(day))
    ? year + pad(month) + pad(day)
    : undefined;
