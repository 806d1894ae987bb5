/**
 * Key parts: the words in which rules say what rows must have in common to be compared.
 * @module
 */

/** Parts of a row that keys are made of. */
export const KEY_PARTS = [
  'names',
  'name',
  'spelled',
  'birth-date',
  'birth-year',
  'birth-year-month',
  'birth-year-day',
  'birth-month-day',
  'email',
  'email-local',
  'email-domain',
  'email-head',
  'phone',
  'phone-head',
  'phone-end',
  'phone-tail',
  'street',
  'house-number',
  'postcode',
  'city',
  'id-head',
  'id-tail',
  'text',
] as const;

/** A part of a row; `names` is all names by sound in any order, `name` one of them, `spelled` the whole name by letter. */
export type KeyPart = (typeof KEY_PARTS)[number];

/** Parts that a key joins, all of which a row must have. */
export type BlockingRule = readonly KeyPart[];
