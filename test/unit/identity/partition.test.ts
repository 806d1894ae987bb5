import { describe, expect, test } from 'vitest';
import { MAX_COMPONENT_UNITS } from '#domain/identity/merge-policy.ts';
import { partition } from '#domain/identity/partition.ts';
import {
  id,
  POLICY,
  sharedAmong,
  showGroups,
  showHeld,
  unit,
} from '../../support/builders/evidence.ts';

const evaluate = (units: Parameters<typeof partition>[0]) => {
  const found = partition(units, sharedAmong(units), POLICY);
  return { groups: showGroups(found.groups), held: showHeld(found) };
};

describe('what links', () => {
  test.each([
    ['nothing in common', [unit('a', 'card#1'), unit('b', 'card#2')], 'a | b'],
    ['no claims at all', [unit('a'), unit('b')], 'a | b'],
    ['one value in common', [unit('a', 'card#1'), unit('b', 'card#1', 'email#1')], 'a b'],
    [
      'a chain over different namespaces',
      [unit('a', 'card#1'), unit('b', 'card#1', 'email#1'), unit('c', 'email#1')],
      'a b c',
    ],
    ['the same text in two namespaces', [unit('a', 'card#1'), unit('b', 'email#1')], 'a | b'],
    ['the same openid of one app', [unit('a', 'openid:x#1'), unit('b', 'openid:x#1')], 'a b'],
    ['the same openid of two apps', [unit('a', 'openid:x#1'), unit('b', 'openid:y#1')], 'a | b'],
    ['the same birth date, a guard', [unit('a', 'born#1'), unit('b', 'born#1')], 'a | b'],
    ['two unverified claims', [unit('a', 'phone#1?'), unit('b', 'phone#1?')], 'a b'],
  ])('%s', (_, units, groups) => {
    expect(evaluate(units)).toEqual({ groups, held: [] });
  });

  test('groups and their units come in the order of keys', () => {
    const units = [
      unit('d', 'card#1'),
      unit('c', 'card#2'),
      unit('a', 'card#2'),
      unit('b', 'card#1'),
    ];
    expect(evaluate(units).groups).toBe('a c | b d');
  });
});

describe('what is held', () => {
  test.each([
    [
      'a second value of a namespace with limit 1',
      [unit('a', 'card#1', 'email#1'), unit('b', 'card#2', 'email#1')],
      'a | b',
      ['a-b email#1 limit:card'],
    ],
    [
      'a value too many, counted over the whole customer',
      [
        unit('a', 'card#1', 'phone#1'),
        unit('b', 'card#1', 'phone#2', 'email#1'),
        unit('c', 'phone#3', 'email#1'),
      ],
      'a b | c',
      ['b-c email#1 limit:phone'],
    ],
    [
      'different birth dates, a guard',
      [unit('a', 'phone#1', 'born#1'), unit('b', 'phone#1', 'born#2')],
      'a | b',
      ['a-b phone#1 limit:born'],
    ],
    [
      'different birth dates and names',
      [unit('a', 'email#1', 'born#1', 'name#1'), unit('b', 'email#1', 'born#2', 'name#2')],
      'a | b',
      ['a-b email#1 limit:born'],
    ],
    [
      'a phone of two names',
      [unit('a', 'phone#1', 'name#1'), unit('b', 'phone#1', 'name#2', 'name#3')],
      'a | b',
      ['a-b phone#1 contradicted'],
    ],
    [
      'birth dates that others of their customers say, whatever the two are called',
      [
        unit('a', 'card#1', 'born#1'),
        unit('b', 'card#1', 'phone#1', 'name#1'),
        unit('c', 'phone#1', 'born#2', 'name#1'),
      ],
      'a b | c',
      ['b-c phone#1 limit:born'],
    ],
    [
      'a third birth date, where the limit gave way to two',
      [
        unit('a', 'card#1', 'born#1', 'name#1'),
        unit('b', 'card#1', 'born#2', 'name#1', 'email#1'),
        unit('c', 'email#1', 'born#3'),
      ],
      'a b | c',
      ['b-c email#1 limit:born'],
    ],
    [
      'values that one unit alone has too many of, as soon as another has one',
      [unit('a', 'card#1', 'card#2', 'email#1'), unit('b', 'card#1', 'email#1')],
      'a | b',
      ['a-b card#1 limit:card', 'a-b email#1 limit:card'],
    ],
    [
      'with two limits broken, the stronger is named',
      [unit('a', 'born#1', 'card#1', 'email#1'), unit('b', 'born#2', 'card#2', 'email#1')],
      'a | b',
      ['a-b email#1 limit:card'],
    ],
  ])('%s', (_, units, groups, held) => {
    expect(evaluate(units)).toEqual({ groups, held });
  });

  test.each([
    ['up to the limit', [unit('a', 'email#1', 'phone#1'), unit('b', 'email#1', 'phone#2')], 'a b'],
    [
      'the same value twice',
      [unit('a', 'card#1', 'email#1'), unit('b', 'card#1', 'email#1')],
      'a b',
    ],
    [
      'of another scope',
      [unit('a', 'email#1', 'openid:x#1'), unit('b', 'email#1', 'openid:y#2')],
      'a b',
    ],
    [
      'of a phone of two names, one of which is the same',
      [unit('a', 'phone#1', 'name#1'), unit('b', 'phone#1', 'name#1', 'name#2')],
      'a b',
    ],
    [
      'of a phone of two names that a birth date bears out',
      [unit('a', 'phone#1', 'name#1', 'born#1'), unit('b', 'phone#1', 'name#2', 'born#1')],
      'a b',
    ],
    ['of a phone of one name', [unit('a', 'phone#1', 'name#1'), unit('b', 'phone#1')], 'a b'],
    [
      'that contradict each other where the names agree',
      [unit('a', 'phone#1', 'born#1', 'name#1'), unit('b', 'phone#1', 'born#2', 'name#1')],
      'a b',
    ],
    [
      'that a limit has given way to before',
      [
        unit('a', 'card#1', 'born#1', 'name#1'),
        unit('b', 'card#1', 'born#2', 'name#1', 'email#1'),
        unit('c', 'email#1', 'born#2'),
      ],
      'a b c',
    ],
    ['of one side only', [unit('a', 'card#1', 'card#2', 'email#1'), unit('b', 'email#1')], 'a b'],
  ])('not values %s', (_, units, groups) => {
    expect(evaluate(units)).toEqual({ groups, held: [] });
  });
});

