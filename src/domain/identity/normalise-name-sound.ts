/**
 * How a name sounds in Cantonese, for telling that two names differ: the frame of consonants of each syllable.
 *
 * 蘇燕敏 and So Yin Man are one frame, whichever of the usual spellings somebody used. Many names have one frame, so it never
 * says who somebody is; it says that two names of different spelling need not be two people.
 * @module
 */
import { cantoneseFrame, hasHan, readChineseName } from './matching/chinese-name.ts';
import { latinLetters } from './matching/person-name.ts';
import { withoutTitle } from './normalise-name.ts';

const MAX_RAW = 120;
const MAX_SYLLABLES = 6;
const FRAME = /^[a-z]{0,2}\.[a-z]{0,2}(?:-[a-z]{0,2}\.[a-z]{0,2}){1,5}$/;

/** Frame of a name: `蘇燕敏` and `SO YIN MAN, KAREN` → `s.-y.n-m.n`; `undefined` when it is no name of several syllables. */
export const normaliseNameSound = (raw: string): string | undefined => {
  if (raw.length > MAX_RAW) return undefined;
  const text = raw.normalize('NFKC').trim();
  if (FRAME.test(text)) return text;
  const frame = hasHan(text) ? readChineseName(text).cantonese : frameOfLatin(text);
  return frame !== undefined && FRAME.test(frame) ? frame : undefined;
};

// What follows a comma is an English given name: Tsui Hoi Chi, Peter.
const frameOfLatin = (text: string): string | undefined => {
  const [before = ''] = latinLetters(withoutTitle(text)).split(',');
  const syllables = before.split(/[\s-]+/).map((word) => word.replace(/[^a-z]/g, ''));
  const said = syllables.filter((syllable) => syllable !== '');
  return said.length > MAX_SYLLABLES ? undefined : cantoneseFrame(said.join(' '));
};
