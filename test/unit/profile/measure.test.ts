import { describe, expect, test } from 'vitest';
import type { MeasureDefinition } from '#domain/definitions/types.ts';
import type { Fact } from '#domain/profile/measure.ts';
import { profileView } from '#domain/profile/profile-view.ts';
import { addUp, NOW } from '../../support/builders/profile.ts';
import { rowKey } from '../../support/builders/rows.ts';

const order = (fields: Fact['fields']): Fact => ({ as: 'order', fields });
const refund = (fields: Fact['fields']): Fact => ({ as: 'return', fields });
const money = (amount: number, currency = 'HKD') => ({ amount, currency });

const figure = (definition: MeasureDefinition, facts: readonly Fact[]) => {
  const view = { profile: [], measures: [definition] };
  const rows = facts.map((fact, n) => ({ ...fact, rowKey: rowKey(`pos.receipt.${n}`) }));
  return profileView(view, [], addUp(rows, view), { now: NOW }).measures[definition.measure];
};

const COUNT: MeasureDefinition = { measure: 'm', of: 'order', fold: 'count' };
const SUM: MeasureDefinition = { measure: 'm', of: 'order', fold: 'sum', field: 'points' };
const LATEST: MeasureDefinition = { measure: 'm', of: 'order', fold: 'latest', field: 'at' };
const SPEND: MeasureDefinition = { measure: 'm', of: 'order', fold: 'money', field: 'total' };
const NET: MeasureDefinition = { ...SPEND, minus: { of: 'return', field: 'refund' } };

describe('measures', () => {
  test.each([
    ['a count of nothing', COUNT, [], 0],
    ['a count of its own facts only', COUNT, [order({}), refund({}), order({})], 2],
    ['a sum of nothing', SUM, [], 0],
    ['a sum', SUM, [order({ points: 5 }), order({ points: -7 }), order({})], -2],
    ['a sum over text is none', SUM, [order({ points: '5' }), order({ points: null })], 0],
    ['the latest of nothing', LATEST, [], null],
    [
      'the latest',
      LATEST,
      [order({ at: 3 }), order({ at: 9 }), order({ at: 5 }), refund({ at: 99 })],
      9,
    ],
    ['the latest, in the first second of time', LATEST, [order({ at: 0 })], 0],
    ['the latest before that', LATEST, [order({ at: -5 }), order({ at: -9 })], -5],
    ['the latest of facts without a time', LATEST, [order({})], null],
    ['spend of nothing', SPEND, [], {}],
    [
      'spend',
      SPEND,
      [order({ total: money(1250) }), order({ total: money(-250) }), order({})],
      { HKD: 1000 },
    ],
    [
      'spend in two currencies, never added',
      SPEND,
      [order({ total: money(5, 'HKD') }), order({ total: money(7, 'CNY') })],
      { CNY: 7, HKD: 5 },
    ],
    [
      'spend over what is no money',
      SPEND,
      [order({ total: 5 }), order({ total: null }), order({ total: '5' })],
      {},
    ],
    [
      'spend without what is subtracted',
      SPEND,
      [order({ total: money(5) }), refund({ refund: money(2) })],
      { HKD: 5 },
    ],
    [
      'spend less returns',
      NET,
      [order({ total: money(5) }), refund({ refund: money(2) })],
      { HKD: 3 },
    ],
    [
      'all of it returned',
      NET,
      [order({ total: money(5) }), refund({ refund: money(5) })],
      { HKD: 0 },
    ],
    [
      'spend of orders that were not cancelled, less all returns',
      { ...NET, where: { field: 'state', notIn: ['cancelled', 'void'] } },
      [
        order({ total: money(5), state: 'cancelled' }),
        order({ total: money(7), state: 'done' }),
        order({ total: money(9) }),
        order({ total: money(1), state: null }),
        refund({ refund: money(2) }),
      ],
      { HKD: 15 },
    ],
    [
      'a count of what meets all of several conditions',
      {
        ...COUNT,
        where: [
          { field: 'topic', in: ['complaint'] },
          { field: 'status', in: ['open', 'pending'] },
          { field: 'closedAt', present: false },
        ],
      },
      [
        order({ topic: 'complaint', status: 'open' }),
        order({ topic: 'complaint', status: 'pending', closedAt: null }),
        order({ topic: 'complaint', status: 'closed' }),
        order({ topic: 'repair', status: 'open' }),
        order({ topic: 'complaint' }),
        order({ topic: 'complaint', status: 'open', closedAt: 5 }),
      ],
      2,
    ],
    ['a return without its order', NET, [refund({ refund: money(2, 'SGD') })], { SGD: -2 }],
  ])('%s', (_, definition, facts, value) => {
    expect(figure(definition, facts)).toEqual(value);
  });

  test('currencies come in one order, whatever the order of facts', () => {
    const facts = ['SGD', 'CNY', 'MOP', 'HKD'].map((currency) =>
      order({ total: money(1, currency) }),
    );
    expect(Object.keys(figure(SPEND, facts) ?? {})).toEqual(['CNY', 'HKD', 'MOP', 'SGD']);
  });
});
