import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Cell,
  cellsOf,
  csvOf,
  type ExtractCondition,
  matches,
  ndjsonOf,
} from '#domain/serve/extract.ts';

const PROFILE = {
  customerId: 'one_a',
  profile: {
    name: { value: '陳大文', source: 'member' },
    tier: { value: 'gold', source: 'member' },
  },
  identifiers: [
    { namespace: 'phone', value: '+85291234567' },
    { namespace: 'phone', value: '+8613912345678' },
    { namespace: 'email', value: 'a@example.com' },
  ],
  orderCount: 3,
  spend: [
    { amount: '1200.50', currency: 'HKD' },
    { amount: '80.00', currency: 'CNY' },
  ],
  lastOrderAt: '2026-11-20T02:00:00.000Z',
  lastReturnAt: null,
};

describe('a condition', () => {
  test.each<[ExtractCondition, boolean]>([
    [{ field: 'tier', is: 'equal', value: 'gold' }, true],
    [{ field: 'tier', is: 'not-equal', value: 'gold' }, false],
    [{ field: 'city', is: 'not-equal', value: 'Macau' }, true],
    [{ field: 'city', is: 'unknown' }, true],
    [{ field: 'lastReturnAt', is: 'known' }, false],
    [{ field: 'orderCount', is: 'at-least', value: 3 }, true],
    [{ field: 'orderCount', is: 'at-least', value: 4 }, false],
    [{ field: 'orderCount', is: 'at-least', value: '3' }, false],
    [{ field: 'orderCount', is: 'at-most', value: 2 }, false],
    [{ field: 'lastOrderAt', is: 'at-least', value: '2026-11-20' }, true],
    [{ field: 'lastOrderAt', is: 'at-most', value: '2026-11-20' }, false],
    [{ field: 'spend', is: 'at-least', value: 1000, currency: 'HKD' }, true],
    [{ field: 'spend', is: 'at-least', value: 1000, currency: 'CNY' }, false],
    [{ field: 'spend', is: 'known', currency: 'SGD' }, false],
    [{ field: 'identifiers.phone', is: 'equal', value: '+8613912345678' }, true],
    [{ field: 'identifiers.unionid', is: 'unknown' }, true],
    [{ field: 'constructor', is: 'known' }, false],
  ])('%j: %s', (condition, expected) => {
    expect(matches(PROFILE, [condition])).toBe(expected);
  });

  test('is one of all that must hold', () => {
    const gold: ExtractCondition = { field: 'tier', is: 'equal', value: 'gold' };
    expect(matches(PROFILE, [])).toBe(true);
    expect(matches(PROFILE, [gold, { field: 'city', is: 'known' }])).toBe(false);
  });
});

test('a row has a cell for each column', () => {
  const columns = ['customerId', 'name', 'city', 'identifiers.phone', 'orderCount', 'spend'];
  expect(cellsOf(PROFILE, columns)).toEqual([
    'one_a',
    '陳大文',
    null,
    '+85291234567; +8613912345678',
    3,
    '1200.50 HKD; 80.00 CNY',
  ]);
});

describe('CSV', () => {
  test.each<[Cell, string]>([
    [null, ''],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['say "hi"', '"say ""hi"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['+SUM(A1)', "'+SUM(A1)"],
    ['-1+cmd', "'-1+cmd"],
    ['+85291234567', '+85291234567'],
    ['+85228881234; +8613912345678', '+85228881234; +8613912345678'],
    [-12.5, '-12.5'],
    [true, 'true'],
  ])('%j is written %s', (cell, written) => {
    expect(csvOf(['c'], [[cell]])).toBe(`c\r\n${written}\r\n`);
  });

  test('holds every text, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (rows) => {
        const text = csvOf(['a', 'b'], rows);
        const read = parse(text, { record_delimiter: '\r\n' }).slice(1);
        expect(
          read.map((row: readonly string[]) => row.map((cell) => cell.replace(/^'/, ''))),
        ).toEqual(rows.map((row: readonly string[]) => row.map((cell) => cell.replace(/^'/, ''))));
      }),
    );
  });
});

test('NDJSON has one object a line, and says what is not known', () => {
  expect(
    ndjsonOf(
      ['a', 'b'],
      [
        ['x\n', null],
        [1, true],
      ],
    ),
  ).toBe('{"a":"x\\n","b":null}\n{"a":1,"b":true}\n');
});
