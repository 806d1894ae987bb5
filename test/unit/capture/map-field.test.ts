import { describe, expect, test } from 'vitest';
import { mapField } from '#domain/capture/map-field.ts';
import type { FieldMapping } from '#domain/definitions/types.ts';
import type { Json, JsonObject } from '#domain/shared/json.ts';

const none = { ok: true, value: undefined };
const some = (value: unknown) => ({ ok: true, value });
const bad = (error: string) => ({ ok: false, error });

const field = (mapping: FieldMapping, value: Json, rest: JsonObject = {}) =>
  mapField(mapping, { c: value, ...rest }, 'HKD');

const column = 'c';

describe('no value', () => {
  test.each<FieldMapping['type']>(['text', 'integer', 'boolean', 'date', 'time', 'money', 'code'])(
    '%s: null, absent, empty and blank are none',
    (type) => {
      const mapping = {
        type,
        column,
        map: {},
        zone: 'UTC',
        currency: { value: 'HKD' },
      } as FieldMapping;
      expect(mapField(mapping, {}, 'HKD')).toEqual(none);
      for (const value of [null, '', '   ', '\u3000']) expect(field(mapping, value)).toEqual(none);
    },
  );

  test('an inherited member of the row is no column', () => {
    expect(mapField({ type: 'text', column: 'toString' }, {}, 'HKD')).toEqual(none);
  });
});

describe('text', () => {
  test.each<[string, Json, unknown]>([
    ['trims', '  Li Wei\u3000', some('Li Wei')],
    ['composes', 'Jose\u0301', some('José')],
    ['keeps full width', '李伟Ａ', some('李伟Ａ')],
    ['takes numbers', 12.5, some('12.5')],
    ['takes booleans', true, some('true')],
    ['mends half characters', 'a\ud800', some('a\ufffd')],
    ['refuses lists', ['a'], bad('bad-text')],
    ['refuses objects', { a: 1 }, bad('bad-text')],
    ['takes 8 KB', 'x'.repeat(8192), some('x'.repeat(8192))],
    ['refuses more', 'x'.repeat(8193), bad('bad-text')],
    ['counts bytes', '汉'.repeat(2731), bad('bad-text')],
  ])('%s', (_, value, expected) => {
    expect(field({ type: 'text', column }, value)).toEqual(expected);
  });
});

describe('integer', () => {
  test.each<[Json, unknown]>([
    [7, some(7)],
    [-7, some(-7)],
    [-0, some(0)],
    ['7', some(7)],
    [' +7 ', some(7)],
    ['7.000', some(7)],
    ['007', some(7)],
    [9007199254740991, some(9007199254740991)],
    ['9007199254740992', bad('bad-integer')],
    [2 ** 53, bad('bad-integer')],
    [1.5, bad('bad-integer')],
    ['1e3', bad('bad-integer')],
    ['1,000', bad('bad-integer')],
    ['0x10', bad('bad-integer')],
    [true, bad('bad-integer')],
    [[1], bad('bad-integer')],
  ])('%j', (value, expected) => {
    expect(field({ type: 'integer', column }, value)).toEqual(expected);
  });

  test.each([
    [7, -7],
    [-7, 7],
    [0, 0],
  ])('negated %d is %d', (value, expected) => {
    expect(field({ type: 'integer', column, negate: true }, value)).toEqual(some(expected));
  });
});

test.each<[Json, unknown]>([
  [true, some(true)],
  [false, some(false)],
  [1, some(true)],
  [0, some(false)],
  ['Y', some(true)],
  ['no', some(false)],
  ['t', some(true)],
  ['F', some(false)],
  [2, bad('bad-boolean')],
  ['perhaps', bad('bad-boolean')],
  [[], bad('bad-boolean')],
])('boolean %j', (value, expected) => {
  expect(field({ type: 'boolean', column }, value)).toEqual(expected);
});

test.each<[Json, unknown]>([
  ['1990-05-03', some('1990-05-03')],
  ['1990-5-3', some('1990-05-03')],
  ['1990/05/03', some('1990-05-03')],
  ['19900503', some('1990-05-03')],
  [19900503, some('1990-05-03')],
  ['1990-05-03T00:00:00Z', some('1990-05-03')],
  ['1990-05-03 00:00:00.000', some('1990-05-03')],
  ['2000-02-29', some('2000-02-29')],
  ['0000-00-00', none],
  ['0000-00-00 00:00:00', none],
  ['0001-01-01', none],
  ['0001-01-01T00:00:00Z', none],
  ['1900-02-29', bad('bad-date')],
  ['1990-13-01', bad('bad-date')],
  ['1990-05/03', bad('bad-date')],
  ['03/05/1990', bad('bad-date')],
  ['1990-05-03T08:30:00Z', bad('bad-date')],
  [true, bad('bad-date')],
])('date %j', (value, expected) => {
  expect(field({ type: 'date', column }, value)).toEqual(expected);
});

