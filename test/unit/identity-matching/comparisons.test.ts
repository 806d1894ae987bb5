/** Comparisons of values, each row a fact, each both ways round. */
import { describe, expect, test } from 'vitest';
import { comparisonOf } from '#domain/identity/matching/comparisons.ts';
import type { RawFeatures } from '#domain/identity/matching/match-features.ts';
import { similarity, slips } from '#domain/identity/matching/text-distance.ts';
import { subject } from '../../support/builders/match.ts';

const level = (name: string, a: RawFeatures, b: RawFeatures) => {
  const comparison = comparisonOf(name);
  if (comparison === undefined) throw new Error(`no comparison ${name}`);
  const found = comparison.compare(subject(a), subject(b));
  expect(comparison.compare(subject(b), subject(a))).toBe(found);
  if (found !== undefined) expect(comparison.levels).toContain(found);
  return found;
};

test.each([
  ['1971-06-24', '1971-06-24', 'same'],
  ['1971-06-24', '1971-06-25', 'slip'],
  ['1971-06-24', '1971-06-42', undefined],
  ['1971-06-05', '1971-05-06', 'slip'],
  ['1971-06-24', '1917-06-24', 'slip'],
  ['1971-06-24', '1980-06-24', 'other-year'],
  ['1971-06-24', '1971-07-25', 'two-slips'],
  ['1971-06-24', '1971-11-03', 'same-year'],
  ['1971-06-24', '1958-01-02', 'different'],
  ['1971', '1971-06-24', 'partial'],
  ['1971', '1958-06-24', 'different'],
])('birth dates %s and %s: %s', (a, b, expected) => {
  expect(level('birth-date', { birthDate: a }, { birthDate: b })).toBe(expected);
});

test.each([
  ['bobby77@x.org', 'bobby77@x.org', 'same'],
  ['bobby77@x.org', 'boby77@x.org', 'slip'],
  ['bobby77@x.org', 'bobby77@mail.com', 'same-local'],
  ['bobby77@gmail.com', 'aristotle@gmail.com', 'same-domain'],
  ['bobby77@x.org', 'jane.doe@work.com', 'different'],
])('e-mail %s and %s: %s', (a, b, expected) => {
  expect(level('email', { email: a }, { email: b })).toBe(expected);
});

test.each([
  ['robert.smith@gmail.com', 'robert.smith@gmail.com', 'made-up-same-domain'],
  ['robert.smith@gmail.com', 'robert.smith@work.org', 'made-up-different'],
])('of a name, %s and %s: %s', (a, b, expected) => {
  const name = { full: 'Robert Smith' };
  expect(level('email', { name, email: a }, { name, email: b })).toBe(expected);
});

test.each([
  [{ city: 'Leeds', state: 'wa' }, { city: 'York', state: 'wa' }, 'same-state'],
  [{ city: 'Leeds', state: 'wa' }, { state: 'wa' }, undefined],
  [{ city: 'Leeds', state: 'wa' }, { state: 'nsw' }, 'different'],
])('%j and %j: %s', (a, b, expected) => {
  expect(level('place', { address: a }, { address: b })).toBe(expected);
});

test.each([
  ['Jason', 'Walekr', 'Awlker', 'made-up-same-domain'],
  ['Jsaon', 'Walker', 'Walker', 'made-up-same-domain'],
  ['Peter', 'Long', 'Long', 'same'],
])('jason.walker@x.com of %s %s and %s: %s', (given, family, other, expected) => {
  const email = 'jason.walker@x.com';
  const [a, b] = [family, other].map((name) => ({ name: { given, family: name }, email }));
  expect(level('email', a ?? {}, b ?? {})).toBe(expected);
});

test.each([
  ['13912345678', '+86 139-1234-5678', 'same'],
  ['61725501', '+85361725501', 'same-end'],
  ['13912345678', '13912345679', 'slip'],
  ['13912345678', '13912345699', 'two-slips'],
  ['13912345678', '13898765432', 'different'],
  ['+85291234567', '+6591234567', 'different'],
  ['+85262345678', '+85362345678', 'different'],
  ['+85291234567', '+85291234568', 'slip'],
  ['91234567', '91234568', 'slip'],
])('phones %s and %s: %s', (a, b, expected) => {
  expect(level('phone', { phone: a }, { phone: b })).toBe(expected);
});

describe('addresses', () => {
  test.each([
    [{ line: '12 High Street' }, { line: '12 High St' }, 'same'],
    [{ line: '12 High Street' }, { line: '13 High St' }, 'same-street-near-number'],
    [{ line: '12 High Street' }, { line: '450 High St' }, 'same-street'],
    [{ line: '12 High Street' }, { line: '12 Hihg St' }, 'similar'],
    [{ line: '12 High Street' }, { line: '12 Mill Ln' }, 'same-number'],
    [{ line: '12 High Street' }, { line: '4 Mill Ln' }, 'different'],
    [{ city: 'Leeds' }, { line: '12 High St' }, undefined],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(level('street', { address: a }, { address: b })).toBe(expected);
  });

  test.each([
    [{ city: 'Leeds', postcode: '4011' }, { city: 'leeds', postcode: '4011' }, 'same'],
    [
      { city: 'Leeds', postcode: '4011' },
      { city: 'Leeds', postcode: '4012' },
      'same-city-near-postcode',
    ],
    [{ city: 'Leeds' }, { city: 'Leeds' }, 'same-city'],
    [{ city: 'Leeds' }, { city: 'Leedss' }, 'similar-city'],
    [{ postcode: '4011' }, { postcode: '4011' }, 'same-postcode'],
    [{ city: 'Leeds', state: 'x' }, { city: 'York', state: 'x' }, 'same-state'],
    [{ city: 'Leeds' }, { city: 'York' }, 'different'],
    [{ city: 'Leeds' }, { postcode: '4011' }, undefined],
  ])('%j and %j: %s', (a, b, expected) => {
    expect(level('place', { address: a }, { address: b })).toBe(expected);
  });
});

test.each([
  ['M100200300', 'm100 200-300', 'same'],
  ['M100200300', 'M100200301', 'slip'],
  ['M100200300', 'M999888777', 'different'],
])('numbers %s and %s: %s', (a, b, expected) => {
  expect(level('id:card', { ids: { card: a } }, { ids: { card: b } })).toBe(expected);
});

test('what a row does not say is not compared', () => {
  for (const name of [
    'name',
    'birth-date',
    'gender',
    'email',
    'phone',
    'street',
    'id:card',
    'text:job',
  ])
    expect(level(name, {}, { birthDate: '1971-06-24', gender: 'F', phone: '13912345678' })).toBe(
      undefined,
    );
});

test.each(['', 'names', 'id', 'score:x', 'constructor:x'])(
  'there is no comparison "%s"',
  (name) => {
    expect(comparisonOf(name)).toBeUndefined();
  },
);

test.each([
  ['martha', 'marhta', 0.961],
  ['dwayne', 'duane', 0.84],
  ['abc', 'abc', 1],
  ['abc', 'xyz', 0],
  ['', 'abc', 0],
])('similarity of %s and %s', (a, b, expected) => {
  expect(similarity(a, b)).toBeCloseTo(expected, 3);
});

test.each([
  ['abcd', 'abcd', 0],
  ['abcd', 'abdc', 1],
  ['abcd', 'abd', 1],
  ['abcd', 'xbcd', 1],
  ['abcd', 'badc', 2],
  ['', 'abc', 3],
])('slips between %s and %s: %i', (a, b, expected) => {
  expect(slips(a, b)).toBe(expected);
});
