/**
 * Phones: valid mobile numbers of each market, and the ways in which people write them.
 * @module
 */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Region } from '#domain/definitions/types.ts';
import type { Dice } from './dice.ts';

/** A number as one person has it. */
export interface Phone {
  readonly region: Region;
  /** National digits without a country code. */
  readonly national: string;
}

/** Dialling codes. */
export const DIAL_CODES: Readonly<Record<Region, string>> = {
  CN: '86',
  HK: '852',
  MO: '853',
  SG: '65',
};

const MAINLAND = [
  '135',
  '136',
  '137',
  '139',
  '150',
  '151',
  '158',
  '159',
  '177',
  '182',
  '186',
  '188',
  '189',
];

const FIRST_DIGITS: Readonly<Record<Exclude<Region, 'CN'>, readonly string[]>> = {
  HK: ['5', '6', '9'],
  MO: ['6'],
  SG: ['8', '9'],
};

/** Draws a number that nobody in `taken` (E.164) has, and takes it. */
export const drawPhone = (dice: Dice, region: Region, taken: Set<string>): Phone => {
  for (;;) {
    const phone = { region, national: drawDigits(dice, region) };
    if (taken.has(e164(phone)) || !isMobile(phone)) continue;
    taken.add(e164(phone));
    return phone;
  }
};

// A number may be valid and yet a premium service: only mobiles belong to people.
const isMobile = (phone: Phone): boolean =>
  parsePhoneNumberFromString(e164(phone))?.getType() === 'MOBILE';

const drawDigits = (dice: Dice, region: Region): string =>
  region === 'CN'
    ? dice.pick(MAINLAND) + dice.text(8, '0123456789')
    : dice.pick(FIRST_DIGITS[region]) + dice.text(7, '0123456789');

/** `+85291234567`. */
export const e164 = ({ region, national }: Phone): string => `+${DIAL_CODES[region]}${national}`;

/** Writes a number as people do; `regionless` without any country code. */
export const writePhone = (dice: Dice, phone: Phone, regionless: boolean): string => {
  const digits = dice.chance(0.25) ? grouped(phone.national) : phone.national;
  if (regionless) return dice.chance(0.02) ? fullWidth(digits) : digits;
  const code = DIAL_CODES[phone.region];
  return dice.pick([
    `+${code}${phone.national}`,
    `+${code} ${digits}`,
    `00${code} ${digits}`,
    `+${code}-${digits}`,
  ]);
};

const grouped = (digits: string): string =>
  digits.length === 11
    ? `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}`
    : `${digits.slice(0, 4)} ${digits.slice(4)}`;

// What a Chinese input method types when it is in the wrong mode.
const fullWidth = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
