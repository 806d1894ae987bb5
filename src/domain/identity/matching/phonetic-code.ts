/**
 * Phonetic code of a latin name: names that sound alike in English, or are spelled alike by ear, have one code.
 *
 * It only finds candidates, so it may be coarse: the first sound, then consonants by class, vowels left out, four
 * characters at most. A candidate still has to pass the comparison of the full names.
 * @module
 */

const LENGTH = 4;

/** Letter groups that are one sound, longest first. */
const GROUPS: readonly (readonly [RegExp, string])[] = [
  [/^(?:kn|gn|pn)/, 'n'],
  [/^wr/, 'r'],
  [/^x/, 's'],
  [/tch|sch|sh|ch|zh/g, 'x'],
  [/ph/g, 'f'],
  [/gh(?=[^aeiouy]|$)/g, ''],
  [/gh/g, 'g'],
  [/th/g, 't'],
  [/wh/g, 'w'],
  [/ck|cq|q/g, 'k'],
  [/dge|dgi/g, 'j'],
  [/c(?=[eiy])/g, 's'],
  [/c/g, 'k'],
  [/x/g, 'x'],
];

/** Consonants that are easily taken for one another. */
const CLASSES: Readonly<Record<string, string>> = {
  b: 'p',
  p: 'p',
  f: 'f',
  v: 'f',
  d: 't',
  t: 't',
  g: 'k',
  k: 'k',
  j: 'j',
  l: 'l',
  m: 'm',
  n: 'n',
  r: 'r',
  s: 's',
  z: 's',
  x: 'x',
};

/** Code of a normalised word of latin letters, `robert` and `rupert` → `rprt`; empty when it has no letter. */
export const phoneticCode = (word: string): string => {
  let sounds = word;
  for (const [group, sound] of GROUPS) sounds = sounds.replace(group, sound);
  const [first = ''] = sounds;
  let code = CLASSES[first] ?? (/[aeiouywh]/.test(first) ? 'a' : first);
  let last = code;
  for (const letter of sounds.slice(1)) {
    const sound = CLASSES[letter] ?? '';
    if (sound !== '' && sound !== last) code += sound;
    last = sound;
    if (code.length === LENGTH) break;
  }
  return code;
};
