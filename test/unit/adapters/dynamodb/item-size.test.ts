import { expect, test } from 'vitest';
import { itemSize } from '#adapters/dynamodb/item-size.ts';
import type { Value } from '#application/shared/table.ts';

test.each([
  ['an empty text', '', 0],
  ['ASCII', 'abc', 3],
  ['Chinese', '周大福', 9],
  ['an emoji', '😀', 4],
  ['zero', 0, 1],
  ['one digit', 7, 2],
  ['two digits', 42, 2],
  ['three digits', 129, 3],
  ['digits that are significant', 129_900, 3],
  ['a negative number', -42, 3],
  ['the largest', Number.MAX_SAFE_INTEGER, 9],
  ['a boolean', true, 1],
  ['null', null, 1],
  ['an empty list', [], 3],
  ['a list', ['ab', 7], 3 + 1 + 2 + 1 + 2],
  ['an empty map', {}, 3],
  ['a map', { 名: 'ab' }, 3 + 1 + 3 + 2],
  ['a set', new Set(['ab', '乙']), 5],
] as readonly (readonly [string, Value, number])[])(
  '%s counts as DynamoDB counts',
  (_, value, bytes) => {
    expect(itemSize({ n: value })).toBe(1 + bytes);
  },
);

test('an item counts its key, and names in UTF-8', () => {
  expect(itemSize({ pk: 'C#1', sk: 'ROOT', 標籤: 'x' })).toBe(2 + 3 + 2 + 4 + 6 + 1);
});
