import { expect, test } from 'vitest';
import { InvariantError } from '#domain/shared/assert.ts';
import { canonicalJson } from '#domain/shared/canonical-json.ts';

test.each<[string, unknown, string]>([
  ['sorts keys at every level', { b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
  ['sorts by code unit', { é: 1, z: 2, Z: 3, a: 4 }, '{"Z":3,"a":4,"z":2,"é":1}'],
  ['sorts numbers as text', { 10: 1, 9: 2 }, '{"10":1,"9":2}'],
  ['keeps lists in order', [3, 1, 2], '[3,1,2]'],
  ['leaves out what is undefined', { a: undefined, b: null }, '{"b":null}'],
  ['escapes as JSON does', 'a"\n', '"a\\"\\n"'],
  ['writes minus zero as zero', -0, '0'],
])('%s', (_, value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['a function', () => 1],
  ['a date', new Date(0)],
  ['a set', new Set([1])],
  ['a bigint', 1n],
  ['a hole', [undefined]],
])('%s is refused', (_, value) => {
  expect(() => canonicalJson(value)).toThrow(InvariantError);
});
