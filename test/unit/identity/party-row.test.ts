/**
 * Party row's item: what is written is what is read.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  evidenceText,
  isPartyItem,
  parseEvidenceText,
  partySaidIn,
  saidAttributes,
} from '#application/shared/party-row.ts';
import { identifierKey, orderedClaims, type UnitKey } from '#domain/identity/evidence.ts';
import { unit } from '../../support/builders/evidence.ts';

const KEYS = { pk: 'R#crm.contact.1', sk: 'ROW' } as const;
const key = 'crm.contact.1' as UnitKey;

const claim = fc.record({
  identifier: fc
    .tuple(fc.constantFrom('card', 'openid'), fc.option(fc.string(), { nil: undefined }))
    .map(([namespace, scope]) => identifierKey(namespace, scope, 'dGVzdA')),
  verified: fc.boolean(),
});

describe('evidence', () => {
  test('is read as it was written, whatever a scope holds', () => {
    fc.assert(
      fc.property(fc.array(claim), fc.boolean(), (claims, mayCreate) => {
        const evidence = { key, party: true, mayCreate, claims: orderedClaims(claims) };
        expect(parseEvidenceText(key, evidenceText(evidence))).toEqual(evidence);
      }),
    );
  });

  test.each([
    ['claims', unit(key, 'card#1', 'phone#2?'), 'c card#1 phone#2?'],
    ['none', { ...unit(key), mayCreate: false }, ' '],
  ])('%s', (_, evidence, text) => {
    expect(evidenceText(evidence)).toBe(text);
    expect(isPartyItem({ ...KEYS, evidence: text })).toBe(true);
  });
});

describe('identifiers', () => {
  const identifiers = [
    { namespace: 'unionid', value: 'oA9', verified: true },
    { namespace: 'phone', value: '+85291234567', verified: false },
    { namespace: 'openid', scope: 'wx1', value: 'oB1', verified: true },
  ];
  const columns = { gone: null, phone: '91234567', open: 'oB1', union: 'oA9', number: 7 };

  test.each([
    ['without columns', undefined],
    ['with the columns that hold their values', columns],
    ['with columns that look like a list', { 1: 'oA9', 0: 'oB1' }],
  ])('%s', (_, held) => {
    const item = {
      ...KEYS,
      said: {
        ...saidAttributes({ fields: { name: '陳大文' }, identifiers }, held),
        ...(held ? { columns: JSON.stringify(held) } : {}),
      },
    };
    expect(partySaidIn(item)).toEqual({ fields: { name: '陳大文' }, identifiers });
  });

  test('are written by the place of their column', () => {
    const { identifiers: text } = saidAttributes({ fields: {}, identifiers }, columns);
    expect(text).toBe(
      '[["unionid",3],["phone","+85291234567",{"verified":false}],["openid",2,{"scope":"wx1"}]]',
    );
  });

  test('of an item that is no party row are none', () => {
    expect(partySaidIn({ ...KEYS, v: '1', unit: '~u' })).toBeUndefined();
    expect(partySaidIn(undefined)).toBeUndefined();
  });
});
