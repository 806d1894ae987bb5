/**
 * Blocking keys: what two rows must have in common to be compared at all.
 *
 * A key joins parts of a row (a name by sound and a birth date). Rows that share none are never looked at, so the keys
 * decide what can be found; a key that too many rows share (see the cap of its namespace) tells nothing and is passed
 * over. The caller turns keys into pseudonyms, for they hold personal values.
 * @module
 */
import { assertNever } from '#domain/shared/assert.ts';
import type { BlockingRule, KeyPart } from './key-parts.ts';
import type { MatchFeatures } from './match-features.ts';
import { type PersonName, spelledFamilyFirst, spelledGivenFirst } from './person-name.ts';
import { phoneticCode } from './phonetic-code.ts';

/** Most values of one part that make keys of their own. */
const MAX_VALUES = 3;

/** Keys of a row, without duplicates, in the order of the rules: `name+birth-date:rprt|19710624`. */
export const blockingKeys = (
  features: MatchFeatures,
  rules: readonly BlockingRule[],
): readonly string[] => [
  ...new Set(
    rules.flatMap((rule) => {
      const values = rule.map((part) => partValues(part, features).slice(0, MAX_VALUES));
      return combinations(values).map((value) => `${rule.join('+')}:${value}`);
    }),
  ),
];

const combinations = (values: readonly (readonly string[])[]): readonly string[] =>
  values.reduce<readonly string[]>(
    (heads, tails) =>
      heads.flatMap((head) => tails.map((tail) => (head === '' ? tail : `${head}|${tail}`))),
    [''],
  );

const partValues = (part: KeyPart, features: MatchFeatures): readonly string[] => {
  switch (part) {
    case 'names':
    case 'name':
    case 'spelled':
      return features.name === undefined ? [] : nameValues(part, features.name);
    case 'birth-date':
    case 'birth-year':
    case 'birth-year-month':
    case 'birth-year-day':
    case 'birth-month-day':
      return some(birthValue(part, features.birthDate ?? ''));
    case 'email':
    case 'email-local':
    case 'email-domain':
    case 'email-head':
      return some(emailValue(part, features.email ?? ''));
    case 'phone':
    case 'phone-head':
    case 'phone-end':
    case 'phone-tail':
      return some(phoneValue(part, (features.phone ?? '').replace('+', '')));
    case 'street':
    case 'house-number':
    case 'postcode':
    case 'city':
      return some(addressValue(part, features));
    case 'id-head':
    case 'id-tail':
      return Object.entries(features.ids ?? {}).flatMap(([name, id]) => idHalf(part, name, id));
    case 'text':
      return Object.entries(features.texts ?? {}).map(([name, text]) => `${name}=${text}`);
    default:
      return assertNever(part);
  }
};

const some = (value: string): readonly string[] => (value === '' ? [] : [value]);

const nameValues = (part: 'names' | 'name' | 'spelled', name: PersonName): readonly string[] => {
  if (name.addressed !== undefined) return [];
  const codes = [name.given, name.family].map(phoneticCode).filter((code) => code !== '');
  if (part === 'name') return [...new Set(codes)];
  if (name.given === '' || name.family === '') return [];
  if (part === 'names') return [codes.sort().join('&')];
  const familyFirst = spelledFamilyFirst(name);
  return name.han === undefined ? [familyFirst, spelledGivenFirst(name)] : [familyFirst];
};

type BirthPart = Extract<KeyPart, `birth-${string}`>;

const birthValue = (part: BirthPart, date: string): string => {
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
  if (part === 'birth-year') return year;
  if (part === 'birth-year-month') return month === '' ? '' : year + month;
  if (day === '') return '';
  if (part === 'birth-date') return date;
  return part === 'birth-year-day' ? year + day : month + day;
};

const MIN_LOCAL = 5;
const HEAD = 3;

const emailValue = (part: Extract<KeyPart, `email${string}`>, email: string): string => {
  const at = email.lastIndexOf('@');
  if (part === 'email' || at < 0) return part === 'email' ? email : '';
  const local = email.slice(0, at);
  if (part === 'email-head')
    return email.slice(0, Math.min(at, HEAD)) + email.slice(at, at + 1 + HEAD);
  if (part === 'email-local') return local.length < MIN_LOCAL ? '' : local;
  return email.slice(at + 1);
};

const phoneValue = (part: Extract<KeyPart, `phone${string}`>, digits: string): string => {
  if (digits.length < 7) return '';
  if (part === 'phone') return digits.slice(-8);
  if (part === 'phone-head') return digits.slice(-10, -2);
  return part === 'phone-end' ? digits.slice(-6) : digits.slice(-4);
};

const STREET_LETTERS = 7;

const addressValue = (
  part: 'street' | 'house-number' | 'postcode' | 'city',
  { address = {} }: MatchFeatures,
): string => {
  const { street = '', number = '', postcode = '', city = '' } = address;
  if (part === 'house-number') return number;
  if (part === 'postcode') return postcode;
  if (part === 'city') return phoneticCode(city) || city;
  const letters = street.replace(/[^\p{L}]/gu, '');
  return /\p{Script=Han}/u.test(letters) ? letters : letters.slice(0, STREET_LETTERS);
};

const MIN_ID = 5;

const idHalf = (part: 'id-head' | 'id-tail', name: string, id: string): readonly string[] => {
  if (id.length < MIN_ID) return [];
  const half = Math.ceil(id.length / 2);
  return [`${name}=${part === 'id-head' ? id.slice(0, half) : id.slice(-half)}`];
};
