/**
 * Person names in the form in which they are compared: given and family name in lower-case latin letters, and the
 * Chinese characters beside them where the row has them.
 *
 * Which part is which is often wrong in the source, so nothing later relies on it: comparison looks at both orders.
 * @module
 */
import { hasHan, readChineseName } from './chinese-name.ts';

/** The name of a person; parts that the row does not have are empty. */
export interface PersonName {
  readonly given: string;
  readonly family: string;
  /** Simplified characters, of a name written in Chinese. */
  readonly han?: string;
  /** Cantonese reading of a Chinese name. */
  readonly cantonese?: string;
  /** Only a surname and a sex are known: 王先生, Mrs Wang. */
  readonly addressed?: 'M' | 'F';
}

/** Name columns of a row; `full` is the whole name in one. */
export interface RawName {
  readonly given?: string;
  readonly family?: string;
  readonly full?: string;
}

const TITLES: ReadonlySet<string> = new Set(['dr', 'prof', 'sir', 'mstr', 'master', 'rev']);
const ADDRESSES: Readonly<Record<string, 'M' | 'F'>> = {
  mr: 'M',
  mister: 'M',
  mrs: 'F',
  ms: 'F',
  miss: 'F',
  madam: 'F',
  mdm: 'F',
};
const SUFFIXES: ReadonlySet<string> = new Set(['jr', 'sr', 'ii', 'iii', 'iv', 'phd', 'md', 'esq']);
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'null',
  'none',
  'nan',
  'na',
  'n/a',
  'unknown',
  'test',
  'anonymous',
  'guest',
  '无',
  '未知',
  '匿名',
]);
const MAX_NAME = 120;

/** Reads a name; `undefined` when the row says none. */
export const readName = (raw: RawName): PersonName | undefined => {
  const given = cleaned(raw.given);
  const family = cleaned(raw.family);
  const full = cleaned(raw.full);
  if (given === '' && family === '') return full === '' ? undefined : nameOfOne(full);
  if (hasHan(given + family)) return chinese(`${family}${given}`);
  return named({ given: words(given).join(' '), family: words(family).join(' ') });
};

const cleaned = (text: string | undefined): string => {
  const trimmed = (text ?? '').slice(0, MAX_NAME).normalize('NFKC').trim();
  return PLACEHOLDERS.has(trimmed.toLowerCase()) ? '' : trimmed;
};

const nameOfOne = (full: string): PersonName | undefined => {
  if (hasHan(full)) return chinese(full);
  const comma = full.indexOf(',');
  if (comma > 0) {
    const family = words(full.slice(0, comma)).join(' ');
    const rest = words(full.slice(comma + 1));
    if (rest.length > 0) return named({ given: rest.join(' '), family });
  }
  const parts = words(full);
  const address = parts.length === 2 ? ADDRESSES[parts[0] ?? ''] : undefined;
  if (address !== undefined) return { given: '', family: parts[1] ?? '', addressed: address };
  const said = parts.filter((part) => !Object.hasOwn(ADDRESSES, part));
  return named({ given: said.slice(0, -1).join(' '), family: said.at(-1) ?? '' });
};

const named = (name: PersonName): PersonName | undefined =>
  name.given === '' && name.family === '' ? undefined : name;

const chinese = (text: string): PersonName => {
  const { han, given, family, cantonese, addressed } = readChineseName(text);
  return {
    given,
    family,
    han,
    ...(cantonese === undefined ? {} : { cantonese }),
    ...(addressed === undefined ? {} : { addressed }),
  };
};

/** Words without titles and accents: `Dr. José-María O'Neill` → `jose`, `maria`, `oneill`. */
const words = (text: string): readonly string[] =>
  latinLetters(text)
    .split(/[\s\-‐–—_/]+/u)
    .map((word) => word.replace(/[^\p{L}\p{N}]/gu, ''))
    .filter((word) => word !== '' && !TITLES.has(word) && !SUFFIXES.has(word));

/** Lower case without accents. */
export const latinLetters = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').normalize('NFKC').toLowerCase();

/** The whole name without spaces, family name first as Chinese names are written: `zhangwei`. */
export const spelledFamilyFirst = (name: PersonName): string =>
  `${name.family}${name.given}`.replaceAll(' ', '');

/** The whole name without spaces, given name first: `weizhang`. */
export const spelledGivenFirst = (name: PersonName): string =>
  `${name.given}${name.family}`.replaceAll(' ', '');
