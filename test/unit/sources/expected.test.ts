import { describe, expect, test } from 'vitest';
import { expectedViews } from '../../../local/sources/expected.ts';
import { scoreTruth } from '../../../local/sources/score.ts';
import type { Meaning, SourceRow } from '../../../local/sources/source-rows.ts';

const row = (rowKey: string, means: Meaning, values: Partial<SourceRow> = {}): SourceRow => ({
  rowKey,
  source: rowKey.split('.')[0] as SourceRow['source'],
  means,
  minor: 0,
  currency: '',
  points: 0,
  at: 0,
  day: 0,
  store: '',
  state: '',
  ...values,
});

describe('expectedViews', () => {
  const rows = [
    row('member.member.1', 'party'),
    row('pos.receipt.1', 'order', { minor: 10_050, currency: 'HKD', at: 500 }),
    row('shop.shop_order.1', 'order', { minor: 300, currency: 'CNY', at: 900 }),
    row('pos.return_receipt.1', 'return', { minor: 50, currency: 'HKD', at: 950 }),
    row('member.points_ledger.1', 'points', { points: 100 }),
    row('member.points_ledger.2', 'points', { points: -30 }),
    row('member.coupon.1', 'coupon'),
    row('crm.service_case.1', 'case'),
    row('shop.payment.1', 'payment', { minor: 300, currency: 'CNY' }),
    row('member.consent.1.AUR.sms', 'consent', { points: 1 }),
    row('member.consent.1.AUR.email', 'consent'),
    row('shop.behaviour_event.1', 'behaviour'),
    row('crm.lead.1', 'lead'),
    row('pos.receipt.2', 'order', { minor: 1, currency: 'HKD' }),
  ];
  const mine = rows.slice(0, -1).map(({ rowKey }) => [rowKey, 'c1'] as const);

  test('folds the rows of a customer', () => {
    expect(expectedViews(rows, new Map(mine), 0).views.get('c1')).toMatchObject({
      orderCount: 2,
      returnCount: 1,
      spend: { HKD: 10_000, CNY: 300 },
      pointsBalance: 70,
      couponCount: 1,
      caseCount: 1,
      paymentCount: 1,
      paid: { CNY: 300 },
      consentsStanding: 1,
      eventCount: 1,
      leadCount: 1,
      lastOrderAt: 900,
      rowsBySource: { member: 6, pos: 2, shop: 3, crm: 2 },
    });
  });

  test('a customer without an order has no last order', () => {
    const { views } = expectedViews(rows, new Map([['member.member.1', 'c2']]), 0);
    expect(views.get('c2')).not.toHaveProperty('lastOrderAt');
  });

  test('names rows that only one side knows', () => {
    const { unassigned, vanished } = expectedViews(
      rows,
      new Map([...mine, ['pos.receipt.9', 'c1']]),
      0,
    );
    expect([unassigned, vanished]).toEqual([['pos.receipt.2'], ['pos.receipt.9']]);
  });
});

describe('figures of a day', () => {
  const rows = [
    row('pos.receipt.1', 'order', { minor: 99_900, currency: 'HKD', day: 400, store: 'S1' }),
    row('pos.receipt.2', 'order', { minor: 101, currency: 'HKD', day: 95, store: 'S2' }),
    row('shop.shop_order.1', 'order', { minor: 5, currency: 'CNY', day: 371 }),
    row('pos.return_receipt.1', 'return', { minor: 900, currency: 'HKD', day: 400 }),
    row('member.coupon.1', 'coupon', { state: 'open', ends: 399 }),
    row('member.coupon.2', 'coupon', { state: 'open', ends: 400 }),
    row('member.coupon.3', 'coupon', { state: 'used', ends: 400 }),
    row('crm.service_case.1', 'case', { state: 'closed' }),
  ].map((it) => ({ ...it, at: it.day * 86_400_000 }));
  const figuresOn = (today: number) =>
    expectedViews(rows, new Map(rows.map(({ rowKey }) => [rowKey, 'c'])), today).views.get('c')
      ?.figures;

  test.each([
    [
      400,
      {
        orderCount30d: '2',
        spend30d: 'CNY 0.05, HKD 990.00',
        orderCount365d: '3',
        averageBasket: 'CNY 0.05, HKD 500.01',
        repurchaseRate: '0.6667',
        preferredStore: 'S1 1000',
        preferredChannel: 'pos 1095',
        lifecycleStage: 'active',
        rfm: '5 2 2',
        couponsOpen: '1',
        couponsExpired: '1',
        couponsUsed: '1',
        openCases: '0',
      },
    ],
    [370, { orderCount30d: '0', orderCount365d: '1', couponsOpen: '2', rfm: '5 1 1' }],
    [900, { orderCount365d: '0', lifecycleStage: 'lost', rfm: '1 1 1' }],
  ])('day %i', (today, figures) => {
    expect(figuresOn(today)).toMatchObject(figures);
  });
});

describe('scoreTruth', () => {
  const people: Readonly<Record<string, string>> = {
    a1: 'A',
    a2: 'A',
    a3: 'A',
    b1: 'B',
    b2: 'B',
    c1: 'C',
  };
  const rows = Object.keys(people).map((key) => row(key, 'party'));
  const truth = {
    rows: new Map(
      Object.entries(people).map(([key, person]) => [
        key,
        { row: key, person, kind: 'party' as const },
      ]),
    ),
  };

  test.each([
    ['everybody found', { a1: '1', a2: '1', a3: '1', b1: '2', b2: '2', c1: '3' }, 1, 1, 1],
    ['nobody joined', { a1: '1', a2: '2', a3: '3', b1: '4', b2: '5', c1: '6' }, 1, 0, 0],
    ['all in one', { a1: '1', a2: '1', a3: '1', b1: '1', b2: '1', c1: '1' }, 4 / 15, 1, 1],
    ['one left out', { a1: '1', a2: '1', b1: '2', b2: '2', c1: '3' }, 1, 2 / 4, 2 / 3],
    ['one stranger', { a1: '1', a2: '1', a3: '1', b1: '1', b2: '2', c1: '3' }, 3 / 6, 3 / 4, 2 / 3],
  ])('%s', (_, customers, precision, recall, reduction) => {
    const score = scoreTruth(rows, new Map(Object.entries(customers)), truth);
    expect(score.pairwisePrecision).toBeCloseTo(precision);
    expect(score.pairwiseRecall).toBeCloseTo(recall);
    expect(score.duplicateReduction).toBeCloseTo(reduction);
  });

  test('facts do not count', () => {
    const orders = [row('a9', 'order'), ...rows];
    expect(scoreTruth(orders, new Map(), truth).partyRows).toBe(6);
  });
});
