/**
 * Match features: what a party row says about a person beyond its identifiers, in the form in which two rows are
 * compared. Plain JSON, so that it can stay in the row's item.
 *
 * Features never link by themselves; they are compared for pairs that share a blocking key or an identifier.
 * @module
 */
import type { Region } from '#domain/definitions/types.ts';
import { normaliseEmail } from '#domain/identity/normalise-email.ts';
import { normalisePhone } from '#domain/identity/normalise-phone.ts';
import { normaliseCode, normaliseGender } from '#domain/identity/normalise-text.ts';
import { type Address, type RawAddress, readAddress } from './address.ts';
import { type DateOrder, readBirthDate } from './birth-date.ts';
import { latinLetters, type PersonName, type RawName, readName } from './person-name.ts';

/** Features of one row; what the row does not say is absent. */
export interface MatchFeatures {
  readonly name?: PersonName;
  /** `19710624`, or a part of it. */
  readonly birthDate?: string;
  readonly gender?: 'M' | 'F';
  readonly email?: string;
  /** E.164, or digits alone when the country is not known: those are compared, and are no identifier by themselves. */
  readonly phone?: string;
  readonly address?: Address;
  /** Numbers of documents and memberships by their name, which one person has once. */
  readonly ids?: Readonly<Record<string, string>>;
  /** Other words about the person by their name: company, occupation. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** What the columns of a row say, as text. */
export interface RawFeatures {
  readonly name?: RawName;
  readonly birthDate?: string;
  readonly gender?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly address?: RawAddress;
  readonly ids?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
}

/** How the texts of a file are to be read. */
export interface ReadingRules {
  /** Region of phone numbers without country code. */
  readonly region?: Region;
  readonly dateOrder: DateOrder;
}

/** Reads the features of a row. Applying it to the same row gives the same features. */
export const readFeatures = (raw: RawFeatures, rules: ReadingRules): MatchFeatures => {
  const name = readName(raw.name ?? {});
  const gender = genderOf(raw.gender) ?? name?.addressed;
  return withoutAbsent({
    name,
    birthDate:
      raw.birthDate === undefined ? undefined : readBirthDate(raw.birthDate, rules.dateOrder),
    gender,
    email: raw.email === undefined ? undefined : readEmail(raw.email),
    phone: raw.phone === undefined ? undefined : readPhone(raw.phone, rules.region),
    address: readAddress(raw.address ?? {}),
    ids: readAll(raw.ids, readId),
    texts: readAll(raw.texts, readText),
  });
};

type Absent<Type> = { readonly [Key in keyof Type]: Type[Key] | undefined };

const withoutAbsent = (features: Absent<Required<MatchFeatures>>): MatchFeatures =>
  Object.fromEntries(Object.entries(features).filter(([, value]) => value !== undefined));

const CHINESE_GENDERS: Readonly<Record<string, 'M' | 'F'>> = { 男: 'M', 女: 'F' };

const genderOf = (raw: string | undefined): 'M' | 'F' | undefined =>
  raw === undefined
    ? undefined
    : (CHINESE_GENDERS[raw.trim()] ?? (normaliseGender(raw) as 'M' | 'F' | undefined));

/** Endings that a slip of the hand makes of `.com`; nobody has an address under them. */
const MISTYPED_COM = /\.(?:con|cmo|ocm|comm|vom|xom)$/;

const readEmail = (raw: string): string | undefined =>
  normaliseEmail(raw)?.replace(MISTYPED_COM, '.com') ?? looseEmail(raw);

/** An address that is not quite one (`jo@gmailcom`) still tells something. */
const looseEmail = (raw: string): string | undefined => {
  const text = raw.slice(0, 254).normalize('NFKC').trim().toLowerCase();
  return text.length >= 6 && text.includes('@') ? text : undefined;
};

const MIN_PHONE_DIGITS = 7;

const readPhone = (raw: string, region: Region | undefined): string | undefined => {
  const number = normalisePhone(raw, region);
  if (number !== undefined) return number;
  const digits = raw.slice(0, 40).normalize('NFKC').replace(/\D/g, '').replace(/^0+/, '');
  return digits.length < MIN_PHONE_DIGITS || isFiller(digits) ? undefined : digits;
};

const isFiller = (digits: string): boolean => new Set(digits).size === 1;

const readAll = (
  raw: Readonly<Record<string, string>> | undefined,
  read: (text: string) => string | undefined,
): Readonly<Record<string, string>> | undefined => {
  const entries = Object.entries(raw ?? {}).flatMap(([name, text]) => {
    const value = read(text);
    return value === undefined ? [] : [[name, value] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const readId = (raw: string): string | undefined => normaliseCode(raw);

const readText = (raw: string): string | undefined => {
  const text = latinLetters(raw.slice(0, 200))
    .replace(/[^\p{L}\p{N} ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? undefined : text;
};
