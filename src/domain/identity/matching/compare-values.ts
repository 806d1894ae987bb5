/**
 * Comparisons of dates, contacts and addresses. Each gives one of a closed list of levels, from nothing in common to
 * equal; all are symmetric.
 * @module
 */
import type { Address } from './address.ts';
import type { PersonName } from './person-name.ts';
import { similarity, slips } from './text-distance.ts';

/** `partial`: one is known to the year or month only, and that agrees. */
export const DATE_LEVELS = [
  'different',
  'same-year',
  'two-slips',
  'other-year',
  'partial',
  'slip',
  'same',
] as const;

/** A level of {@link DATE_LEVELS}. */
export type DateLevel = (typeof DATE_LEVELS)[number];

/** Compares two birth dates. `slip` is one slip of the hand, or day and month exchanged. */
export const compareDates = (a: string, b: string): DateLevel => {
  if (Math.min(a.length, b.length) < 8) return comparePartial(a, b);
  if (a === b) return 'same';
  const distance = slips(a, b);
  if (distance === 1 || isSwapped(a, b)) return 'slip';
  const sameDay = a.slice(4) === b.slice(4);
  if (distance === 2) return sameDay ? 'other-year' : 'two-slips';
  return a.slice(0, 4) === b.slice(0, 4) ? 'same-year' : 'different';
};

const comparePartial = (a: string, b: string): DateLevel => {
  if (a.startsWith(b) || b.startsWith(a)) return 'partial';
  return slips(a.slice(0, 4), b.slice(0, 4)) <= 1 ? 'same-year' : 'different';
};

const isSwapped = (a: string, b: string): boolean =>
  a.slice(0, 4) === b.slice(0, 4) && a.slice(4, 6) === b.slice(6) && a.slice(6) === b.slice(4, 6);

/** `made-up` levels are for addresses that are made of the person's name and tell nothing but the provider. */
export const EMAIL_LEVELS = [
  'different',
  'same-domain',
  'made-up-different',
  'made-up-same-domain',
  'similar',
  'same-local',
  'slip',
  'same',
] as const;

/** A level of {@link EMAIL_LEVELS}. */
export type EmailLevel = (typeof EMAIL_LEVELS)[number];

/** An e-mail address and the name it may be made of. */
export interface NamedEmail {
  readonly email: string;
  readonly name?: PersonName;
}

/** Compares two e-mail addresses. */
export const compareEmails = (a: NamedEmail, b: NamedEmail): EmailLevel => {
  const [localA, domainA] = parted(a.email);
  const [localB, domainB] = parted(b.email);
  if (isMadeUp(localA, a.name) && isMadeUp(localB, b.name)) {
    return slips(domainA, domainB) <= 2 ? 'made-up-same-domain' : 'made-up-different';
  }
  if (a.email === b.email) return 'same';
  const distance = slips(a.email, b.email);
  if (distance <= 2) return 'slip';
  if (localA === localB && localA.length > 4) return 'same-local';
  if (isSimilar(a.email, b.email, distance)) return 'similar';
  return domainA === domainB ? 'same-domain' : 'different';
};

const isSimilar = (a: string, b: string, distance: number): boolean =>
  distance <= 4 || similarity(a, b) >= 0.93;

const parted = (email: string): readonly [string, string] => {
  const at = email.lastIndexOf('@');
  return at < 0 ? [email, ''] : [email.slice(0, at), email.slice(at + 1)];
};

const isMadeUp = (local: string, name: PersonName | undefined): boolean =>
  name !== undefined &&
  name.given !== '' &&
  name.family !== '' &&
  !/\d/.test(local) &&
  (isSpelled(local, name) ||
    (local.includes(name.given.slice(0, 3)) && local.includes(name.family.slice(0, 4))));

const SPELLED = 0.92;

/** Whether the letters are the name, or the name with a slip. */
const isSpelled = (local: string, { given, family }: PersonName): boolean => {
  const letters = local.replace(/\P{L}/gu, '');
  return [given + family, family + given].some(
    (name) => similarity(letters, name.replaceAll(' ', '')) >= SPELLED,
  );
};

/** `same-end`: equal but for a country code that one of them lacks. */
export const PHONE_LEVELS = ['different', 'two-slips', 'slip', 'same-end', 'same'] as const;

/** A level of {@link PHONE_LEVELS}. */
export type PhoneLevel = (typeof PHONE_LEVELS)[number];

/** Country code of an E.164 number: no code is the start of another. */
const COUNTRY_CODE = /^\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

/** Whether a phone number is digits of which nobody said the country. */
export const lacksCountry = (phone: string): boolean => !phone.startsWith('+');

const areOfTwoCountries = (a: string, b: string): boolean =>
  !lacksCountry(a) && !lacksCountry(b) && COUNTRY_CODE.exec(a)?.[0] !== COUNTRY_CODE.exec(b)?.[0];

/**
 * Compares two phone numbers, E.164 or digits of an unknown country. Numbers of two countries are different, however alike:
 * nobody mistypes Hong Kong for Macau, and of eight digits nearly all are numbers of both.
 */
