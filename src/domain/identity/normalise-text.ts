/**
 * Normalised identifiers of plain text: opaque ids and codes.
 *
 * Systems write "there is none" in many ways, and each of them, taken for an id, would make one customer of all the
 * rows that have it. Placeholders are therefore no identifiers at all, whatever the definitions say.
 * @module
 */

const MAX_OPAQUE = 256;
const MAX_CODE = 64;
/** Normalising may shorten a text; one that starts longer than this is no id. */
const MAX_RAW = 1024;

const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'null',
  'undefined',
  'none',
  'nil',
  'nan',
  'n/a',
  '#n/a',
  'na',
  'unknown',
  'anonymous',
  'guest',
  'true',
  'false',
  '-1',
  '[object object]',
  '无',
  '無',
  '未知',
  '匿名',
]);

/** Whether a text stands for "no value": a placeholder word, or nothing but zeros, dashes, dots and slashes. */
const isPlaceholder = (text: string): boolean =>
  PLACEHOLDERS.has(text.toLowerCase()) || isFiller(text);

const isFiller = (text: string): boolean => {
  for (const char of text) if (!'0-_./* '.includes(char)) return false;
  return true;
};

/**
 * An id that only its issuer can read (a login, a unionid): compatibility form (NFKC), trimmed, case kept.
 * 1 to 256 characters without control characters; `undefined` for anything else and for placeholders.
 */
export const normaliseOpaque = (raw: string): string | undefined => {
  if (raw.length > MAX_RAW) return undefined;
  const text = raw.normalize('NFKC').trim();
  if (text.length > MAX_OPAQUE || isPlaceholder(text)) return undefined;
  return text.isWellFormed() && !hasControl(text) ? text : undefined;
};

/**
 * A code that people type and scanners read (a card number): as an opaque id, but upper case and without spaces and
 * dashes, 1 to 64 characters.
 */
export const normaliseCode = (raw: string): string | undefined => {
  const text = normaliseOpaque(raw);
  if (text === undefined) return undefined;
  const code = text
    .replace(/[\s\-‐-―−]/g, '')
    .toUpperCase()
    // Upper case may come decomposed (ΐ has no capital of its own).
    .normalize('NFKC');
  return code === '' || code.length > MAX_CODE || isPlaceholder(code) ? undefined : code;
};

const GENDERS: ReadonlyMap<string, string> = new Map([
  ['M', 'M'],
  ['MALE', 'M'],
  ['F', 'F'],
  ['FEMALE', 'F'],
]);

/** `M` or `F`, from these letters or the English words; a source with other codes maps them in its definition. */
export const normaliseGender = (raw: string): string | undefined =>
  raw.length > 16 ? undefined : GENDERS.get(raw.normalize('NFKC').trim().toUpperCase());

const hasControl = (text: string): boolean => {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
};
