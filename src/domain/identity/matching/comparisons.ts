/**
 * Comparisons: every way in which two rows are compared, by name, with the levels each can come to and what they are
 * worth before any data has been seen.
 *
 * The worths are the start of the estimation and what it falls back on where a file is too small to tell. `m` is how
 * often a level is seen among rows of one person, `u` among candidates that are two people.
 * @module
 */

import { scopeOf } from '#domain/identity/evidence.ts';
import { compareNames, NAME_LEVELS } from './compare-names.ts';
import {
  compareDates,
  compareEmails,
  compareNumbers,
  comparePhones,
  comparePlaces,
  compareStreets,
  compareTexts,
  DATE_LEVELS,
  EMAIL_LEVELS,
  lacksCountry,
  NUMBER_LEVELS,
  PHONE_LEVELS,
  PLACE_LEVELS,
  STREET_LEVELS,
  TEXT_LEVELS,
} from './compare-values.ts';
import { agreement, type MatchSubject } from './match-subject.ts';

/** What a comparison needs beside it: `nothing`, `anything`, or `more-than-gender`, which half of all people share. */
export type Support = 'nothing' | 'anything' | 'more-than-gender';

/** One way in which two rows are compared. */
export interface Comparison {
  readonly name: string;
  /** From `different` to `same`. */
  readonly levels: readonly string[];
  /** The level, or `undefined` when one of the rows says nothing. */
  readonly compare: (a: MatchSubject, b: MatchSubject) => string | undefined;
  /** Frequencies to start from, one for each level. */
  readonly m: readonly number[];
  readonly u: readonly number[];
  /**
   * The lowest level that is evidence of one person and not only of two who are alike; absent where there is none: a
   * name, a town or a sex never is.
   */
  readonly corroboratesFrom?: string;
  /** What else must speak for these two rows before even that is evidence; nothing when absent. */
  readonly support?: (a: MatchSubject, b: MatchSubject) => Support;
}

type Kind = Omit<Comparison, 'name' | 'compare' | 'support'>;

const KINDS = {
  name: {
    levels: NAME_LEVELS,
    m: [0.02, 0.01, 0.01, 0.06, 0.02, 0.02, 0.04, 0.05, 0.01, 0.02, 0.12, 0.04, 0.05, 0.53],
    u: [0.6, 0.01, 0.01, 0.05, 0.1, 0.04, 0.1, 0.03, 0.002, 0.002, 0.02, 0.002, 0.004, 0.03],
  },
  date: {
    levels: DATE_LEVELS,
    m: [0.02, 0.01, 0.02, 0.03, 0.03, 0.12, 0.77],
    u: [0.85, 0.05, 0.04, 0.01, 0.01, 0.02, 0.02],
    corroboratesFrom: 'two-slips',
  },
  gender: { levels: ['different', 'same'], m: [0.02, 0.98], u: [0.5, 0.5] },
  email: {
    levels: EMAIL_LEVELS,
    m: [0.12, 0.02, 0.02, 0.1, 0.06, 0.03, 0.15, 0.5],
    u: [0.8, 0.1, 0.03, 0.02, 0.02, 0.005, 0.005, 0.02],
    corroboratesFrom: 'similar',
  },
  phone: {
    levels: PHONE_LEVELS,
    m: [0.15, 0.02, 0.05, 0.05, 0.73],
    u: [0.93, 0.02, 0.01, 0.01, 0.03],
    corroboratesFrom: 'two-slips',
  },
  street: {
    levels: STREET_LEVELS,
    m: [0.1, 0.03, 0.04, 0.04, 0.08, 0.16, 0.55],
    u: [0.82, 0.06, 0.06, 0.03, 0.01, 0.005, 0.015],
    corroboratesFrom: 'same-street',
  },
  place: {
    levels: PLACE_LEVELS,
    m: [0.07, 0.05, 0.02, 0.1, 0.15, 0.1, 0.11, 0.4],
    u: [0.66, 0.15, 0.02, 0.02, 0.07, 0.03, 0.01, 0.04],
    corroboratesFrom: 'same-postcode',
  },
  number: {
    levels: NUMBER_LEVELS,
    m: [0.03, 0.02, 0.07, 0.88],
    u: [0.97, 0.01, 0.005, 0.015],
    corroboratesFrom: 'two-slips',
  },
  account: {
    levels: ['different', 'same'],
    m: [0.3, 0.7],
    u: [0.97, 0.03],
    corroboratesFrom: 'same',
  },
  text: {
    levels: TEXT_LEVELS,
    m: [0.2, 0.1, 0.7],
    u: [0.83, 0.05, 0.12],
  },
} as const satisfies Record<string, Kind>;