test.each<[Json, unknown]>([
  ['2024-07-29T00:58:17Z', some(1_722_214_697_000)],
  ['2024-07-29 08:58:17', some(1_722_214_697_000)],
  ['0000-00-00 00:00:00', none],
  ['infinity', bad('bad-time')],
  [1_722_214_697_000, bad('bad-time')],
])('time %j', (value, expected) => {
  expect(field({ type: 'time', column, zone: 'Asia/Hong_Kong' }, value)).toEqual(expected);
});

test('time of a wall clock', () => {
  const mapping = { type: 'time', column, zone: 'Asia/Hong_Kong', wallClock: true } as const;
  expect(field(mapping, '2024-07-29T08:58:17Z')).toEqual(some(1_722_214_697_000));
});

describe('money', () => {
  test.each<[Json, string, unknown]>([
    [12.5, 'HKD', some({ amount: 1250, currency: 'HKD' })],
    ['12.5', 'CNY', some({ amount: 1250, currency: 'CNY' })],
    ['12.5000', 'MOP', some({ amount: 1250, currency: 'MOP' })],
    [12, 'SGD', some({ amount: 1200, currency: 'SGD' })],
    ['-0.01', 'USD', some({ amount: -1, currency: 'USD' })],
    ['-0.00', 'USD', some({ amount: 0, currency: 'USD' })],
    [0.1, 'USD', some({ amount: 10, currency: 'USD' })],
    ['1500', 'JPY', some({ amount: 1500, currency: 'JPY' })],
    ['1500.00', 'JPY', some({ amount: 1500, currency: 'JPY' })],
    ['1.234', 'KWD', some({ amount: 1234, currency: 'KWD' })],
    ['90071992547409.91', 'HKD', some({ amount: 9007199254740991, currency: 'HKD' })],
    ['90071992547409.92', 'HKD', bad('bad-amount')],
    ['12.345', 'HKD', bad('bad-amount')],
    ['1500.5', 'JPY', bad('bad-amount')],
    [0.1 + 0.2, 'HKD', bad('bad-amount')],
    [2.20000005, 'HKD', bad('bad-amount')],
    ['1,250.00', 'HKD', bad('bad-amount')],
    ['1e3', 'HKD', bad('bad-amount')],
    [1e21, 'HKD', bad('bad-amount')],
    ['HK$5', 'HKD', bad('bad-amount')],
    [true, 'HKD', bad('bad-amount')],
    [{ amount: 1 }, 'HKD', bad('bad-amount')],
  ])('%j in %s', (value, currency, expected) => {
    expect(field({ type: 'money', column, currency: { value: currency } }, value)).toEqual(
      expected,
    );
  });

  test.each<[string, JsonObject, unknown]>([
    ['as the column says', { ccy: 'SGD' }, some({ amount: 100, currency: 'SGD' })],
    ['in lower case and padded', { ccy: ' sgd ' }, some({ amount: 100, currency: 'SGD' })],
    [
      "the source's where the column is null",
      { ccy: null },
      some({ amount: 100, currency: 'HKD' }),
    ],
    ["the source's where it is empty", { ccy: '' }, some({ amount: 100, currency: 'HKD' })],
    ["the source's where it is absent", {}, some({ amount: 100, currency: 'HKD' })],
    ['unknown', { ccy: 'RMB' }, bad('bad-currency')],
    ['no text', { ccy: 344 }, bad('bad-currency')],
  ])('currency %s', (_, rest, expected) => {
    expect(field({ type: 'money', column, currency: { column: 'ccy' } }, 1, rest)).toEqual(
      expected,
    );
  });
});

test.each<[Json, unknown]>([
  ['1', some('male')],
  [1, some('male')],
  [' 2 ', some('female')],
  ['男', some('male')],
  ['9', bad('unknown-code')],
  ['toString', bad('unknown-code')],
  [['1'], bad('unknown-code')],
])('code %j', (value, expected) => {
  const map = { '1': 'male', '2': 'female', 男: 'male' };
  expect(field({ type: 'code', column, map }, value)).toEqual(expected);
});
