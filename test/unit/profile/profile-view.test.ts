import { describe, expect, test } from 'vitest';
import { type FactRow, sourceOf } from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import { order, partyRow, viewOfRows } from '../../support/builders/profile.ts';
import { rowKey } from '../../support/builders/rows.ts';

const view = (parties: readonly PartyRow[], facts: readonly FactRow[] = []) =>
  viewOfRows(parties, facts);

describe('profile fields', () => {
  const crm = partyRow('crm.member.2', { name: 'Chan', city: 'HK' });
  const erp = partyRow('erp.account.1', { name: 'CHAN TAI MAN', city: 'Hong Kong' });

  test('come from the first source listed that has a value, and say from which row', () => {
    expect(view([erp, crm]).profile).toMatchObject({
      name: { winner: { value: 'Chan', source: 'crm', rowKey: 'crm.member.2' } },
      city: { winner: { value: 'Hong Kong', source: 'erp', rowKey: 'erp.account.1' } },
    });
  });

  test('fall to the next source when the first has none', () => {
    expect(view([partyRow('crm.member.2', {}), erp]).profile['name']?.winner).toMatchObject({
      source: 'erp',
    });
  });

  test('of one source come from its smallest row that has a value', () => {
    const rows = [
      partyRow('crm.member.3', { name: 'C' }),
      partyRow('crm.member.1', {}),
      partyRow('crm.member.2', { name: 'B' }),
    ];
    expect(view(rows).profile['name']?.winner).toMatchObject({
      value: 'B',
      rowKey: 'crm.member.2',
    });
  });

  test.each([
    ['false', false],
    ['zero', 0],
    ['empty text', ''],
  ])('may be %s', (_, value) => {
    expect(
      view([partyRow('crm.member.1', { name: value }), erp]).profile['name']?.winner.value,
    ).toBe(value);
  });

  test.each([
    ['null', null],
    ['money', { amount: 1, currency: 'HKD' }],
    ['a list', ['a']],
  ])('are never %s', (_, value) => {
    expect(view([partyRow('crm.member.1', { name: value })]).profile).toEqual({});
  });

  test('of a source that is not listed do not count', () => {
    expect(view([partyRow('pos.member.1', { name: 'X' })]).profile).toEqual({});
  });
});

describe('identifiers', () => {
  test('are known once, with every source that knows them, verified when one did', () => {
    const parties = [
      partyRow('erp.account.1', {}, 'phone:+852?'),
      partyRow('crm.member.1', {}, 'phone:+852', 'email:a@b'),
      partyRow('crm.member.2', {}, 'phone:+852?'),
    ];
    expect(view(parties).identifiers).toEqual([
      { namespace: 'email', value: 'a@b', verified: true, sources: ['crm'] },
      { namespace: 'phone', value: '+852', verified: true, sources: ['crm', 'erp'] },
    ]);
  });

  test('of two scopes are two', () => {
    const openid = (scope: string) => ({ namespace: 'openid', scope, value: 'o', verified: true });
    const party = { ...partyRow('crm.member.1', {}), identifiers: [openid('y'), openid('x')] };
    expect(view([party]).identifiers.map(({ scope }) => scope)).toEqual(['x', 'y']);
  });
});

describe('sources', () => {
  test('tell their rows and when the customer was last seen there', () => {
    const facts = [
      order('pos.receipt.1', 5, 7),
      order('pos.receipt.2', 5, 3),
      order('shop.order.1', 5),
    ];
    expect(view([partyRow('crm.member.1', {}), partyRow('pos.member.1', {})], facts)).toMatchObject(
      {
        sources: [
          { source: 'crm', rows: 1, lastSeenAt: null },
          { source: 'pos', rows: 3, lastSeenAt: 7 },
          { source: 'shop', rows: 1, lastSeenAt: null },
        ],
        lastSeenAt: 7,
      },
    );
  });

  test('a customer without facts was never seen', () => {
    expect(view([partyRow('crm.member.1', {})]).lastSeenAt).toBeNull();
  });

  test('an instant of zero is an instant', () => {
    expect(view([], [order('pos.receipt.1', 5, 0)]).lastSeenAt).toBe(0);
  });

  test.each([
    ['pos.receipt.7', 'pos'],
    ['pos.receipt.a.b', 'pos'],
  ])('%s is of source %s', (row, source) => {
    expect(sourceOf(rowKey(row))).toBe(source);
  });
});

test('of nothing it is empty, with every measure at its beginning', () => {
  expect(view([])).toEqual({
    profile: {},
    identifiers: [],
    measures: { orders: 0, spend: {}, points: 0, lastOrderAt: null },
    sources: [],
    lastSeenAt: null,
  });
});
