/** Features: dates, contacts and addresses in the form in which they are compared. */
import { describe, expect, test } from 'vitest';
import { readAddress } from '#domain/identity/matching/address.ts';
import { readBirthDate } from '#domain/identity/matching/birth-date.ts';
import { blockingKeys } from '#domain/identity/matching/blocking-keys.ts';
import { features } from '../../support/builders/match.ts';

describe('a birth date is read', () => {
  test.each([
    ['1971-06-24', '19710624'],
    ['19710624', '19710624'],
    ['1971/6/4', '19710604'],
    ['1971年6月4日', '19710604'],
    ['1971-06-24T00:00:00Z', '19710624'],
    ['3/4/1990', '19900304'],
    ['31/4/1990', undefined],
    ['31/5/1990', '19900531'],
    ['3/4/90', '19900304'],
    ['3/4/12', '20120304'],
    ['Mar 1 1970', '19700301'],
    ['1 March 1970', '19700301'],
    ['1971-06', '197106'],
    ['1971', '1971'],
    ['1900-01-01', undefined],
    ['0000-00-00', undefined],
    ['n/a', undefined],
  ])('%s: %s', (raw, expected) => {
    expect(readBirthDate(raw, 'month-first')).toBe(expected);
  });

  test('day first where the file says so', () => {
    expect(readBirthDate('3/4/1990', 'day-first')).toBe('19900403');
  });
});

describe('an address is read', () => {
  test.each([
    ['12 High Street', { number: '12', street: 'high st' }],
    ['High Street 12a', { number: '12a', street: 'high st' }],
    ['广东省广州市天河区湖滨路131号3栋1201室', { number: '131', street: '广州市天河区湖滨路' }],
    ['广州市天河区湖滨路131號3幢1201室', { number: '131', street: '广州市天河区湖滨路' }],
    ['广州市天河区湖滨路131号', { number: '131', street: '广州市天河区湖滨路' }],
  ])('%s', (line, expected) => {
    expect(readAddress({ line })).toEqual(expected);
  });

  test('a number of its own column goes before one in the line', () => {
    expect(readAddress({ number: '7', line: 'tullaroop street' })).toMatchObject({ number: '7' });
  });
});

describe('contacts are read', () => {
  test.each([
    ['+86 139 1234 5678', '+8613912345678'],
    ['13912345678', '+8613912345678'],
    ['61725501', '61725501'],
    ['(012) 34-5678', '12345678'],
    ['00000000000', undefined],
    ['12345', undefined],
  ])('phone %s: %s', (phone, expected) => {
    expect(features({ phone }).phone).toBe(expected);
  });

  test.each([
    ['Li.Wei@Example.COM', 'li.wei@example.com'],
    ['li@qq.con', 'li@qq.com'],
    ['not an address', undefined],
  ])('e-mail %s: %s', (email, expected) => {
    expect(features({ email }).email).toBe(expected);
  });
});

describe('blocking keys', () => {
  const row = features({
    name: { full: '张伟' },
    birthDate: '1990-05-17',
    phone: '13912345678',
    address: { line: '湖滨路131号', postcode: '510000' },
  });

  test.each([
    [['names'], ['names:sx&a']],
    [
      ['name', 'birth-date'],
      ['name+birth-date:a|19900517', 'name+birth-date:sx|19900517'],
    ],
    [['spelled', 'birth-year'], ['spelled+birth-year:zhangwei|1990']],
    [['phone-tail', 'birth-month-day'], ['phone-tail+birth-month-day:5678|0517']],
    [['phone'], ['phone:12345678']],
    [['house-number', 'postcode'], ['house-number+postcode:131|510000']],
    [['email'], []],
  ] as const)('%j', (rule, keys) => {
    const found = blockingKeys(row, [rule]);
    expect(found).toHaveLength(keys.length);
    if (rule[0] !== 'name' && rule[0] !== 'names') expect(found).toEqual(keys);
  });

  test('names in either order have one key', () => {
    const straight = features({ name: { given: 'Robert', family: 'Smith' } });
    const crossed = features({ name: { given: 'Smith', family: 'Robert' } });
    expect(blockingKeys(straight, [['names']])).toEqual(blockingKeys(crossed, [['names']]));
  });

  test('a surname with a form of address is no key', () => {
    expect(blockingKeys(features({ name: { full: '王先生' } }), [['name'], ['spelled']])).toEqual(
      [],
    );
  });
});
