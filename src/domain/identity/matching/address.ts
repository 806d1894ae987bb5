/**
 * Addresses in the form in which they are compared: house number, street and the words around it, without the ways of
 * writing that differ from clerk to clerk.
 * @module
 */
import { toSimplified } from './chinese-name.ts';
import { latinLetters } from './person-name.ts';

/** Where somebody lives; parts that the row does not have are absent. */
export interface Address {
  /** House number, `12` or `12a`; of a Chinese address the number of the gate. */
  readonly number?: string;
  /** Street without number, building and flat. */
  readonly street?: string;
  readonly city?: string;
  readonly postcode?: string;
  readonly state?: string;
}

/** Address columns of a row; `line` is street and number in one, `number` the number when it has a column of its own. */
export interface RawAddress {
  readonly line?: string;
  readonly number?: string;
  readonly city?: string;
  readonly postcode?: string;
  readonly state?: string;
}

/** Street words that are written short or long. */
const SHORT: Readonly<Record<string, string>> = {
  street: 'st',
  avenue: 'ave',
  av: 'ave',
  road: 'rd',
  drive: 'dr',
  lane: 'ln',
  boulevard: 'blvd',
  court: 'ct',
  place: 'pl',
  crescent: 'cres',
  circuit: 'cct',
  terrace: 'tce',
  square: 'sq',
  highway: 'hwy',
  parkway: 'pkwy',
  close: 'cl',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
  apartment: 'apt',
  suite: 'ste',
};

const CHINESE_FLAT = /(?:\d+|[甲乙丙丁a-z])(?:栋|幢|座|号楼|单元|楼|层|室|房).*$/iu;
const CHINESE_PROVINCE = /^(?:中国)?(?:[\p{Script=Han}]{2,3}省|[\p{Script=Han}]{2,8}自治区)/u;
const CHINESE_NUMBER = /(\d+)号/u;
const MAX_LINE = 200;

/** Reads an address; `undefined` when the row says nothing. */
export const readAddress = (raw: RawAddress): Address | undefined => {
  const line = (raw.line ?? '').slice(0, MAX_LINE).normalize('NFKC').trim();
  const own = /[\p{Script=Han}]/u.test(line) ? chineseLine(line) : latinLine(line);
  const number = code(raw.number) || own.number;
  const address = {
    ...present('number', number),
    ...present('street', own.street),
    ...present('city', plain(raw.city)),
    ...present('postcode', code(raw.postcode)),
    ...present('state', plain(raw.state)),
  };
  return Object.keys(address).length === 0 ? undefined : address;
};

const present = <Name extends string>(name: Name, value: string): { [Key in Name]?: string } =>
  (value === '' ? {} : { [name]: value }) as { [Key in Name]?: string };

const chineseLine = (line: string): { number: string; street: string } => {
  const written = toSimplified(line)
    .replace(/\s/g, '')
    .replaceAll('幢', '栋')
    .replace(CHINESE_PROVINCE, '');
  const number = CHINESE_NUMBER.exec(written)?.[1] ?? '';
  const street = written.replace(CHINESE_FLAT, '').replace(CHINESE_NUMBER, '');
  return { number, street: street.toLowerCase() };
};

const latinLine = (line: string): { number: string; street: string } => {
  const words = latinLetters(line)
    .replace(/[^\p{L}\p{N} /-]/gu, ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => SHORT[word] ?? word);
  const at = words.findIndex((word) => /^\d/.test(word));
  const number = at < 0 ? '' : (words[at] ?? '');
  return { number, street: words.filter((_, index) => index !== at).join(' ') };
};

const plain = (text: string | undefined): string =>
  toSimplified(latinLetters(text ?? ''))
    .replace(/[^\p{L}\p{N} ]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const code = (text: string | undefined): string =>
  latinLetters(text ?? '').replace(/[^\p{L}\p{N}]/gu, '');