describe('the order in which links are weighed', () => {
  test('a stronger namespace decides before a weaker one', () => {
    // b could be with a (by e-mail) or with c (by card); either keeps the other out.
    const units = [
      unit('a', 'email#1', 'born#1'),
      unit('b', 'email#1', 'card#1'),
      unit('c', 'card#1', 'born#2'),
    ];
    expect(evaluate(units)).toEqual({ groups: 'a | b c', held: ['a-b email#1 limit:born'] });
  });

  test('a verified value decides before an unverified one', () => {
    const units = [
      unit('a', 'phone#1?', 'born#1'),
      unit('b', 'phone#1'),
      unit('c', 'phone#1', 'born#2'),
    ];
    expect(evaluate(units)).toEqual({
      groups: 'a | b c',
      held: ['a-b phone#1 limit:born', 'a-c phone#1 limit:born'],
    });
  });

  test('of equal links the one between smaller units decides', () => {
    const units = [
      unit('a', 'phone#1', 'born#1'),
      unit('b', 'phone#1'),
      unit('c', 'phone#1', 'born#2'),
    ];
    expect(evaluate(units).groups).toBe('a b | c');
  });

  test('of two values in one pair, who else holds them decides, whatever their pseudonyms', () => {
    const world = (one: string, other: string) => [
      unit('a', `phone#${one}?`, `phone#${other}?`),
      unit('b', `phone#${one}?`, `phone#${other}?`),
      unit('c', `phone#${one}?`),
      unit('d', `phone#${other}?`),
    ];
    expect(evaluate(world('1', '2')).groups).toBe(evaluate(world('2', '1')).groups);
  });
});

