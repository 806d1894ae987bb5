import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32 } from '#adapters/crypto/base32.ts';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';

const PEPPER = 'a pepper of thirty-two characters';
const KEY = 'a OneID key of thirty-two letters';

type Input = readonly [string, string | undefined, string];

describe('base32', () => {
  test.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('of "%s" is "%s" (RFC 4648, section 10)', (text, encoded) => {
    expect(base32(Buffer.from(text))).toBe(encoded);
  });
});

describe('pseudonyms', () => {
  const pseudonymise = makePseudonymiser(PEPPER);

  test('are the keyed hash of length-prefixed parts', () => {
    const part = (text: string): Buffer => {
      const bytes = Buffer.from(text, 'utf16le');
      return Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
    };
    const input = ['identifier', 'openid', 'wx1', 'o-1'].map(part);
    const oracle = createHmac('sha256', PEPPER).update(Buffer.concat(input)).digest();
    const expected = oracle.subarray(0, 16).toString('base64url');
    expect(pseudonymise('openid', 'wx1', 'o-1')).toBe(expected);
  });

  test('stay what they are: stored keys depend on them', () => {
    expect(pseudonymise('phone', undefined, '+85291234567')).toBe('bMrCp3Bcp-XX_dFDqo6Ngg');
    expect(pseudonymise('openid', 'wx1', 'oX-1')).toBe('mm58mNH-kVfUwURNnW_bBg');
  });

  test('of different inputs differ, and have one form', () => {
    const text = fc.string({ unit: 'binary', maxLength: 4 });
    const input = fc.tuple(text, fc.option(text, { nil: undefined }), text);
    fc.assert(
      fc.property(input, input, (left, right) => {
        const same = left.every((part, index) => part === right[index]);
        expect(pseudonymise(...left) === pseudonymise(...right)).toBe(same);
        expect(pseudonymise(...left)).toMatch(/^[\w-]{22}$/);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['parts that would read alike', ['phone', 'a', 'b'], ['phone', 'ab', '']],
    ['no scope and an empty one', ['phone', undefined, 'x'], ['phone', '', 'x']],
    ['halves of surrogate pairs', ['phone', 'x', '\ud800'], ['phone', 'x', '\ud801']],
  ] as readonly (readonly [string, Input, Input])[])('keep %s apart', (_, left, right) => {
    expect(pseudonymise(...left)).not.toBe(pseudonymise(...right));
  });

  test('depend on the pepper, which is not short', () => {
    const other = makePseudonymiser(`${PEPPER}!`);
    expect(other('phone', undefined, 'x')).not.toBe(pseudonymise('phone', undefined, 'x'));
    expect(() => makePseudonymiser('short')).toThrow(RangeError);
  });
});

describe('OneIDs', () => {
  const mint = makeOneIdMinter(KEY);

  test('stay what they are: they were given out', () => {
    expect(mint('member.member.1', 0)).toBe('one_f3ztfv47xr7ksuoq43asnr5kxu');
  });

  test('are minted alike by two workers, and differ by anchor and attempt', () => {
    const ids = ['a.b.1', 'a.b.2'].flatMap((anchor) => [0, 1, 2].map((n) => mint(anchor, n)));
    const again = ['a.b.1', 'a.b.2'].flatMap((anchor) =>
      [0, 1, 2].map((n) => makeOneIdMinter(KEY)(anchor, n)),
    );
    expect(ids).toEqual(again);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(id).toMatch(/^one_[a-z2-7]{26}$/);
  });

  test('need a key that is not short', () => {
    expect(() => makeOneIdMinter('short')).toThrow(RangeError);
  });
});
