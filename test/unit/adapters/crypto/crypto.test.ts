import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32 } from '#adapters/crypto/base32.ts';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { formatPeppers, PeppersError, parsePeppers } from '#adapters/crypto/peppers.ts';
import { makePseudonymiser, makeSuccessor } from '#adapters/crypto/pseudonym.ts';
import { isOfVersion } from '#domain/identity/pseudonym.ts';

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

describe('pseudonyms of later peppers', () => {
  const secretOf = (current: number, count = current) =>
    formatPeppers({
      current,
      peppers: Array.from({ length: count }, (_, n) => (n === 0 ? PEPPER : `${PEPPER} ${n + 1}`)),
    });
  const under = (current: number, count?: number) =>
    makePseudonymiser(secretOf(current, count), KEY);
  const phone = ['phone', undefined, '+85291234567'] as const;

  test('are made from those before, so that what is stored needs no value', () => {
    for (const version of [1, 2, 3, 16, 17, 18]) {
      const next = makeSuccessor(secretOf(version, version + 1));
      expect(next(under(version)(...phone))).toBe(under(version + 1)(...phone));
    }
  });

  test('tell their version, in the same length', () => {
    for (const version of [1, 2, 15, 16, 17]) {
      const pseudonym = under(version)(...phone);
      expect(pseudonym).toMatch(/^[\w-]{22}$/);
      expect(isOfVersion(pseudonym, version)).toBe(true);
      expect(isOfVersion(pseudonym, version + 1)).toBe(false);
      expect(isOfVersion(pseudonym, version + 16)).toBe(true);
    }
    expect(isOfVersion('phone', 1)).toBe(false);
  });

  test('are those in force, with the next beside them while the pepper is rotated', () => {
    const rotating = under(1, 2);
    expect(rotating(...phone)).toBe(makePseudonymiser(PEPPER)(...phone));
    expect(rotating.next?.(...phone)).toBe(under(2)(...phone));
    expect(under(2).next).toBeUndefined();
  });

  test('of units and of the audit log are for ever', () => {
    for (const name of ['~unit', 'audit'])
      expect(under(3)(name, undefined, 'x')).toBe(under(1)(name, undefined, 'x'));
    expect(under(3)('audit', undefined, 'x')).toBe(
      makePseudonymiser(PEPPER)('audit', undefined, 'x'),
    );
  });

  test.each([
    ['{"current":1}'],
    ['{"current":0,"peppers":["a pepper of thirty-two characters"]}'],
    ['{"current":3,"peppers":["a pepper of thirty-two characters"]}'],
    ['{"current":1,"peppers":["short"]}'],
    ['{"current":1,"peppers":'],
  ])('a secret %s is refused, and not shown', (secret) => {
    expect(() => parsePeppers(secret)).toThrow(PeppersError);
    expect(() => parsePeppers(secret)).not.toThrow('thirty-two');
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
