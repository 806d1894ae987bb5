/**
 * Normalised e-mail addresses: compatibility form (NFKC), trimmed, lower case.
 *
 * Dots and plus signs stay: which addresses share a mailbox is each provider's own rule, and a wrong guess merges two
 * people. The shape check is a scanner of one pass, for a backtracking expression on foreign input can take minutes.
 * @module
 */

const MAX_ADDRESS = 254;
const MAX_LOCAL = 64;
const MAX_LABEL = 63;

/** Characters that an unquoted local part cannot hold (RFC 5322, "specials"), and spaces. */
const FORBIDDEN_IN_LOCAL = ' ()<>[]:;@\\,"';

/** Normalises an address; `undefined` when it has not the shape of one. */
export const normaliseEmail = (raw: string): string | undefined => {
  if (raw.length > 2 * MAX_ADDRESS) return undefined;
  const address = raw.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  const at = address.lastIndexOf('@');
  if (at < 1 || address.length > MAX_ADDRESS || !address.isWellFormed()) return undefined;
  return isLocalPart(address.slice(0, at)) && isDomain(address.slice(at + 1)) ? address : undefined;
};

const isLocalPart = (local: string): boolean => {
  if (local.length > MAX_LOCAL || local.startsWith('.') || local.endsWith('.')) return false;
  for (const char of local) {
    if (FORBIDDEN_IN_LOCAL.includes(char) || char < '!' || isSpace(char)) return false;
  }
  return !local.includes('..');
};

const isDomain = (domain: string): boolean => {
  const labels = domain.split('.');
  const last = labels.at(-1) ?? '';
  return labels.length >= 2 && last.length >= 2 && !isDigits(last) && labels.every(isLabel);
};

const isLabel = (label: string): boolean => {
  if (label.length < 1 || label.length > MAX_LABEL) return false;
  if (label.startsWith('-') || label.endsWith('-')) return false;
  for (const char of label) if (!isLabelChar(char)) return false;
  return true;
};

/** Letters of any script (internationalised domains), digits, dashes. */
const isLabelChar = (char: string): boolean => /^[\p{L}\p{M}\p{N}-]$/u.test(char);

const isDigits = (text: string): boolean => {
  for (const char of text) if (char < '0' || char > '9') return false;
  return true;
};

const isSpace = (char: string): boolean => char.trim() === '';
