/**
 * Normalised identity cards: the citizen number of the mainland and the Hong Kong identity card, by their check digits.
 *
 * Only their keyed hash is ever stored as a key. A number whose check digit is wrong names nobody: it was mistyped.
 * Sources: GB 11643-1999 (18 digits, ISO 7064 MOD 11-2); the Hong Kong card's check digit is the usual one, modulo 11.
 * @module
 */
import { isCalendarDay } from '#domain/shared/calendar.ts';

const MAX_RAW = 40;

/** `CN:11010519491231002X` or `HK:A1234563`; `undefined` for anything else, and for a wrong check digit. */
export const normaliseIdCard = (raw: string): string | undefined => {
  if (raw.length > MAX_RAW) return undefined;
  const text = raw
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s()-]/g, '');
  return mainland(text) ?? hongKong(text);
};

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = '10X98765432';

const mainland = (text: string): string | undefined => {
  if (/^\d{15}$/.test(text)) {
    // The form before 1999: no century, no check digit.
    const number = `${text.slice(0, 6)}19${text.slice(6)}`;
    return bornOnADay(number) ? `CN:${number}${checkOf(number)}` : undefined;
  }
  if (!/^\d{17}[\dX]$/.test(text)) return undefined;
  return checkOf(text) === text.at(-1) && bornOnADay(text) ? `CN:${text}` : undefined;
};

const checkOf = (digits: string): string => {
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return CHECKS[sum % 11] ?? '';
};

const bornOnADay = (text: string): boolean =>
  isCalendarDay(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14)));

const hongKong = (text: string): string | undefined => {
  if (!/^[A-Z]{1,2}\d{6}[\dA]$/.test(text)) return undefined;
  const sum = [...text.padStart(9, ' ')].reduce(
    (total, character, index) => total + (9 - index) * digitOf(character),
    0,
  );
  return sum % 11 === 0 ? `HK:${text}` : undefined;
};

/** A letter counts from 10, the space before a single one 36, an A in the last place 10. */
const digitOf = (character: string): number =>
  character === ' ' ? 36 : Number.parseInt(character, 36);
