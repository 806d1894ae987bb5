/**
 * Search terms: what of a party row a service desk can search by.
 *
 * Names are compared without case, width, spaces and punctuation; phone numbers by their last digits, which a caller
 * says on the telephone.
 * @module
 */

/** A term; its kind keeps a name and a number apart. */
export interface SearchTerm {
  readonly kind: 'name' | 'phone-tail';
  readonly value: string;
}

/** Lengths of phone tails that can be searched, ascending. */
export const TAIL_LENGTHS = [4, 6, 8] as const;
const NAME_FIELDS = ['name', 'nameLatin', 'nickname'] as const;
/** Longest name looked at, in characters. */
const MAX_NAME = 80;

/** Form in which names are compared; `undefined` when nothing is left of it. */
export const nameTerm = (name: string): string | undefined => {
  const plain = name
    .slice(0, MAX_NAME)
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
  return plain === '' ? undefined : plain;
};

/** Terms that a party row can be found by, given what it says. */
export const termsOf = (fields: Readonly<Record<string, unknown>>): readonly SearchTerm[] => {
  const tails = new Set(phonesOf(fields).flatMap(tailsOf));
  return [...namesOf(fields), ...[...tails].map(asTail)];
};

/** The most telling terms of a party row: its names, and of each phone number the longest tail. */
export const longestTermsOf = (
  fields: Readonly<Record<string, unknown>>,
): readonly SearchTerm[] => {
  const tails = new Set(phonesOf(fields).flatMap((phone) => tailsOf(phone).slice(-1)));
  return [...namesOf(fields), ...[...tails].map(asTail)];
};

/** The shorter tails that a tail ends in, and itself: ascending. */
export const tailsWithin = (tail: string): readonly string[] =>
  TAIL_LENGTHS.filter((length) => length <= tail.length).map((length) => tail.slice(-length));

const asTail = (value: string): SearchTerm => ({ kind: 'phone-tail', value });

const namesOf = (fields: Readonly<Record<string, unknown>>): readonly SearchTerm[] => {
  const names = NAME_FIELDS.flatMap((field) => {
    const value = fields[field];
    const term = typeof value === 'string' ? nameTerm(value) : undefined;
    return term === undefined ? [] : [term];
  });
  return [...new Set(names)].map((value) => ({ kind: 'name', value }));
};

const phonesOf = (fields: Readonly<Record<string, unknown>>): readonly string[] => {
  const identifiers = (fields['identifiers'] ?? []) as readonly {
    readonly namespace?: unknown;
    readonly value?: unknown;
  }[];
  return identifiers.flatMap(({ namespace, value }) =>
    namespace === 'phone' && typeof value === 'string' ? [value] : [],
  );
};

const tailsOf = (phone: string): readonly string[] =>
  TAIL_LENGTHS.filter((length) => phone.length > length).map((length) => phone.slice(-length));
