import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  claimText,
  identifierKey,
  namespaceOf,
  orderedClaims,
  parseClaim,
  sameEvidence,
  scopeOf,
} from '#domain/identity/evidence.ts';
import { id, unit, visitor } from '../../support/builders/evidence.ts';

describe('identifier keys', () => {
  test.each([
    ['phone', undefined, 'phone#3q2-7w', 'phone', 'phone'],
    ['openid', 'wx1', 'openid:wx1#3q2-7w', 'openid:wx1', 'openid'],
    ['openid', 'a:b#c', 'openid:a:b#c#3q2-7w', 'openid:a:b#c', 'openid'],
    ['openid', '', 'openid:#3q2-7w', 'openid:', 'openid'],
  ])('%s in scope %s is %s', (namespace, scope, text, scoped, name) => {
    const identifier = identifierKey(namespace, scope, '3q2-7w');
    expect(identifier).toBe(text);
    expect([scopeOf(identifier), namespaceOf(identifier)]).toEqual([scoped, name]);
  });

  test('no scope and an empty scope differ', () => {
    expect(identifierKey('openid', '', 'x')).not.toBe(identifierKey('openid', undefined, 'x'));
  });
});

describe('claims', () => {
  test('are read back as they were written, whatever the scope', () => {
    const claim = fc.record({
      identifier: fc
        .tuple(fc.option(fc.string(), { nil: undefined }), fc.base64String())
        .map(([scope, value]) => identifierKey('openid', scope, value)),
      verified: fc.boolean(),
    });
    fc.assert(
      fc.property(claim, (one) => {
        expect(parseClaim(claimText(one))).toEqual(one);
      }),
    );
  });

  test('come in order, one per identifier, verified when any of them was', () => {
    const claims = ['phone#2?', 'card#1', 'phone#2', 'phone#1?', 'phone#2?'].map(parseClaim);
    expect(orderedClaims(claims).map(claimText)).toEqual(['card#1', 'phone#1?', 'phone#2']);
  });
});

test.each([
  ['the same', unit('a', 'card#1'), true],
  ['another value', unit('a', 'card#2'), false],
  ['verified no more', unit('a', 'card#1?'), false],
  ['one value less', unit('a'), false],
  ['no creator any more', visitor('a', 'card#1'), false],
])('a unit that says %s', (_, other, same) => {
  expect(sameEvidence(unit('a', 'card#1'), other)).toBe(same);
});

test('the builder writes units as rows would', () => {
  expect(unit('~f', 'phone#1?', 'card#9')).toEqual({
    key: '~f',
    party: false,
    mayCreate: true,
    claims: [
      { identifier: id('card#9'), verified: true },
      { identifier: id('phone#1'), verified: false },
    ],
  });
});
