import { describe, expect, test } from 'vitest';
import { type DmsType, dmsType, renderValue } from '../../../local/capture/column-values.ts';

describe('renderValue', () => {
  test.each<[DmsType, string | null, unknown]>([
    ['BOOLEAN', 't', true],
    ['BOOLEAN', 'f', false],
    ['INT16', '-7', -7],
    ['INT32', '2147483647', 2147483647],
    ['INT64', '9007199254740991', 9007199254740991],
    ['STRING', '9007199254740993', '9007199254740993'],
    ['REAL8', '2.5', 2.5],
    ['REAL8', 'NaN', 'NaN'],
    ['NUMERIC', '129.90', 129.9],
    ['NUMERIC', '-0.05', -0.05],
    ['NUMERIC', '999999999999999', 999999999999999],
    ['NUMERIC', '1234567890.123456', '1234567890.123456'],
    ['NUMERIC', 'NaN', 'NaN'],
    ['DATE', '1990-02-28', '1990-02-28'],
    ['TIME', '01:30:00', '01:30:00'],
    ['DATETIME', '2026-03-01 10:00:00', '2026-03-01T10:00:00.000000Z'],
    ['DATETIME', '2026-03-01 10:00:00.1', '2026-03-01T10:00:00.100000Z'],
    ['DATETIME', '2026-03-01 02:00:00.123456+00', '2026-03-01T02:00:00.123456Z'],
    ['BYTES', '\\xdeadbeef', 'DEADBEEF'],
    ['NCLOB', '陳大文 小姐', '陳大文 小姐'],
    ['NCLOB', '', ''],
    ['STRING', null, null],
  ])('%s %j is rendered as %j', (type, text, value) => {
    expect(renderValue(type, text)).toBe(value);
  });

  test('a text longer than a limited LOB is cut', () => {
    expect(renderValue('NCLOB', 'x'.repeat(600_000))).toHaveLength(524_288);
  });
});

describe('dmsType', () => {
  test.each<[number, boolean, DmsType]>([
    [16, false, 'BOOLEAN'],
    [20, false, 'INT64'],
    [20, true, 'STRING'],
    [23, true, 'INT32'],
    [25, false, 'NCLOB'],
    [1042, false, 'STRING'],
    [1043, false, 'STRING'],
    [1114, false, 'DATETIME'],
    [1184, false, 'DATETIME'],
    [1700, false, 'NUMERIC'],
    [3802, false, 'NCLOB'],
    [2950, false, 'STRING'],
  ])('type %i (id: %s) is %s', (oid, isId, type) => {
    expect(dmsType(oid, isId)).toBe(type);
  });
});
