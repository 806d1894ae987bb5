import { describe, expect, test } from 'vitest';
import { decide } from '#application/identity/decide.ts';
import { customerGraph, why, whyNot } from '#application/identity/explain.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

type Store = ReturnType<typeof anIdentityStore>;

const RULES = { hash: 'abc', namespaces: POLICY };
const portsOf = ({ table }: Store) => ({
  table,
  pseudonymise: (_namespace: string, _scope: string | undefined, value: string) => value.slice(-1),
});

/** A party row whose identifiers can be read. */
const member = (row: string, namespace: string, value: string, claim: string) => {
  const change = party(row, 1, claim);
  const identifiers = [{ namespace, value, verified: true }];
  return {
    ...change,
    after: { ...change.after, fields: { name: row }, identifiers },
  } as typeof change;
};

const shownPath = async (store: Store, a: string, b: string) => {
  const answer = await why(portsOf(store), RULES, a, b);
  if (!answer.ok || !answer.value.sameCustomer) return answer;
  return answer.value.path.map(
    ({ from, to, value }) => `${from.unit} -${value.namespace} ${value.value}- ${to.unit}`,
  );
};

describe('why', () => {
  test('the shortest way, with the rows, the masked value and when', async () => {
    const store = anIdentityStore();
    await store.parties(member('crm.1', 'card', 'CARD00001', 'card#1'));
    await store.facts(
      fact('pos.1', 5, ['card#1', 'phone#7']),
      fact('pos.2', 6, ['card#1', 'phone#7']),
    );
    await store.parties(party('shop.1', 1, 'phone#7'));
    const answer = await why(portsOf(store), RULES, 'crm.1', 'shop.1');
    expect(answer).toMatchObject({
      ok: true,
      value: {
        customerId: 'one_crm.1',
        rules: 'abc',
        path: [
          {
            from: { unit: 'crm.1', kind: 'party', samples: [{ at: '1970-01-01T00:00:01.000Z' }] },
            to: { kind: 'fact', rows: 2, samples: [{ row: 'pos.1' }, { row: 'pos.2' }] },
            value: { namespace: 'card', value: '****0001', use: 'links' },
          },
          { to: { unit: 'shop.1' }, value: { namespace: 'phone', value: null } },
        ],
      },
    });
  });

  test('a decision is evidence, with who took it', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1), party('b', 1));
    const request = { kind: 'always', a: 'a', b: 'b', actor: 'kim', reason: 'twins? no' } as const;
    await decide(store.ports, POLICY, request);
    expect(await why(portsOf(store), RULES, 'a', 'b')).toMatchObject({
      value: { path: [{ value: { use: 'decision', decision: { actor: 'kim' } } }] },
    });
  });

  test.each([
    ['an unverified value that a name bears out', 'phone#1?', ['name name#1']],
    ['a value that both verified', 'phone#1', undefined],
  ])('%s', async (_, phone, expected) => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1', phone, 'name#1'));
    await store.parties(party('b', 1, 'email#1', phone, 'name#1'));
    const answer = await why(portsOf(store), RULES, 'a', 'b');
    if (!answer.ok || !answer.value.sameCustomer) throw new Error('they are two');
    const [step] = answer.value.path;
    expect(step?.value.namespace).toBe('phone');
    expect(
      step?.corroboratedBy?.map(({ namespace, identifier }) => `${namespace} ${identifier}`),
    ).toEqual(expected);
  });

  test('one unit needs no path, two customers have none', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#2'));
    expect(await shownPath(store, 'a', 'one_a')).toEqual([]);
    expect(await why(portsOf(store), RULES, 'a', 'b')).toEqual({
      ok: true,
      value: { sameCustomer: false, customers: ['one_a', 'one_b'] },
    });
  });

  test('a name that leads nowhere', async () => {
    const answer = await why(portsOf(anIdentityStore()), RULES, 'a', 'b');
    expect(answer).toMatchObject({ error: { code: 'unknown-name', name: 'a' } });
  });
});

