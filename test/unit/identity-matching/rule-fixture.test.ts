/**
 * What becomes of a pair, by the starting model and thresholds: linked, held for review, or nothing. One row per case
 * that somebody once asked about.
 */
import { describe, expect, test } from 'vitest';
import type { RawFeatures } from '#domain/identity/matching/match-features.ts';
import { linksBy, weigher } from '#domain/identity/matching/weigh-pair.ts';
import { startModel, subject } from '../../support/builders/match.ts';

const MODEL = startModel(
  'name',
  'birth-date',
  'gender',
  'email',
  'phone',
  'street',
  'place',
  'id:card',
  'text:company',
);
const weigh = weigher(MODEL);
const RULES = { keys: [], link: 0, review: -2, uncorroborated: 2, coherence: 2, model: MODEL };

const verdict = (a: RawFeatures, b: RawFeatures) => {
  const pair = weigh(subject(a), subject(b));
  expect(weigh(subject(b), subject(a)).weight).toBe(pair.weight);
  if (linksBy(RULES, pair)) return 'link';
  return pair.weight >= RULES.review ? 'review' : 'none';
};

const named = (full: string, more: RawFeatures = {}): RawFeatures => ({ name: { full }, ...more });
const born = (full: string, birthDate: string, more: RawFeatures = {}) =>
  named(full, { birthDate, ...more });

describe('a name', () => {
  test.each<[string, RawFeatures, RawFeatures, string]>([
    ['alone, in Chinese', named('张伟'), named('张伟'), 'review'],
    ['alone, in English', named('Robert Smith'), named('Robert Smith'), 'review'],
    ['alone, by its Cantonese spelling', named('陈大文'), named('Chan Tai Man'), 'review'],
    [
      'and a town, no commoner than others',
      named('Mary Lee', { address: { city: 'Leeds' } }),
      named('Mary Lee', { address: { city: 'Leeds' } }),
      'link',
    ],
    [
      'and the sex',
      named('Mary Lee', { gender: 'F' }),
      named('Mary Lee', { gender: 'F' }),
      'review',
    ],
    ['of two and nothing else', named('Robert Smith'), named('Jane Doe'), 'none'],
  ])('%s', (_, a, b, expected) => expect(verdict(a, b)).toBe(expected));
});

test('a town and a word without a name', () => {
  const row = { address: { city: 'Leeds' }, texts: { company: 'Globex' } };
  expect(verdict(row, row)).toBe('review');
});

describe('a name with a birth date', () => {
  test.each<[string, RawFeatures, RawFeatures, string]>([
    ['in two scripts', born('张伟', '1990-05-17'), born('張偉', '1990-05-17'), 'link'],
    [
      'in pinyin, family name first',
      born('张伟', '1990-05-17'),
      born('Zhang Wei', '1990-05-17'),
      'link',
    ],
    [
      'in pinyin, family name last',
      born('张伟', '1990-05-17'),
      born('Wei Zhang', '1990/5/17'),
      'link',
    ],
    [
      'in a Cantonese spelling',
      born('陈大文', '1985-03-02'),
      born('Chan Tai Man', '1985-03-02'),
      'link',
    ],
    [
      'with a surname of two characters',
      born('欧阳娜娜', '2000-06-15'),
      born('歐陽娜娜', '2000-06-15'),
      'link',
    ],
    [
      'with a surname of its own reading',
      born('单雄信', '1970-02-03'),
      born('Shan Xiongxin', '1970-02-03'),
      'link',
    ],
    [
      'by a character of the same sound',
      born('李静', '1990-05-17'),
      born('李敬', '1990-05-17'),
      'link',
    ],
    ['one day off', born('李静', '1990-05-17'), born('李静', '1990-05-18'), 'link'],
    [
      'day and month exchanged',
      born('Mary Lee', '03/04/1980'),
      born('Mary Lee', '04/03/1980'),
      'link',
    ],
    ['known to the year', born('Mary Lee', '1980'), born('Mary Lee', '1980-02-03'), 'link'],
    ['another date', born('李静', '1990-05-17'), born('李静', '1991-08-02'), 'none'],
    [
      'another date, in English',
      born('Robert Smith', '1971-06-24'),
      born('Robert Smith', '1958-01-02'),
      'none',
    ],
    [
      'one letter off',
      born('Robert Smith', '1971-06-24'),
      born('Robert Smyth', '1971-06-24'),
      'link',
    ],
    [
      'names exchanged',
      born('Robert Smith', '1971-06-24'),
      born('Smith Robert', '1971-06-24'),
      'link',
    ],
    ['an initial', born('R Smith', '1971-06-24'), born('Robert Smith', '1971-06-24'), 'link'],
    ['another name', born('Mary Lee', '1980-02-03'), born('Anna Koch', '1980-02-03'), 'none'],
    ['a placeholder date', born('李静', '1900-01-01'), born('李静', '1900-01-01'), 'review'],
    ['no name at all', { birthDate: '1980-02-03' }, { birthDate: '1980-02-03' }, 'review'],
  ])('%s', (_, a, b, expected) => expect(verdict(a, b)).toBe(expected));
});

describe('a contact', () => {
  const email = 'bobby77@x.org';
  const phone = '13912345678';
  const digits = '91234567';
  const address = { line: '12 High Street', city: 'Leeds' };
  test.each<[string, RawFeatures, RawFeatures, string]>([
    [
      'an e-mail and the name',
      named('Robert Smith', { email }),
      named('Robert Smith', { email }),
      'link',
    ],
    [
      'an e-mail and another name',
      named('Robert Smith', { email }),
      named('Jane Doe', { email }),
      'none',
    ],
    [
      'a family e-mail',
      born('Robert Smith', '1971-06-24', { email }),
      born('Jane Smith', '1973-02-11', { email }),
      'review',
    ],
    ['a phone and the name', named('王小明', { phone }), named('王小明', { phone }), 'link'],
    [
      'a phone and a form of address',
      named('王先生', { phone }),
      named('王小明', { phone }),
      'link',
    ],
    ['a phone and another surname', named('李女士', { phone }), named('王小明', { phone }), 'none'],
    ['a phone alone', { phone }, { phone }, 'link'],
    ['digits of no country alone', { phone: digits }, { phone: digits }, 'review'],
    [
      'digits of no country and the sex',
      { phone: digits, gender: 'F' },
      { phone: digits, gender: 'F' },
      'review',
    ],
    ['digits with and without a country', { phone: digits }, { phone: `+852${digits}` }, 'review'],
    ['digits of two countries', { phone: `+65${digits}` }, { phone: `+852${digits}` }, 'none'],
    [
      'digits of no country and the name',
      named('王小明', { phone: digits }),
      named('王小明', { phone: digits }),
      'link',
    ],
    [
      'a recycled phone',
      born('Mary Lee', '1980-02-03', { phone }),
      born('John Ott', '1958-09-30', { phone }),
      'none',
    ],
    [
      'an address and the name',
      named('Mary Lee', { address }),
      named('Mary Lee', { address }),
      'link',
    ],
    [
      'a card and the name',
      named('Mary Lee', { ids: { card: 'M100200300' } }),
      named('Mary Lee', { ids: { card: 'M100200300' } }),
      'link',
    ],
    [
      'a card and another name',
      named('Mary Lee', { ids: { card: 'M100200300' } }),
      named('John Ott', { ids: { card: 'M100200300' } }),
      'none',
    ],
  ])('%s', (_, a, b, expected) => expect(verdict(a, b)).toBe(expected));
});