describe('unverified values', () => {
  test('place a unit that nothing else has placed', () => {
    const units = [unit('member', 'card#1', 'phone#1'), unit('~receipt', 'phone#1?')];
    expect(evaluate(units).groups).toBe('member ~receipt');
  });

  test('never bridge a household: the card of one, the phone of the other', () => {
    const units = [
      unit('husband', 'card#1', 'phone#1'),
      unit('wife', 'card#2', 'phone#2'),
      unit('~receipt', 'card#1', 'phone#2?'),
    ];
    expect(evaluate(units)).toEqual({
      groups: 'husband ~receipt | wife',
      held: ['wife-~receipt phone#2 unverified'],
    });
  });

  test('bridge two customers when both sides also say the same birth date', () => {
    const units = [
      unit('account', 'unionid#1', 'born#1', 'phone#1?'),
      unit('~order', 'unionid#1'),
      unit('member', 'card#1', 'born#1', 'phone#1'),
      unit('~receipt', 'card#1'),
    ];
    expect(evaluate(units)).toEqual({ groups: 'account member ~order ~receipt', held: [] });
    const apart = units.map((one) =>
      one.key === 'account'
        ? { ...one, claims: one.claims.filter(({ identifier }) => !identifier.startsWith('born')) }
        : one,
    );
    expect(evaluate(apart)).toEqual({
      groups: 'account ~order | member ~receipt',
      held: ['account-member phone#1 unverified'],
    });
  });

  test('nor where no limit would keep the two apart', () => {
    const units = [
      unit('a', 'phone#1'),
      unit('b', 'phone#2'),
      unit('~receipt', 'phone#1?', 'phone#2?'),
    ];
    expect(evaluate(units)).toEqual({
      groups: 'a ~receipt | b',
      held: ['b-~receipt phone#2 unverified'],
    });
  });

  test('a verified value of the same unit does bridge', () => {
    const units = [unit('a', 'card#1'), unit('b', 'phone#2'), unit('c', 'card#1', 'phone#2')];
    expect(evaluate(units)).toEqual({ groups: 'a b c', held: [] });
  });

  test('claimed both ways by one unit, it is verified', () => {
    const units = [
      unit('a', 'card#1'),
      unit('b', 'phone#2'),
      unit('c', 'card#1', 'phone#2?', 'phone#2'),
    ];
    expect(evaluate(units).groups).toBe('a b c');
  });
});

describe('shared values', () => {
  const holders = (count: number) =>
    Array.from({ length: count }, (_, index) => unit(`u${index}`, 'phone#shop'));

  test('at its cap a value links', () => {
    expect(evaluate(holders(3))).toEqual({ groups: 'u0 u1 u2', held: [] });
  });

  test('above its cap it links nobody and is nothing to review', () => {
    expect(evaluate(holders(4))).toEqual({ groups: 'u0 | u1 | u2 | u3', held: [] });
  });

  test('it still counts against a limit', () => {
    const shared = new Set([id('phone#1'), id('phone#2'), id('phone#3')]);
    const units = [unit('a', 'card#1', 'phone#1', 'phone#2'), unit('b', 'card#1', 'phone#3')];
    expect(showHeld(partition(units, shared, POLICY))).toEqual(['a-b card#1 limit:phone']);
  });
});

describe('a component above the bound of one evaluation', () => {
  /** Pairs by card, tied to the next pair by e-mail. */
  const chain = (pairs: number) =>
    Array.from({ length: 2 * pairs }, (_, index) => {
      const pair = Math.floor(index / 2);
      const email = index % 2 === 1 ? pair : pair - 1;
      return unit(`u${String(index).padStart(4, '0')}`, `card#${pair}`, `email#${email}`);
    });
  const policy = {
    ...POLICY,
    card: { ...POLICY['card'], limit: undefined },
  } as unknown as typeof POLICY;

  test('up to the bound all namespaces link', () => {
    const { groups, held } = partition(chain(MAX_COMPONENT_UNITS / 2), new Set(), policy);
    expect([groups.length, held.length]).toEqual([1, 0]);
  });

  test('above it the weakest namespace links no more, and each of its values is named', () => {
    const pairs = MAX_COMPONENT_UNITS / 2 + 1;
    const { groups, held } = partition(chain(pairs), new Set(), policy);
    expect(groups).toHaveLength(pairs);
    expect(held).toHaveLength(pairs - 1);
    expect(showHeld({ held })[0]).toBe('u0001-u0002 email#0 too-large');
  });

  test('until every part fits', () => {
    const crowd = Array.from({ length: MAX_COMPONENT_UNITS + 1 }, (_, index) =>
      unit(`u${String(index).padStart(4, '0')}`, 'phone#1', 'card#1'),
    );
    const { groups, held } = partition(crowd, new Set(), policy);
    expect(groups).toHaveLength(crowd.length);
    expect(showHeld({ held })).toEqual([
      'u0000-u0001 card#1 too-large',
      'u0000-u0001 phone#1 too-large',
    ]);
  });

  test('parts of the component that fit keep their strong links', () => {
    const [first, ...rest] = chain(MAX_COMPONENT_UNITS);
    const { groups } = partition(
      [...rest, { ...unit('a', 'card#0') }, ...(first ? [first] : [])],
      new Set(),
      policy,
    );
    expect(showGroups(groups).startsWith('a u0000 u0001 | u0002 u0003 |')).toBe(true);
  });
});
