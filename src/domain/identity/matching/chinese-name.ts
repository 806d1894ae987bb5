/**
 * Chinese names: one script, and how a name is spelled in latin letters on the mainland and in Hong Kong.
 *
 * Traditional characters are written simplified, so 張偉 and 张伟 are one name. In a surname some characters have a
 * reading of their own (单 Shan, 曾 Zeng, 仇 Qiu), which the library knows only when it is told where the surname is. A
 * Cantonese spelling follows no standard (Chan, Chen, Tsan), so of that only the frame of consonants is compared.
 * @module
 */
import { Converter } from 'opencc-js/t2cn';
import { pinyin } from 'pinyin-pro';
import { getJyutpingList } from 'to-jyutping';

const simplify = Converter({ from: 'hk', to: 'cn' });

const HAN = /\p{Script=Han}/u;
const HONORIFIC = /(先生|女士|小姐|太太)$/u;
const COMPOUND_SURNAMES: ReadonlySet<string> = new Set(
  (
    '欧阳 司徒 上官 诸葛 尉迟 司马 夏侯 东方 皇甫 公孙 慕容 令狐 宇文 长孙 鲜于 闻人 申屠 太史 端木 轩辕 百里 呼延 ' +
    '南宫 独孤 西门 公羊 澹台 濮阳 淳于 单于 钟离 司空 万俟 赫连 拓跋 第五 东郭 梁丘 左丘 谷梁'
  ).split(' '),
);

/** A name in Chinese characters, in one form. */
export interface ChineseName {
  /** Simplified characters; the surname alone when the row only has a form of address. */
  readonly han: string;
  /** Pinyin of surname and given name without tones, `zeng`, `guofan`; the given name may be empty. */
  readonly family: string;
  readonly given: string;
  /** Frame of the Cantonese reading, see {@link cantoneseFrame}; absent without a given name. */
  readonly cantonese?: string;
  /** The row says 王先生: nothing but a surname and a sex. */
  readonly addressed?: 'M' | 'F';
}

/** Whether a text holds a Chinese character. */
export const hasHan = (text: string): boolean => HAN.test(text);

/** Writes a text in simplified characters. */
export const toSimplified = (text: string): string => (hasHan(text) ? simplify(text) : text);

/** Reads a name in Chinese characters; spaces in it mean nothing. */
export const readChineseName = (raw: string): ChineseName => {
  const written = toSimplified(raw.normalize('NFKC')).replace(/[\s·•]/gu, '');
  const title = HONORIFIC.exec(written)?.[1];
  const han = title === undefined ? written : written.slice(0, -title.length);
  const cut = COMPOUND_SURNAMES.has(han.slice(0, 2)) ? 2 : 1;
  const syllables = pinyin(han, { toneType: 'none', surname: 'head', type: 'array', v: true });
  const family = syllables.slice(0, cut).join('').toLowerCase();
  if (title !== undefined) {
    return { han, family, given: '', addressed: title === '先生' ? 'M' : 'F' };
  }
  const given = syllables.slice(cut).join('').toLowerCase();
  return { han, family, given, ...(given === '' ? {} : { cantonese: frameOfHan(han) }) };
};

const frameOfHan = (han: string): string =>
  getJyutpingList(han)
    .map(([, reading]) => syllableFrame(fromJyutping(reading ?? '')))
    .join('-');

/** Jyutping writes some sounds with other letters than the usual spellings: `zoeng1` for Cheung, `jyun4` for Yuen. */
const fromJyutping = (reading: string): string =>
  reading.replace(/\d/g, '').replace(/^[zc]/, 'ch').replace(/^jy?/, 'y');

/** `chan tai man` → `x-t-m`: first and last consonant of each syllable, by classes that spellings do not keep apart. */
export const cantoneseFrame = (latin: string): string =>
  latin
    .split(/[\s-]+/)
    .filter((syllable) => syllable !== '')
    .map(syllableFrame)
    .join('-');

const INITIALS: readonly (readonly [RegExp, string])[] = [
  [/^(?:ch|ts|tz|j|z)/, 'x'],
  [/^(?:kw|gw|qu)/, 'kw'],
  [/^(?:sh|s)/, 's'],
  [/^(?:hs|h)/, 'h'],
  [/^ng/, ''],
  [/^[bp]/, 'p'],
  [/^[dt]/, 't'],
  [/^[gk]/, 'k'],
];

const FINALS: readonly (readonly [RegExp, string])[] = [
  [/ng$/, 'ng'],
  [/[bp]$/, 'p'],
  [/[dt]$/, 't'],
  [/[gk]$/, 'k'],
  [/m$/, 'm'],
  [/n$/, 'n'],
];

const syllableFrame = (syllable: string): string => {
  const first = INITIALS.find(([pattern]) => pattern.test(syllable));
  const [letter = ''] = syllable;
  const initial = first ? first[1] : /[aeiou]/.test(letter) ? '' : letter;
  const final = FINALS.find(([pattern]) => pattern.test(syllable.slice(1)))?.[1] ?? '';
  return `${initial}.${final}`;
};
