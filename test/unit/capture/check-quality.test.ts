import { describe, expect, test } from 'vitest';
import { checkQuality } from '#domain/capture/check-quality.ts';
import type { QualityCheck, QualityFix } from '#domain/definitions/types.ts';
import type { Json } from '#domain/shared/json.ts';

const breaks = (check: QualityCheck, value: Json): boolean =>
  checkQuality({ c: value }, [{ ...check, rule: 'r', column: 'c', severity: 'warn' }]).defects
    .length > 0;

describe('a check', () => {
  test.each<[QualityCheck, readonly Json[], readonly Json[]]>([
    [{ check: 'required' }, ['x', 0, false], [null, '', '  ']],
    [{ check: 'pattern', pattern: '\\d{3}' }, ['123', 123, null, ''], ['1234', '12', 'abc', {}]],
    [{ check: 'pattern', pattern: 'a|b' }, ['a', 'b'], ['ab', 'xa']],
    [{ check: 'one-of', values: ['1', 'M'] }, [1, '1', 'M ', null], ['2', 'm', []]],
    [{ check: 'length', min: 2, max: 3 }, ['ab', '陳大文', '👩👩'], ['a', 'abcd']],
    [
      { check: 'number', min: 0 },
      ['0', 5, '1e0'.slice(0, 1), null],
      ['-1', 'x', '1e3', ''].filter((text) => text !== ''),
    ],
    [{ check: 'number', max: 1 }, [1, '0.999'], [2, '1.001']],
    [
      { check: 'date', from: '1900-01-01', to: '2010-12-31' },
      ['1988-03-04', '2010-12-31T23:59:59Z', '0000-00-00', null],
      ['2011-01-01', '1899-12-31', '03/04/1988'],
    ],
  ])('%j', (check, good, bad) => {
    expect(good.filter((value) => breaks(check, value))).toEqual([]);
    expect(bad.filter((value) => !breaks(check, value))).toEqual([]);
  });
});

describe('a fix', () => {
  test.each<[QualityFix, Json, Json]>([
    ['clear', 'bad', null],
    ['upper', 'hk01', 'HK01'],
    ['lower', 'A@B.C', 'a@b.c'],
    ['digits', '１３８-0013 8000', '13800138000'],
    ['single-space', '  Chan　Tai   Man ', 'Chan Tai Man'],
    [{ value: 'unknown' }, 'x', 'unknown'],
  ])('%j of %j is %j', (fix, value, expected) => {
    const rule = { check: 'one-of', values: ['never'], rule: 'r', column: 'c' } as const;
    const checked = checkQuality({ c: value, d: 1 }, [{ ...rule, severity: 'fix', fix }]);
    expect(checked).toEqual({
      row: { c: expected, d: 1 },
      defects: [{ rule: 'r', column: 'c', severity: 'fix' }],
    });
  });

  test('is seen by the rules after it', () => {
    const upper = { rule: 'a', column: 'c', check: 'pattern', pattern: '[A-Z]+' } as const;
    const { defects } = checkQuality({ c: 'hk' }, [
      { ...upper, severity: 'fix', fix: 'upper' },
      { ...upper, rule: 'b', severity: 'quarantine' },
    ]);
    expect(defects.map(({ rule }) => rule)).toEqual(['a']);
  });
});

test('a missing column is missing in a whole row, and unknown in a part of one', () => {
  const rule = { rule: 'r', column: 'c', check: 'required', severity: 'warn' } as const;
  expect(checkQuality({}, [rule]).defects).toHaveLength(1);
  expect(checkQuality({}, [rule], true).defects).toEqual([]);
});
