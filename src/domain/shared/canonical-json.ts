/**
 * Canonical JSON: one text per value, so that equal values have equal digests.
 *
 * Keys are sorted by code unit at every level, there are no spaces, and members that are `undefined` are left out.
 * @module
 */
import { InvariantError } from './assert.ts';

/**
 * Writes a value of plain objects, lists, text, finite numbers, booleans and null.
 * @throws InvariantError for anything that JSON cannot carry exactly (NaN, a function, a Map)
 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) return canonicalObject(value);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null)
    return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  throw new InvariantError(`JSON cannot carry a ${typeof value} exactly`);
};

const canonicalObject = (value: object): string => {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new InvariantError('JSON cannot carry an instance of a class exactly');
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
};
