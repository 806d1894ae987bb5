/**
 * Pseudonym: what stands for a value in keys, 22 characters of base64url for 16 bytes, with the version of the pepper that
 * made it.
 *
 * 22 characters hold four bits more than 16 bytes, and the last character carries the version in them (modulo 16). So a
 * pseudonym tells whether it is of the pepper in force, in no more space than before.
 * @module
 */

/** Characters of a pseudonym. */
export const PSEUDONYM_LENGTH = 22;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const MARKS = 16;
const FORM = /^[\w-]{22}$/;

/**
 * Notes the version of the pepper in a pseudonym.
 * @param text 16 bytes as base64url
 * @param version 1, 2, …; a first version leaves the text as it is
 */
export const markVersion = (text: string, version: number): string => {
  const last = ALPHABET.indexOf(text.charAt(PSEUDONYM_LENGTH - 1));
  return `${text.slice(0, PSEUDONYM_LENGTH - 1)}${ALPHABET.charAt(last + markOf(version))}`;
};

const markOf = (version: number): number => (version - 1) % MARKS;

/** Whether a text has the form of a pseudonym of this version. Versions next to each other never look alike. */
export const isOfVersion = (text: string, version: number): boolean =>
  FORM.test(text) &&
  ALPHABET.indexOf(text.charAt(PSEUDONYM_LENGTH - 1)) % MARKS === markOf(version);
