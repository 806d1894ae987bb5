import { describe, expect, test } from 'vitest';
import { compileFilters, kinesisView } from '../../../../local/cloud/event-sources/filter.ts';
import { json } from '../template/assemblies.ts';

const passes = (pattern: unknown, record: unknown) => compileFilters([json(pattern)])(json(record));

describe('a pattern', () => {
  test.each([
    ['exact text', { a: ['x'] }, { a: 'x' }, true],
    ['other text', { a: ['x'] }, { a: 'y' }, false],
    ['one of several', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['null', { a: [null] }, { a: null }, true],
    ['null is not missing', { a: [null] }, {}, false],
    ['a number', { a: [1] }, { a: 1 }, true],
    ['a number is not its text', { a: [1] }, { a: '1' }, false],
    ['two fields, both', { a: ['x'], b: ['y'] }, { a: 'x', b: 'y' }, true],
    ['two fields, one', { a: ['x'], b: ['y'] }, { a: 'x', b: 'z' }, false],
    ['a nested field', { a: { b: ['x'] } }, { a: { b: 'x' } }, true],
    ['an element of a list', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['a prefix', { a: [{ prefix: 'erp.' }] }, { a: 'erp.orders' }, true],
    ['a prefix of a number', { a: [{ prefix: '1' }] }, { a: 12 }, false],
    ['a suffix', { a: [{ suffix: '.csv' }] }, { a: 'b.csv' }, true],
    ['any case', { a: [{ 'equals-ignore-case': 'ABC' }] }, { a: 'abc' }, true],
    ['something that exists', { a: [{ exists: true }] }, { a: 0 }, true],
    ['something missing', { a: [{ exists: true }] }, {}, false],
    ['something that must be missing', { a: { b: [{ exists: false }] } }, {}, true],
    ['anything but', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
    ['anything but one of them', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
    ['anything but is not missing', { a: [{ 'anything-but': 'x' }] }, {}, false],
    ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
    ['a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['outside a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    ['a range of text', { a: [{ numeric: ['>', 0] }] }, { a: '1' }, false],
    ['$or', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
  ])('on %s', (_, pattern, record, expected) => {
    expect(passes(pattern, record)).toBe(expected);
  });

  test('with a rule nobody knows is refused', () => {
    expect(() => passes({ a: [{ wildcard: '*' }] }, {})).toThrow('"wildcard"');
  });
});

describe('on Kinesis data', () => {
  const isData = { data: { metadata: { 'record-type': ['data'] } } };
  const isNotControl = { data: { metadata: { 'record-type': [{ exists: false }] } } };

  test.each([
    ['JSON that matches', isData, '{"metadata":{"record-type":"data"}}', true],
    ['JSON that does not', isData, '{"metadata":{"record-type":"control"}}', false],
    ['text that is no JSON', isData, 'hello', false],
    ['no JSON, even when absence is asked for', isNotControl, 'hello', false],
    ['nothing at all', isNotControl, '', false],
    ['a JSON scalar', isNotControl, '1', false],
    ['plain text by a pattern on text', { data: ['hello'] }, 'hello', true],
    ['the partition key', { partitionKey: [{ prefix: 'erp.' }] }, 'hello', true],
  ])('%s', (_, pattern, data, expected) => {
    expect(passes(pattern, kinesisView({ partitionKey: 'erp.orders.1' }, data))).toBe(expected);
  });
});

test('without patterns everything passes', () => {
  expect(compileFilters([])('anything')).toBe(true);
});
