/**
 * Comparison of names: joint and in both orders, because a given name in the family name's column is the commonest
 * mistake there is.
 * @module
 */
import { cantoneseFrame } from './chinese-name.ts';
import { type PersonName, spelledFamilyFirst, spelledGivenFirst } from './person-name.ts';
import { similarity } from './text-distance.ts';

/** How two names agree, from nothing to everything. `part` levels are for names of which one half is missing. */
export const NAME_LEVELS = [
  'different',
  'part-close',
  'surname',
  'part-same',
  'one-close',
  'same-given',
  'same-family',
  'alike',
  'cantonese',
  'initial',
  'close',
  'swapped',
  'same-sound',
  'same',
] as const;

/** A level of {@link NAME_LEVELS}. */
export type NameLevel = (typeof NAME_LEVELS)[number];

const CLOSE = 0.88;
const ALIKE = 0.86;

/** Compares two names; `undefined` when one is a given name, the other a family name and they have nothing in common. */
export const compareNames = (a: PersonName, b: PersonName): NameLevel | undefined => {
  if (a.addressed !== undefined || b.addressed !== undefined) return compareSurnames(a, b);
  if (isWhole(a) && isWhole(b)) return compareWhole(a, b);
  const level = compareParts(partsOf(a), partsOf(b));
  const comparable = (a.given !== '' && b.given !== '') || (a.family !== '' && b.family !== '');
  return level === 'different' && !comparable ? undefined : level;
};

const isWhole = (name: PersonName): boolean => name.given !== '' && name.family !== '';

const partsOf = ({ given, family }: PersonName): readonly string[] =>
  [given, family].filter((part) => part !== '');

const compareSurnames = (a: PersonName, b: PersonName): NameLevel => {
  const known = (name: PersonName) => (name.han === undefined ? partsOf(name) : [name.family]);
  return known(a).some((part) => known(b).includes(part)) ? 'surname' : 'different';
};

const compareParts = (a: readonly string[], b: readonly string[]): NameLevel => {
  if (a.some((part) => b.includes(part))) return 'part-same';
  const close = a.some((part) => b.some((other) => similarity(part, other) >= CLOSE));
  return close ? 'part-close' : 'different';
};

const compareWhole = (a: PersonName, b: PersonName): NameLevel => {
  if (a.han !== undefined && b.han !== undefined) return compareChinese(a, b);
  if (a.given === b.given && a.family === b.family) return 'same';
  if (a.given === b.family && a.family === b.given) return 'swapped';
  if (spellings(a).some((spelling) => spellings(b).includes(spelling))) return 'same-sound';
  if (isCantonese(a, b) || isCantonese(b, a)) return 'cantonese';
  return compareLatin(a, b);
};

const spellings = (name: PersonName): readonly string[] => [
  spelledFamilyFirst(name),
  spelledGivenFirst(name),
];

const compareChinese = (a: PersonName, b: PersonName): NameLevel => {
  if (a.han === b.han) return 'same';
  if (spelledFamilyFirst(a) === spelledFamilyFirst(b)) return 'same-sound';
  if (a.family !== b.family) return a.given === b.given ? 'same-given' : 'different';
  if (sharesCharacter(a.han ?? '', b.han ?? '')) return 'alike';
  return similarity(a.given, b.given) >= CLOSE ? 'alike' : 'same-family';
};

// Of given names of two characters one is the same.
const sharesCharacter = (a: string, b: string): boolean =>
  a.length === b.length && a.length > 2 && [...a].slice(1).some((char, at) => b[at + 1] === char);

const isCantonese = (chinese: PersonName, latin: PersonName): boolean => {
  if (chinese.cantonese === undefined || latin.han !== undefined) return false;
  const frames = [`${latin.family} ${latin.given}`, `${latin.given} ${latin.family}`];
  return frames.some((spelling) => cantoneseFrame(spelling) === chinese.cantonese);
};

const compareLatin = (a: PersonName, b: PersonName): NameLevel => {
  const straight = alignment(a.given, b.given, a.family, b.family);
  const crossed = alignment(a.given, b.family, a.family, b.given);
  if (Math.max(straight.least, crossed.least) >= CLOSE) return 'close';
  if (isInitial(a, b)) return 'initial';
  if (Math.max(straight.mean, crossed.mean) >= ALIKE) return 'alike';
  if (a.family === b.family || a.given === b.family || a.family === b.given) return 'same-family';
  if (a.given === b.given) return 'same-given';
  return Math.max(straight.most, crossed.most) >= CLOSE ? 'one-close' : 'different';
};

const alignment = (a1: string, b1: string, a2: string, b2: string) => {
  const [first, second] = [similarity(a1, b1), similarity(a2, b2)];
  return {
    least: Math.min(first, second),
    most: Math.max(first, second),
    mean: (first + second) / 2,
  };
};

const isInitial = (a: PersonName, b: PersonName): boolean =>
  a.family === b.family &&
  (a.given.length === 1 || b.given.length === 1) &&
  a.given[0] === b.given[0];