export const comparePhones = (a: string, b: string): PhoneLevel => {
  if (a === b) return 'same';
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  if (lacksCountry(shorter) && longer.length > shorter.length && longer.endsWith(shorter)) {
    return 'same-end';
  }
  if (areOfTwoCountries(a, b)) return 'different';
  const distance = slips(a, b);
  return distance === 1 ? 'slip' : distance === 2 ? 'two-slips' : 'different';
};

/** Levels of numbers that people type: a document, a membership. */
export const NUMBER_LEVELS = ['different', 'two-slips', 'slip', 'same'] as const;

/** A level of {@link NUMBER_LEVELS}. */
export type NumberLevel = (typeof NUMBER_LEVELS)[number];

/** Compares two numbers. */
export const compareNumbers = (a: string, b: string): NumberLevel => {
  if (a === b) return 'same';
  const distance = Math.max(a.length, b.length) < 5 ? 3 : slips(a, b);
  return distance === 1 ? 'slip' : distance === 2 ? 'two-slips' : 'different';
};

/** Levels of words. */
export const TEXT_LEVELS = ['different', 'similar', 'same'] as const;

/** A level of {@link TEXT_LEVELS}. */
export type TextLevel = (typeof TEXT_LEVELS)[number];

/** Compares two words or phrases. */
export const compareTexts = (a: string, b: string): TextLevel =>
  a === b ? 'same' : similarity(a, b) >= 0.85 ? 'similar' : 'different';

/** Levels of street and house number. */
export const STREET_LEVELS = [
  'different',
  'same-number',
  'same-street',
  'similar-street',
  'same-street-near-number',
  'similar',
  'same',
] as const;

/** A level of {@link STREET_LEVELS}. */
export type StreetLevel = (typeof STREET_LEVELS)[number];

/** Compares street and house number; `undefined` when they have neither in common to compare. */
export const compareStreets = (a: Address, b: Address): StreetLevel | undefined => {
  const streets = both(a.street, b.street, compareTexts);
  const numbers = both(a.number, b.number, compareHouseNumbers);
  if (streets === undefined && numbers === undefined) return undefined;
  if (streets === undefined || streets === 'different') {
    return numbers === 'same' ? 'same-number' : 'different';
  }
  return STREETS[streets][numbers ?? 'different'];
};

type HouseNumbers = 'same' | 'near' | 'different';

const STREETS: Readonly<Record<'same' | 'similar', Readonly<Record<HouseNumbers, StreetLevel>>>> = {
  same: { same: 'same', near: 'same-street-near-number', different: 'same-street' },
  similar: { same: 'similar', near: 'similar-street', different: 'similar-street' },
};

const compareHouseNumbers = (a: string, b: string): HouseNumbers =>
  a === b ? 'same' : slips(a, b) <= 1 ? 'near' : 'different';

const both = <Value, Level>(
  a: Value | undefined,
  b: Value | undefined,
  compare: (a: Value, b: Value) => Level,
): Level | undefined => (a === undefined || b === undefined ? undefined : compare(a, b));

/** Levels of town, postcode and state together: one follows from the other, so they count once. */
export const PLACE_LEVELS = [
  'different',
  'same-state',
  'near-postcode',
  'similar-city',
  'same-city',
  'same-postcode',
  'same-city-near-postcode',
  'same',
] as const;

/** A level of {@link PLACE_LEVELS}. */
export type PlaceLevel = (typeof PLACE_LEVELS)[number];

/**
 * Compares where two addresses are; `undefined` when there is neither a town nor a postcode to compare and no other state: of a
 * state that is the same, and no more known, nobody can say whether the towns were.
 */
export const comparePlaces = (a: Address, b: Address): PlaceLevel | undefined => {
  const cities = both(a.city, b.city, compareTexts);
  const postcodes = both(a.postcode, b.postcode, comparePostcodes);
  const states = both(a.state, b.state, (x, y) => (x === y ? 'same-state' : 'different'));
  if (cities === undefined && postcodes === undefined)
    return states === 'different' ? states : undefined;
  const level = PLACES[cities ?? 'different'][postcodes ?? 'different'];
  return level === 'different' && states !== undefined ? states : level;
};

type Postcodes = 'same' | 'near' | 'different';

const PLACES: Readonly<Record<TextLevel, Readonly<Record<Postcodes, PlaceLevel>>>> = {
  same: { same: 'same', near: 'same-city-near-postcode', different: 'same-city' },
  similar: { same: 'same', near: 'similar-city', different: 'similar-city' },
  different: { same: 'same-postcode', near: 'near-postcode', different: 'different' },
};

const comparePostcodes = (a: string, b: string): Postcodes => {
  if (a === b) return 'same';
  const area = Math.max(2, Math.max(a.length, b.length) - 3);
  return slips(a, b) === 1 || a.slice(0, area) === b.slice(0, area) ? 'near' : 'different';
};
