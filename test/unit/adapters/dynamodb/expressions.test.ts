import { expect, test } from 'vitest';
import { expressionsOf } from '#adapters/dynamodb/expressions.ts';
import type { Action, Condition } from '#application/shared/table.ts';

const key = { pk: 'P', sk: 'S' };

test.each([
  [{ missing: ['pk'] }, 'attribute_not_exists(#0)', { '#0': 'pk' }, undefined],
  [
    { exists: ['pos.r.7', 'v'] },
    'attribute_exists(#0.#1)',
    { '#0': 'pos.r.7', '#1': 'v' },
    undefined,
  ],
  [{ equals: [['n'], 7] }, '#0 = :0', { '#0': 'n' }, { ':0': { N: '7' } }],
  [{ less: [['a b'], 'x'] }, '#0 < :0', { '#0': 'a b' }, { ':0': { S: 'x' } }],
  [
    { any: [{ missing: ['r'] }, { less: [['r', 'v'], 'x'] }] },
    'attribute_not_exists(#0) OR #0.#1 < :0',
    { '#0': 'r', '#1': 'v' },
    { ':0': { S: 'x' } },
  ],
  [
    { all: [{ any: [{ all: [{ missing: ['a'] }, { missing: ['b'] }] }] }, { exists: ['c'] }] },
    '(attribute_not_exists(#0) AND attribute_not_exists(#1)) AND attribute_exists(#2)',
    { '#0': 'a', '#1': 'b', '#2': 'c' },
    undefined,
  ],
  [{ all: [{ any: [{ exists: ['a'] }] }] }, 'attribute_exists(#0)', { '#0': 'a' }, undefined],
  [{ all: [] }, 'attribute_exists(#0) OR attribute_not_exists(#0)', { '#0': 'pk' }, undefined],
  [{ any: [] }, 'attribute_exists(#0) AND attribute_not_exists(#0)', { '#0': 'pk' }, undefined],
] as readonly (readonly [Condition, string, unknown, unknown])[])(
  'condition %j reads %s',
  (when, text, names, values) => {
    const expressions = expressionsOf({ kind: 'delete', key, when });
    expect(expressions.ConditionExpression).toBe(text);
    expect(expressions.ExpressionAttributeNames).toEqual(names);
    expect(expressions.ExpressionAttributeValues).toEqual(values);
  },
);

test.each([
  [{ kind: 'put', item: { ...key, a: 1 } }, {}],
  [{ kind: 'delete', key }, {}],
  [
    {
      kind: 'update',
      key,
      set: { 'pos.r.7': { v: 'x' }, b: 2 },
      remove: ['c'],
      add: { rev: 1 },
      when: { missing: ['b'] },
    },
    {
      UpdateExpression: 'SET #0=:0,#1=:1 REMOVE #2 ADD #3 :2',
      ConditionExpression: 'attribute_not_exists(#1)',
      ExpressionAttributeNames: { '#0': 'pos.r.7', '#1': 'b', '#2': 'c', '#3': 'rev' },
      ExpressionAttributeValues: {
        ':0': { M: { v: { S: 'x' } } },
        ':1': { N: '2' },
        ':2': { N: '1' },
      },
    },
  ],
] as readonly (readonly [Action, unknown])[])('%j fills only what it needs', (action, expected) => {
  expect(expressionsOf(action)).toEqual(expected);
});
