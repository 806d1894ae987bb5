/**
 * Masks: enough of a personal value to recognise it by whoever knows it, and too little for anybody else.
 * @module
 */
import type { Normaliser } from '#domain/definitions/types.ts';

const STARS = '****';

/** Masks a normalised identifier by the kind of its namespace. */
export const maskValue = (normaliser: Normaliser, value: string): string => {
  switch (normaliser) {
    case 'phone':
      return maskPhone(value);
    case 'email':
      return maskEmail(value);
    case 'date':
      return `${value.slice(0, 4)}-**-**`;
    default:
      return maskText(value);
  }
};

/** `+8613800138000` → `+86138****8000`: the last four digits, and what stands before the four in front of them. */
export const maskPhone = (phone: string): string =>
  phone.length < 9 ? STARS : `${phone.slice(0, -8)}${STARS}${phone.slice(-4)}`;

/** `li.wei@example.com` → `l***@example.com`. */
export const maskEmail = (address: string): string => {
  const at = address.lastIndexOf('@');
  return at < 1 ? STARS : `${firstOf(address)}***${address.slice(at)}`;
};

/** `王小明` → `王**`, `Li Wei` → `L*****`: the first character, and how many follow. */
export const maskName = (name: string): string => {
  const characters = [...name];
  return characters.map((character, index) => (index === 0 ? character : '*')).join('');
};

/** Two characters at each end of what has eight or more, else the first. */
export const maskText = (text: string): string => {
  const characters = [...text];
  return characters.length < 8
    ? `${firstOf(text)}${STARS}`
    : `${characters.slice(0, 2).join('')}${STARS}${characters.slice(-2).join('')}`;
};

const firstOf = (text: string): string => [...text][0] ?? '';
