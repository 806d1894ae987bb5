/**
 * National formats side by side: what looks alike in two markets and must not become one key.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Region } from '#domain/definitions/types.ts';
import { areDisjoint, spanOf } from '#domain/identity/identifier.ts';
import { normaliseDevice } from '#domain/identity/normalise-device.ts';
import { normaliseIdCard } from '#domain/identity/normalise-id-card.ts';
import { normalisePhone } from '#domain/identity/normalise-phone.ts';

const MARKETS: readonly Region[] = ['CN', 'HK', 'MO', 'SG'];

describe('one number read in four markets', () => {
  test.each([
    ['66123456', [undefined, '+85266123456', '+85366123456', '+6566123456']],
    ['62345678', [undefined, '+85262345678', '+85362345678', '+6562345678']],
    ['91234567', [undefined, '+85291234567', undefined, '+6591234567']],
    ['81234567', [undefined, '+85281234567', undefined, '+6581234567']],
    ['51234567', [undefined, '+85251234567', undefined, undefined]],
    ['13912345678', ['+8613912345678', undefined, undefined, undefined]],
    ['+853 6612 3456', Array(4).fill('+85366123456')],
    ['0085291234567', Array(4).fill('+85291234567')],
    ['+65 9123 4567', Array(4).fill('+6591234567')],
  ])('%s', (raw, expected) => {
    expect(MARKETS.map((region) => normalisePhone(raw, region))).toEqual(expected);
  });

  test('without a region eight digits name nobody', () => {
    expect(normalisePhone('66123456', undefined)).toBeUndefined();
  });

  test('the form that others hash for matching', () => {
    const number = normalisePhone('138-0013-8000', 'CN') ?? '';
    expect(createHash('sha256').update(number).digest('hex')).toBe(
      'ec61f3c620a98bdead8c1f1f0ae747abd1b62a0c2dba4fd4bc22cf0d1d8653e5',
    );
  });
});

describe('identity cards', () => {
  test.each([
    ['11010519491231002X', 'CN:11010519491231002X'],
    ['110105 19491231 002x', 'CN:11010519491231002X'],
    ['110105194912310021', undefined],
    ['11010519490231002X', undefined],
    ['130503670401001', 'CN:130503196704010016'],
    ['A123456(3)', 'HK:A1234563'],
    ['a1234563', 'HK:A1234563'],
    ['A123456(4)', undefined],
    ['AB987654(3)', 'HK:AB9876543'],
    ['12345678', undefined],
    ['', undefined],
    ['1'.repeat(50), undefined],
  ])('%s is %s', (raw, expected) => {
    expect(normaliseIdCard(raw)).toBe(expected);
    if (expected) expect(normaliseIdCard(expected.slice(3))).toBe(expected);
  });
});

describe('devices', () => {
  test.each([
    ['38400000-8CF0-11BD-B23E-10B96E40000D', '384000008cf011bdb23e10b96e40000d'],
    ['384000008cf011bdb23e10b96e40000d', '384000008cf011bdb23e10b96e40000d'],
    ['00000000-0000-0000-0000-000000000000', undefined],
    ['9f89c84a559f573636a47ff8daed0d33', '9f89c84a559f573636a47ff8daed0d33'],
    ['490154203237518', '490154203237518'],
    ['000000000000000', undefined],
    ['unknown', undefined],
    ['x'.repeat(100), undefined],
  ])('%s is %s', (raw, expected) => {
    expect(normaliseDevice(raw)).toBe(expected);
  });
});

describe('days on which a value is valid', () => {
  test.each([
    [{ to: '2019-12-31' }, { from: '2020-01-01' }, true],
    [{ to: '2020-01-01' }, { from: '2020-01-01' }, false],
    [{ from: '2021-01-01' }, { to: '2020-01-01' }, true],
    [{}, { to: '2020-01-01' }, false],
    [{ from: '2020-01-01', to: '2020-06-30' }, { from: '2020-03-01' }, false],
  ])('%j and %j have no day in common: %s', (a, b, expected) => {
    expect([areDisjoint(a, b), areDisjoint(b, a)]).toEqual([expected, expected]);
  });

  test.each([
    [{ from: '2019-01-01' }, { from: '2020-01-01' }, { from: '2019-01-01' }],
    [{ from: '2019-01-01', to: '2019-02-01' }, {}, {}],
    [{ to: '2019-02-01' }, { to: '2020-02-01' }, { to: '2020-02-01' }],
  ])('%j and %j together are %j', (a, b, expected) => {
    expect(spanOf(a, b)).toEqual(expected);
  });
});
