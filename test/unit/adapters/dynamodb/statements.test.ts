/**
 * Writes as statements: their text, which writes have one, and how they are cut into requests.
 * @module
 */
import { expect, test } from 'vitest';
import { hasStatement, planWrites, statementOf } from '#adapters/dynamodb/statements.ts';
import type { Condition, Write } from '#application/shared/table.ts';

const KEY = { pk: 'P', sk: 'S' };
const THERE: Condition = { exists: ['pk'] };
const update = (set: Record<string, string>, more: object = {}): Write => ({
  kind: 'update',
  key: KEY,
  set,
  when: THERE,
  ...more,
});

test('an update of several attributes is one clause, with its parameters in the order of the text', () => {
  const when: Condition = { any: [{ missing: ['pos/r/1'] }, { less: [['pos/r/1', 'v'], '3'] }] };
  expect(statementOf('T', update({ 'pos/r/1': 'x', buckets: 'y' }, { when }))).toEqual({
    Statement:
      'UPDATE "T" SET "pos/r/1"=?, "buckets"=? WHERE pk=? AND sk=? AND ' +
      '("pos/r/1" IS MISSING OR "pos/r/1"."v" < ?)',
    Parameters: [{ S: 'x' }, { S: 'y' }, { S: 'P' }, { S: 'S' }, { S: '3' }],
  });
});

const names = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${n}`.padEnd(length, 'a'), 'x']));

test.each<[string, Write, boolean]>([
  ['sets one attribute', update({ a: 'x' }), true],
  ['sets two', update({ a: 'x', b: 'y' }), true],
  ['sets two, one under a name that is no plain one', update({ a: 'x', 'b.c': 'y' }), false],
  ['sets and removes', update({ a: 'x' }, { remove: ['b'] }), false],
  ['sets and adds', update({ a: 'x' }, { add: { n: 1 } }), false],
  ['sets nothing', update({}, { remove: ['b'] }), false],
  ['sets without a condition', { kind: 'update', key: KEY, set: { a: 'x' } }, false],
  ['would be a statement of 8 KB', update(names(30, 250)), true],
  ['would be a longer one', update(names(32, 250)), false],
])('a write that %s: %s', (_, write, can) => {
  expect(hasStatement(write)).toBe(can);
});

test('sixty updates of several attributes take three requests', () => {
  const writes = Array.from({ length: 60 }, (_, n): Write => {
    return { kind: 'update', key: { pk: 'P', sk: `${n}` }, set: { a: 1, b: 2 }, when: THERE };
  });
  const { batches, singles } = planWrites(writes);
  expect([batches.map(({ length }) => length), singles]).toEqual([[25, 25, 10], []]);
});
