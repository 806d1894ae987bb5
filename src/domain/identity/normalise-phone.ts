/**
 * Normalised phone numbers: E.164, or none.
 *
 * Eight digits from Macau are almost always a valid number of Hong Kong as well, so without a region a local number
 * names nobody. The region is the explicit country code, else what the row or its source says, else there is none.
 * Numbers that reach a service and not a person or household (toll-free, premium, shared cost) are no identifiers, and
 * neither are extensions of a switchboard.
 * Source of the numbering plans: libphonenumber metadata ("max": full patterns, not lengths alone).
 * @module
 */
import { Metadata, type NumberType, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Region } from '#domain/definitions/types.ts';

/** Longest text that is looked at: an E.164 number has 15 digits, the rest is punctuation. */
const MAX_RAW = 40;
const MIN_DIGITS = 5;
const MAX_DIGITS = 17;

const SERVICES: ReadonlySet<NumberType> = new Set<NumberType>([
  'TOLL_FREE',
  'PREMIUM_RATE',
  'SHARED_COST',
  'UAN',
  'PAGER',
  'VOICEMAIL',
]);

/**
 * Normalises a phone number.
 * @param region of a number without country code; `undefined` when nothing says it
 * @returns `+8613912345678`, or `undefined` when it is no number of a person in a known country
 */
export const normalisePhone = (raw: string, region: Region | undefined): string | undefined => {
  const dialled = raw.length > MAX_RAW ? undefined : dialString(raw.normalize('NFKC'));
  if (dialled === undefined || (region === undefined && !dialled.startsWith('+'))) return undefined;
  return homeMobile(dialled, region) ?? parsed(dialled, region);
};

/** Digits of a phone number that people give as a check. */
const TAIL = 4;

/**
 * The last four digits of a phone number, in whatever country: with a name and a birth date they tell two people apart.
 * @returns `5678`, which is its own tail; `undefined` when the text is no number that could be dialled, nor such a tail
 */
export const normalisePhoneTail = (raw: string): string | undefined => {
  const text = raw.length > MAX_RAW ? undefined : raw.normalize('NFKC');
  const digits = text === undefined ? undefined : digitsOf(text)?.replace('+', '');
  if (digits === undefined) return undefined;
  const isNumber = digits.length >= MIN_DIGITS && digits.length <= MAX_DIGITS;
  return isNumber || digits.length === TAIL ? digits.slice(-TAIL) : undefined;
};

const parsed = (dialled: string, region: Region | undefined): string | undefined => {
  const number = parsePhoneNumberFromString(dialled, {
    extract: false,
    ...(region === undefined ? {} : { defaultCountry: region }),
  });
  if (number === undefined || !number.isValid()) return undefined;
  return SERVICES.has(number.getType()) ? undefined : number.number;
};

/** Mobile numbers of one region. */
interface HomePlan {
  readonly region: Region;
  /** `+852` */
  readonly prefix: string;
  readonly mobile: RegExp;
}

/**
 * A mobile number of a home market, by that market's own pattern: nearly every number is one, and the pattern alone
 * takes a fortieth of the time of the full parser, which gives the same answer.
 */
const homeMobile = (dialled: string, region: Region | undefined): string | undefined => {
  const international = dialled.startsWith('+');
  const plan = HOME_PLANS.find((candidate) =>
    international ? dialled.startsWith(candidate.prefix) : candidate.region === region,
  );
  if (plan === undefined) return undefined;
  const national = international ? dialled.slice(plan.prefix.length) : dialled;
  return plan.mobile.test(national) ? plan.prefix + national : undefined;
};

/** The library's class has these members; its type declarations leave them out. */
interface PlanPatterns {
  callingCode(): string;
  type(name: NumberType): { pattern(): string } | undefined;
}

const homePlan = (region: Region): HomePlan[] => {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(region);
  const plan = metadata.numberingPlan as unknown as PlanPatterns | undefined;
  const pattern = plan?.type('MOBILE')?.pattern();
  if (plan === undefined || pattern === undefined) return [];
  return [{ region, prefix: `+${plan.callingCode()}`, mobile: new RegExp(`^(?:${pattern})$`) }];
};

const HOME_REGIONS: readonly Region[] = ['CN', 'HK', 'MO', 'SG'];
const HOME_PLANS: readonly HomePlan[] = HOME_REGIONS.flatMap(homePlan);

/** Digits with at most a leading plus; `00`, the usual international prefix, becomes the plus. */
const dialString = (text: string): string | undefined => {
  const dialled = digitsOf(text);
  if (dialled === undefined) return undefined;
  const international = dialled.startsWith('00') ? `+${dialled.slice(2)}` : dialled;
  const digits = international.replace('+', '').length;
  return digits < MIN_DIGITS || digits > MAX_DIGITS ? undefined : international;
};

/** The text without punctuation; `undefined` when it holds anything that a telephone cannot dial. */
const digitsOf = (text: string): string | undefined => {
  let dialled = '';
  for (const char of text) {
    if (isDigit(char) || (char === '+' && dialled === '')) dialled += char;
    else if (!isPunctuation(char)) return undefined;
  }
  return dialled;
};

const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/** Spaces, brackets, dots and dashes of any script group digits and mean nothing. */
const isPunctuation = (char: string): boolean => ' ()-.·‐‑‒–—―−\t'.includes(char);
