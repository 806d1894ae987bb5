/**
 * Normalised names, for composite identifiers: latin letters without spaces, as the name is spelled.
 *
 * 陳大文, 陈大文 and Chen Dawen are one spelling, and so are names that only sound alike: a name never identifies alone,
 * and beside a birth date that difference is not missed. A surname with a form of address (王先生) is no name.
 * @module
 */
import { Converter } from 'opencc-js/t2cn';
import { pinyin } from 'pinyin-pro';

const MAX_RAW = 120;
const MIN_LETTERS = 4;
const HAN = /\p{Script=Han}/u;
const FORM_OF_ADDRESS = /(?:先生|女士|小姐|太太)$/u;
const LATIN_FORM = /^(?:mr|mrs|ms|miss|mdm|dr)\.?\s/i;

const simplify = Converter({ from: 'hk', to: 'cn' });

/** Spells a name: `张伟` and `Zhang Wei` → `zhangwei`; `undefined` when it is too short to tell anything. */
export const normaliseName = (raw: string): string | undefined => {
  if (raw.length > MAX_RAW) return undefined;
  const text = raw.normalize('NFKC').trim();
  const spelled = HAN.test(text) ? spellChinese(text) : spellLatin(text);
  return spelled === undefined || spelled.length < MIN_LETTERS ? undefined : spelled;
};

const spellChinese = (text: string): string | undefined => {
  const written = simplify(text).replace(/[\s·•]/gu, '');
  if (FORM_OF_ADDRESS.test(written) || /[a-z]/i.test(written)) return undefined;
  const syllables = pinyin(written, { toneType: 'none', surname: 'head', type: 'array', v: true });
  const spelled = letters(syllables.join(''));
  // A character that the library cannot read stays as it is; then the name has no spelling.
  return syllables.length < 2 || HAN.test(spelled) ? undefined : spelled;
};

const spellLatin = (text: string): string => letters(withoutTitle(text));

/** A name without a form of address before it: `Mrs Mary Lee` → `Mary Lee`. */
export const withoutTitle = (text: string): string => text.replace(LATIN_FORM, '');

/** Letters of any script in lower case, without accents. */
const letters = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase()
    .normalize('NFKC');