describe('why not', () => {
  const obstacles = async (store: Store, a: string, b: string) => {
    const answer = await whyNot(portsOf(store), RULES, a, b);
    if (!answer.ok || answer.value.sameCustomer) return answer;
    return answer.value.obstacles.map(({ kind, reason, value }) =>
      [kind, reason, value?.namespace].filter(Boolean).join(' '),
    );
  };

  test.each([
    [
      'a limit',
      [party('a', 1, 'card#1', 'email#1'), party('b', 1, 'card#2', 'email#1')],
      ['held limit:card email'],
    ],
    [
      'a guard',
      [party('a', 1, 'born#1', 'phone#1'), party('b', 1, 'born#2', 'phone#1')],
      ['held limit:born phone'],
    ],
    [
      'a typed value that would bridge',
      [party('a', 1, 'card#1', 'phone#1?'), party('a2', 1, 'card#1'), party('b', 1, 'phone#1')],
      ['held unverified phone'],
    ],
    ['no value in common', [party('a', 1, 'card#1'), party('b', 1, 'card#2')], ['no-common-value']],
    [
      'only a guard in common',
      [party('a', 1, 'born#1'), party('b', 1, 'born#1')],
      ['guard born', 'no-common-value'],
    ],
    [
      'a shared value',
      ['a', 'b', 'c', 'd'].map((name) => party(name, 1, 'phone#1')),
      ['shared phone'],
    ],
  ])('%s', async (_, rows, expected) => {
    const store = anIdentityStore();
    for (const row of rows) await store.parties(row);
    expect(await obstacles(store, 'a', 'b')).toEqual(expected);
  });

  test.each([
    [
      'the values over a limit, of either side',
      [party('a', 1, 'card#1', 'email#1'), party('b', 1, 'card#2', 'email#1')],
      { overLimit: { a: ['card#1'], b: ['card#2'] } },
    ],
    [
      'the names that speak against a value',
      [party('a', 1, 'phone#1', 'name#1'), party('b', 1, 'phone#1', 'name#2')],
      { opposedBy: { a: ['name#1'], b: ['name#2'] } },
    ],
    [
      'nothing where a typed value would bridge',
      [party('a', 1, 'card#1', 'phone#1?'), party('a2', 1, 'card#1'), party('b', 1, 'phone#1')],
      {},
    ],
  ])('names %s', async (_, rows, expected) => {
    const store = anIdentityStore();
    for (const row of rows) await store.parties(row);
    const against = async (a: string, b: string) => {
      const answer = await whyNot(portsOf(store), RULES, a, b);
      if (!answer.ok || answer.value.sameCustomer) throw new Error('they are one');
      const [obstacle] = answer.value.obstacles;
      const keys = (values: readonly { readonly identifier: string }[]) =>
        values.map(({ identifier }) => identifier);
      return Object.fromEntries(
        (['opposedBy', 'overLimit'] as const).flatMap((by) => {
          const sides = obstacle?.[by];
          return sides ? [[by, { a: keys(sides.a), b: keys(sides.b) }]] : [];
        }),
      );
    };
    expect(await against('a', 'b')).toEqual(expected);
    const turned = Object.entries(expected).map(([by, { a, b }]) => [by, { a: b, b: a }]);
    expect(await against('b', 'a')).toEqual(Object.fromEntries(turned));
  });

  test('a decision comes first', async () => {
    const store = anIdentityStore();
    await store.parties(party('a', 1, 'card#1'), party('b', 1, 'card#1'));
    const request = { kind: 'never', a: 'a', b: 'b', actor: 'kim', reason: 'twins' } as const;
    await decide(store.ports, POLICY, request);
    expect(await obstacles(store, 'a', 'b')).toEqual(['never-link !never', 'held never-link card']);
  });
});

test('the graph of a customer: units, values, who holds what, and what is held', async () => {
  const store = anIdentityStore();
  await store.parties(party('a', 1, 'card#1', 'email#1'), party('b', 1, 'card#2', 'email#1'));
  await store.facts(fact('pos.1', 1, ['card#1']));
  const graph = await customerGraph(portsOf(store), RULES, 'one_a');
  expect(graph).toMatchObject({
    value: {
      customerId: 'one_a',
      units: [{ unit: 'a' }, { unit: '~card#1', rows: 1 }],
      values: [{ identifier: 'card#1' }, { identifier: 'email#1' }],
      edges: [
        { unit: 'a', value: 'card#1', verified: true },
        { unit: 'a', value: 'email#1', verified: true },
        { unit: '~card#1', value: 'card#1', verified: true },
      ],
      held: [{ value: 'email#1', reasons: ['limit:card'] }],
    },
  });
});
