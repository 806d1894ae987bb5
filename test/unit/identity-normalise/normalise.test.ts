import { describe, expect, test } from 'vitest';
import { normaliseEmail } from '#domain/identity/normalise-email.ts';
import { normaliseName } from '#domain/identity/normalise-name.ts';
import { normaliseNameSound } from '#domain/identity/normalise-name-sound.ts';
import { normalisePhone, normalisePhoneTail } from '#domain/identity/normalise-phone.ts';
import {
  normaliseCode,
  normaliseGender,
  normaliseOpaque,
} from '#domain/identity/normalise-text.ts';
import { normaliseValue } from '#domain/identity/normalise-value.ts';

describe('phone', () => {
  test.each([
    ['13912345678', 'CN', '+8613912345678'],
    ['139 1234 5678', 'CN', '+8613912345678'],
    ['139-1234-5678', 'CN', '+8613912345678'],
    ['１３９１２３４５６７８', 'CN', '+8613912345678'],
    ['（139）1234—5678', 'CN', '+8613912345678'],
    ['+86-139-1234-5678', undefined, '+8613912345678'],
    ['＋86 13912345678', 'HK', '+8613912345678'],
    ['0086 139 1234 5678', 'SG', '+8613912345678'],
    ['8613912345678', 'CN', '+8613912345678'],
    ['013912345678', 'CN', '+8613912345678'],
    ['13800138000', 'CN', '+8613800138000'],
    ['021-6234 5678', 'CN', '+862162345678'],
    ['(010) 6552 9988', 'CN', '+861065529988'],
    ['9123 4567', 'HK', '+85291234567'],
    ['2345 6789', 'HK', '+85223456789'],
    ['6612 3456', 'MO', '+85366123456'],
    ['2871 5555', 'MO', '+85328715555'],
    ['8123 4567', 'SG', '+6581234567'],
    ['6123 4567', 'SG', '+6561234567'],
    ['+852 9123 4567', 'CN', '+85291234567'],
    ['+1 415 555 2671', undefined, '+14155552671'],
    ['+44 (0)20 7946 0958', undefined, '+442079460958'],
  ] as const)('%s in %s is %s', (raw, region, expected) => {
    expect(normalisePhone(raw, region)).toBe(expected);
  });

  test('one number of eight digits is two people in two markets', () => {
    expect(normalisePhone('61234567', 'HK')).toBe('+85261234567');
    expect(normalisePhone('61234567', 'SG')).toBe('+6561234567');
  });

  test.each([
    ['no region', '91234567', undefined],
    ['nothing', '', 'CN'],
    ['a plus alone', '+', 'CN'],
    ['a plus inside', '139+12345678', 'CN'],
    ['zeros', '00000000000', 'CN'],
    ['ones', '11111111111', 'CN'],
    ['counted digits', '12345678901', 'CN'],
    ['a digit short', '1391234567', 'CN'],
    ['a digit long', '139123456789', 'CN'],
    ['a fixed line without area code', '62345678', 'CN'],
    ['a number of Hong Kong read in the mainland', '91234567', 'CN'],
    ['a mainland code without plus, read in Hong Kong', '8613912345678', 'HK'],
    ['two numbers', '13912345678/13812345678', 'CN'],
    ['an extension', '2345 6789 ext 12', 'HK'],
    ['letters', '1-800-FLOWERS', 'CN'],
    ['a service number', '400 812 3123', 'CN'],
    ['a toll-free number', '800 96 1234', 'HK'],
    ['a short code', '95588', 'CN'],
    ['masked digits', '139****5678', 'CN'],
    ['Arabic digits of another script', '١٣٩١٢٣٤٥٦٧٨', 'CN'],
    ['a very long text', '1'.repeat(100_000), 'CN'],
  ] as const)('%s is no identifier', (_, raw, region) => {
    expect(normalisePhone(raw, region)).toBeUndefined();
  });
});