/**
 * The comparison of a name: `name`, `birth-date`, `gender`, `email`, `phone`, `street`, `place`, or `id:`, `account:`,
 * `text:` and the name of a number, namespace or text. `undefined` for any other.
 */
export const comparisonOf = (name: string): Comparison | undefined => {
  const [kind, subject] = split(name);
  if (subject !== undefined) return Object.hasOwn(NAMED, kind) ? NAMED[kind]?.(subject) : undefined;
  return FIXED.get(name);
};

const split = (name: string): readonly [string, string | undefined] => {
  const colon = name.indexOf(':');
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)];
};

const either = <Value>(
  a: Value | undefined,
  b: Value | undefined,
  compare: (a: Value, b: Value) => string | undefined,
): string | undefined => (a === undefined || b === undefined ? undefined : compare(a, b));

/** Compares identifiers where both have some; otherwise, and when they differ, the values as they are written. */
const identifiersFirst =
  (namespace: string, compare: (a: MatchSubject, b: MatchSubject) => string | undefined) =>
  (a: MatchSubject, b: MatchSubject): string | undefined => {
    const found = agreement(a, b, namespace);
    if (found === 'shared') return undefined;
    return found === 'same' ? 'same' : compare(a, b);
  };

const FIXED: ReadonlyMap<string, Comparison> = new Map(
  (
    [
      {
        ...KINDS.name,
        name: 'name',
        compare: (a, b) => either(a.features.name, b.features.name, compareNames),
      },
      {
        ...KINDS.date,
        name: 'birth-date',
        compare: (a, b) => either(a.features.birthDate, b.features.birthDate, compareDates),
        // Many people are born on one day.
        support: () => 'anything',
      },
      {
        ...KINDS.gender,
        name: 'gender',
        compare: (a, b) =>
          either(a.features.gender, b.features.gender, (x, y) => (x === y ? 'same' : 'different')),
      },
      {
        ...KINDS.email,
        name: 'email',
        compare: (a, b) => compareEmailsOf(a, b),
      },
      {
        ...KINDS.phone,
        name: 'phone',
        compare: identifiersFirst('phone', (a, b) =>
          either(a.features.phone, b.features.phone, comparePhones),
        ),
        support: (a, b) =>
          !holdOneNumber(a, b) && [a, b].some(saysLocalNumber) ? 'more-than-gender' : 'nothing',
      },
      {
        ...KINDS.street,
        name: 'street',
        compare: (a, b) => either(a.features.address, b.features.address, compareStreets),
      },
      {
        ...KINDS.place,
        name: 'place',
        compare: (a, b) => either(a.features.address, b.features.address, comparePlaces),
      },
    ] satisfies Comparison[]
  ).map((comparison) => [comparison.name, comparison]),
);

// The same digits are numbers of strangers in several countries.
const saysLocalNumber = ({ features: { phone } }: MatchSubject): boolean =>
  phone !== undefined && lacksCountry(phone);

const holdOneNumber = (a: MatchSubject, b: MatchSubject): boolean => {
  const others = b.identifiers.get('phone') ?? [];
  const own = a.identifiers.get('phone') ?? [];
  return own.some((number) => scopeOf(number) === 'phone' && others.includes(number));
};

// The levels of an address made of a name come before equality, so identifiers only tell whether the value is shared.
const compareEmailsOf = (a: MatchSubject, b: MatchSubject): string | undefined => {
  if (agreement(a, b, 'email') === 'shared') return undefined;
  const named = ({ features: { email, name } }: MatchSubject) =>
    email === undefined ? undefined : { email, ...(name === undefined ? {} : { name }) };
  return either(named(a), named(b), compareEmails);
};

const NAMED: Readonly<Record<string, (subject: string) => Comparison>> = {
  id: (subject) => ({
    ...KINDS.number,
    name: `id:${subject}`,
    compare: identifiersFirst(subject, (a, b) =>
      either(a.features.ids?.[subject], b.features.ids?.[subject], compareNumbers),
    ),
  }),
  account: (subject) => ({
    ...KINDS.account,
    name: `account:${subject}`,
    compare: (a, b) => {
      const found = agreement(a, b, subject);
      return found === 'same' || found === 'different' ? found : undefined;
    },
  }),
  text: (subject) => ({
    ...KINDS.text,
    name: `text:${subject}`,
    compare: (a, b) =>
      either(a.features.texts?.[subject], b.features.texts?.[subject], compareTexts),
  }),
};
