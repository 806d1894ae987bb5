import { describe, expect, test } from 'vitest';
import type { FoundProfile } from '#application/serve/get-profile.ts';
import { presentProfile } from '#application/serve/present-profile.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import type { MeasureValue } from '#domain/profile/figure-values.ts';
import { order, partyRow, VIEW, viewOfRows } from '../../support/builders/profile.ts';

const FRESHNESS = { asOf: '2026-11-22T08:00:00.000Z', lagMs: 120, positions: { pos: null } };

const found = (view: object, more: Partial<FoundProfile> = {}): FoundProfile =>
  ({ customerId: 'one_x', revision: 7, view, freshness: FRESHNESS, ...more }) as FoundProfile;

const present = (
  measures: Readonly<Record<string, MeasureValue>>,
  definition: ViewDefinition = VIEW,
) =>
  presentProfile(found({ ...viewOfRows([]), measures }), definition) as Readonly<
    Record<string, unknown>
  >;

describe('a profile as it is answered', () => {
  test('has everything in the terms of the API', () => {
    const view = viewOfRows(
      [partyRow('crm.member.1', { name: '陳大文' }, 'phone:+852')],
      [order('pos.receipt.1', 125_050, 0), order('pos.receipt.2', 7, 5, 'JPY')],
    );
    expect(presentProfile(found(view), VIEW)).toEqual({
      customerId: 'one_x',
      asOf: '2026-11-22T08:00:00.000Z',
      lagMs: 120,
      positions: { pos: null },
      version: 7,
      profile: { name: { value: '陳大文', source: 'crm', row: 'crm.member.1' } },
      identifiers: [{ namespace: 'phone', value: '+852', verified: true, sources: ['crm'] }],
      orders: 2,
      spend: [
        { amount: '1250.50', currency: 'HKD' },
        { amount: '7', currency: 'JPY' },
      ],
      points: 0,
      lastOrderAt: '1970-01-01T00:00:00.005Z',
      lastSeenAt: '1970-01-01T00:00:00.005Z',
      sources: [
        { source: 'crm', rows: 1, firstSeenAt: null, lastSeenAt: null },
        {
          source: 'pos',
          rows: 2,
          firstSeenAt: '1970-01-01T00:00:00.000Z',
          lastSeenAt: '1970-01-01T00:00:00.005Z',
        },
      ],
    });
  });

  test('has with its evidence what every row says of a field, and why one is shown', () => {
    const shown = partyRow('erp.account.1', { city: '香港' });
    const at = Date.UTC(2026, 10, 1);
    const others = [
      { ...partyRow('crm.member.2', { city: '九龍' }), stamp: { ...shown.stamp, at } },
      partyRow('erp.account.2', { city: '香港' }),
    ];
    const profile = found(viewOfRows([...others, shown]));
    expect(presentProfile(profile, VIEW, 'evidence').profile).toEqual({
      city: {
        value: '香港',
        source: 'erp',
        row: 'erp.account.1',
        rule: 'source-priority',
        others: [
          {
            value: '香港',
            source: 'erp',
            row: 'erp.account.2',
            lostBy: 'same',
            why: 'says the same',
          },
          {
            value: '九龍',
            source: 'crm',
            row: 'crm.member.2',
            setAt: '2026-11-01T00:00:00.000Z',
            lostBy: 'source',
            why: 'erp comes before crm',
          },
        ],
      },
    });
  });

  test('says which id was asked for, when that redirects', () => {
    expect(
      presentProfile(found(viewOfRows([]), { askedFor: 'one_y' as never }), VIEW),
    ).toMatchObject({
      customerId: 'one_x',
      redirectedFrom: 'one_y',
    });
  });

  test.each([
    [{ HKD: 5 }, [{ amount: '0.05', currency: 'HKD' }]],
    [{ HKD: -5 }, [{ amount: '-0.05', currency: 'HKD' }]],
    [{ HKD: -1250 }, [{ amount: '-12.50', currency: 'HKD' }]],
    [{ HKD: 0 }, [{ amount: '0.00', currency: 'HKD' }]],
    [{ KWD: 1234 }, [{ amount: '1.234', currency: 'KWD' }]],
    [{ HKD: 9007199254740991 }, [{ amount: '90071992547409.91', currency: 'HKD' }]],
    [{}, []],
  ])('writes money %j as %j', (spend, shown) => {
    expect(present({ spend })['spend']).toEqual(shown);
  });

  test('an instant of zero is an instant', () => {
    expect(present({ lastOrderAt: 0 })['lastOrderAt']).toBe('1970-01-01T00:00:00.000Z');
  });

  test('a measure that is newer than the stored view is at its beginning', () => {
    expect(present({})).toMatchObject({ orders: 0, spend: [], points: 0, lastOrderAt: null });
  });

  test('a measure that is no longer defined is left out', () => {
    expect(present({ orders: 3 }, { profile: [], measures: [] })).not.toHaveProperty('orders');
  });
});