describe('email', () => {
  test.each([
    ['Li.Wei@Example.COM', 'li.wei@example.com'],
    ['  a+b@example.co ', 'a+b@example.co'],
    ['ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'li@example.com'],
    ['用户@例子.公司', '用户@例子.公司'],
    ["o'neil_1@a-b.example", "o'neil_1@a-b.example"],
    ['l.i.w.e.i@gmail.com', 'l.i.w.e.i@gmail.com'],
    ['10001@qq.com', '10001@qq.com'],
  ])('%s is %s', (raw, expected) => {
    expect(normaliseEmail(raw)).toBe(expected);
  });

  test.each([
    '',
    'n/a',
    '@example.com',
    'li@',
    'li',
    'li@example',
    'li@example.c',
    'li@example.123',
    'li@.example.com',
    'li@example..com',
    'li@example.com.',
    'li@-example.com',
    'li@example-.com',
    'li@exam ple.com',
    'l i@example.com',
    'li@wei@example.com',
    '.li@example.com',
    'li.@example.com',
    'l..i@example.com',
    'Li Wei <li@example.com>',
    'a@example.com,b@example.com',
    'mailto:li@example.com',
    'li\u0000@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
    `a@${'b.'.repeat(200)}com`,
  ])('%j is no identifier', (raw) => {
    expect(normaliseEmail(raw)).toBeUndefined();
  });
});

describe('opaque', () => {
  test.each([
    ['oABCdef_-1', 'oABCdef_-1'],
    [' oABC ', 'oABC'],
    ['ＡＢ１', 'AB1'],
    ['7', '7'],
    ['0001', '0001'],
    ['null-island', 'null-island'],
    ['x'.repeat(256), 'x'.repeat(256)],
  ])('%s', (raw, expected) => {
    expect(normaliseOpaque(raw)).toBe(expected);
  });

  test.each([
    '',
    ' ',
    '0',
    '0000000',
    '-',
    '--',
    '0-0',
    '.',
    'null',
    'NULL',
    'Undefined',
    'none',
    'nil',
    'NaN',
    'N/A',
    'n/a',
    'NA',
    '#N/A',
    '-1',
    'unknown',
    'Anonymous',
    '[object Object]',
    'true',
    '无',
    '未知',
    '＊＊＊',
    'a\nb',
    'a\u0000',
    'a\ud800',
    'x'.repeat(257),
    'x'.repeat(100_000),
  ])('%j is no identifier', (raw) => {
    expect(normaliseOpaque(raw)).toBeUndefined();
  });
});

test.each([
  ['a-123 45', 'A12345'],
  ['ａ１２３', 'A123'],
  ['VIP–001', 'VIP001'],
  ['x'.repeat(64), 'X'.repeat(64)],
  ['x'.repeat(65), undefined],
  ['-', undefined],
  ['n-a', undefined],
  ['00-00', undefined],
])('code %s is %s', (raw, expected) => {
  expect(normaliseCode(raw)).toBe(expected);
});

test.each([
  ['+852 6612 3456', '3456'],
  ['0086-139-1234-5678', '5678'],
  ['６６１２３４５６', '3456'],
  ['3456', '3456'],
  ['345', undefined],
  ['12345', '2345'],
  ['6612 3456 ext 12', undefined],
  ['139****5678', undefined],
  ['', undefined],
  ['1'.repeat(41), undefined],
])('the tail of phone %s is %s', (raw, expected) => {
  expect(normalisePhoneTail(raw)).toBe(expected);
});

test.each([
  ['M', 'M'],
  ['f', 'F'],
  [' Male ', 'M'],
  ['FEMALE', 'F'],
  ['Ｍ', 'M'],
  ['U', undefined],
  ['', undefined],
  ['男', undefined],
  ['m'.repeat(1000), undefined],
])('gender %s is %s', (raw, expected) => {
  expect(normaliseGender(raw)).toBe(expected);
});

test.each([
  ['phone', '91234567', '+85291234567'],
  ['phone-tail', '91234567', '4567'],
  ['email', 'A@b.co', 'a@b.co'],
  ['opaque', ' x ', 'x'],
  ['code', 'a-1', 'A1'],
  ['date', '1990/5/3', '1990-05-03'],
  ['gender', 'm', 'M'],
  ['name-sound', '陳大文', 'x.n-t.-m.n'],
] as const)('normaliser %s is reached by its name', (normaliser, raw, expected) => {
  expect(normaliseValue(normaliser, raw, 'HK')).toBe(expected);
});

describe('sound of a name', () => {
  test.each([
    ['蘇燕敏', 's.-y.n-m.n'],
    ['SO YIN MAN, KAREN', 's.-y.n-m.n'],
    ['Mrs So Yin-Man', 's.-y.n-m.n'],
    ['陳大文', 'x.n-t.-m.n'],
    ['Chan Tai Man', 'x.n-t.-m.n'],
    ['Suresh Kumar', 's.-k.'],
    ['王先生', undefined],
    ['Cher', undefined],
    ['1 2 3', undefined],
    ['', undefined],
    ['a b c d e f g', undefined],
    ['x '.repeat(100), undefined],
  ])('%s: %s', (raw, expected) => {
    expect(normaliseNameSound(raw)).toBe(expected);
    if (expected !== undefined) expect(normaliseNameSound(expected)).toBe(expected);
  });
});

describe('name', () => {
  test.each([
    ['张伟', 'zhangwei'],
    ['張 偉', 'zhangwei'],
    ['Zhang Wei', 'zhangwei'],
    ['单雄信', 'shanxiongxin'],
    ['欧阳娜娜', 'ouyangnana'],
    ['KAVITHA  RAJ', 'kavitharaj'],
    ['Mrs Mary Lee', 'marylee'],
    ["José O'Neill", 'joseoneill'],
    ['王先生', undefined],
    ['王', undefined],
    ['Li', undefined],
    ['', undefined],
    ['x'.repeat(200), undefined],
  ])('%s: %s', (raw, expected) => {
    expect(normaliseName(raw)).toBe(expected);
    if (expected !== undefined) expect(normaliseName(expected)).toBe(expected);
  });
});
