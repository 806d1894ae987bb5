/**
 * Masking: as much of a value as lets somebody recognise their own, and nobody find out another's.
 *
 * By allow-list of positions: what a mask keeps is named, all else becomes asterisks of a fixed number, so that not even
 * the length is told.
 * @module
 */
import type { Normaliser } from '#domain/definitions/types.ts';
import { assertNever } from './assert.ts';

/** Kind of a value, which decides what a mask keeps. */
export type MaskKind = 'phone' | 'email' | 'name' | 'date' | 'code';

const STARS = '****';
/** Of what is shorter, the last four digits would be nearly all. */
const SHORTEST_PHONE = 9;

/** Kind of the values that a normaliser gives. */
export const maskKindOf = (normaliser: Normaliser): MaskKind => {
  switch (normaliser) {
    case 'phone':
    case 'email':
    case 'name':
    case 'date':
      return normaliser;
    case 'name-sound':
      return 'name';
    case 'opaque':
    case 'code':
    case 'phone-tail':
    case 'gender':
    case 'id-card':
    case 'device':
      return 'code';
    default:
      return assertNever(normaliser);
  }
};

/** Masks a value: `+8613800138000` → `138****8000`, `li.wei@example.com` → `l***@example.com`, `陳大文` → `陳**`. */
export const mask = (kind: MaskKind, value: string): string => {
  switch (kind) {
    case 'phone':
      return maskPhone(value);
    case 'email':
      return `${first(value)}***${value.slice(value.lastIndexOf('@') < 0 ? value.length : value.lastIndexOf('@'))}`;
    case 'name':
      return isHan(value)
        ? `${first(value)}**`
        : value
            .split(/\s+/u)
            .map((part) => `${first(part)}***`)
            .join(' ');
    case 'date':
      return `${value.slice(0, 4)}-**-**`;
    case 'code':
      return value.length > 8 ? `${STARS}${value.slice(-4)}` : STARS;
    default:
      return assertNever(kind);
  }
};

/** A mainland number is shown as people there read it; elsewhere eight digits leave only the last four to show. */
const maskPhone = (value: string): string => {
  if (value.length < SHORTEST_PHONE) return STARS;
  const mainland = /^\+86(1\d{2})\d{4}(\d{4})$/.exec(value);
  if (mainland) return `${mainland[1]}${STARS}${mainland[2]}`;
  const country = /^\+(852|853|65|\d)/.exec(value)?.[0] ?? '';
  return `${country}${STARS}${value.slice(-4)}`;
};

const first = (text: string): string => [...text][0] ?? '';

const isHan = (text: string): boolean => /^\p{Script=Han}/u.test(text);
