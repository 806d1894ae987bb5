import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactProfile } from '#domain/serve/redact.ts';
import { type MaskKind, mask, maskKindOf } from '#domain/shared/mask.ts';

test.each([
  ['phone', '+8613800138000', '138****8000'],
  ['phone', '+85291234567', '+852****4567'],
  ['phone', '+6591234567', '+65****4567'],
  ['phone', '+4915112345678', '+4****5678'],
  ['phone', '+12345', '****'],
  ['email', 'li.wei@example.com', 'l***@example.com'],
  ['email', 'no address', 'n***'],
  ['name', '陳大文', '陳**'],
  ['name', '歐陽娜娜', '歐**'],
  ['name', 'Chan Tai Man', 'C*** T*** M***'],
  ['name', '𠮷田', '𠮷**'],
  ['date', '1990-05-06', '1990-**-**'],
  ['code', '610000074', '****0074'],
  ['code', 'short', '****'],
  ['code', '', '****'],
] as const)('a %s %s is shown as %s', (kind, value, shown) => {
  expect(mask(kind, value)).toBe(shown);
});

test.each([
  ['phone', '+85291234567', '+852****4567'],
  ['name', '王小明', '王**'],
  ['name-sound', 'chan tai man', 'c*** t*** m***'],
  ['id-card', '11010519491231002X', '****002X'],
  ['device', 'a3f8', '****'],
  ['gender', 'F', '****'],
] as const)('an identifier of normaliser %s, %s, is shown as %s', (normaliser, value, shown) => {
  expect(mask(maskKindOf(normaliser), value)).toBe(shown);
});

test('a mask tells at most seven digits of a number', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<MaskKind>('phone', 'code'),
      fc.stringMatching(/^\+[1-9]\d{7,14}$/),
      (kind, value) => mask(kind, value).replaceAll(/\D/g, '').length <= 7,
    ),
  );
});

describe('a profile', () => {
  const profile = {
    customerId: 'one_a',
    version: 3,
    profile: {
      name: { value: '陳大文', source: 'member', row: 'member.member.610000074' },
      subscribed: { value: true, source: 'shop', row: 'shop.account.1' },
    },
    identifiers: [
      { namespace: 'phone', value: '+8613800138000', verified: true, sources: ['member'] },
    ],
    spend: [{ amount: '1.00', currency: 'HKD' }],
    sources: [{ source: 'member', rows: 1 }],
  };

  test('masked shows the mask and says so, without the row', () => {
    expect(redactProfile(profile, { treat: () => 'masked' })).toEqual({
      customerId: 'one_a',
      version: 3,
      profile: { name: { value: '陳**', masked: true, source: 'member' } },
      identifiers: [
        {
          namespace: 'phone',
          value: '138****8000',
          masked: true,
          verified: true,
          sources: ['member'],
        },
      ],
      sources: [{ source: 'member', rows: 1 }],
    });
  });

  test('a masked birth date shows the year, among identifiers too', () => {
    const identifiers = [{ namespace: 'birth-date', value: '1990-05-06', verified: true }];
    expect(redactProfile({ identifiers }, { treat: () => 'masked' })).toEqual({
      identifiers: [{ ...identifiers[0], value: '1990-**-**', masked: true }],
    });
  });

  test('hidden shows nobody', () => {
    expect(redactProfile(profile, { treat: () => 'hidden' })).toEqual({
      customerId: 'one_a',
      version: 3,
      profile: {},
      identifiers: [],
      sources: [{ source: 'member', rows: 1 }],
    });
  });

  test('clear is as it was', () => {
    expect(redactProfile(profile, { treat: () => 'clear' })).toEqual(profile);
  });
});
