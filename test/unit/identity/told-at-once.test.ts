/**
 * What a person is told is as it is now, however late a replica is.
 */
import { expect, test } from 'vitest';
import { decide } from '#application/identity/decide.ts';
import { customerGraph, why, whyNot } from '#application/identity/explain.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { fact, party } from '../../support/builders/rows.ts';
import { aLateStore } from '../../support/late-store.ts';

const RULES = { hash: 'abc', namespaces: POLICY };
const BY = { actor: 'kim', reason: 'saw the passport' };

/** A party row whose e-mail address can be shown. */
const reader = (row: string, email: string, ...claims: readonly string[]) => {
  const change = party(row, 1, `email#${email}`, ...claims);
  const identifiers = [{ namespace: 'email', value: email, verified: true }];
  return { ...change, after: { ...change.after, identifiers } } as typeof change;
};

test('evidence, its rows and values, decisions, and what waits for review', async () => {
  const store = aLateStore();
  await store.parties(reader('a', 'kim', 'card#1'), reader('b', 'kim', 'unionid#1'));
  await store.facts(fact('pos.1', 1, ['card#1']), fact('pos.2', 1, ['card#1']));
  await store.facts(fact('pos.3', 1, ['card#1', 'email#lee?']));
  await store.parties(reader('c', 'lee', 'card#3'), reader('d', 'pat', 'card#4'));
  await store.parties(reader('e', 'pat', 'card#5'));
  await decide(store.ports, POLICY, { kind: 'always', a: 'b', b: 'c', ...BY });
  const ports = {
    table: store.table,
    pseudonymise: (_namespace: string, _scope: string | undefined, value: string) => value,
  };
  const tell = async () => ({
    why: await why(ports, RULES, 'a', 'pos.1'),
    decided: await why(ports, RULES, 'b', 'c'),
    whyNot: await whyNot(ports, RULES, 'd', 'e'),
    graph: await customerGraph(ports, RULES, 'a'),
    held: await store.held(),
  });
  const now = await tell();
  expect(now).toMatchObject({
    why: { value: { sameCustomer: true, path: [{}] } },
    decided: { value: { path: [{ value: { decision: BY } }] } },
    whyNot: { value: { sameCustomer: false, obstacles: [{}] } },
    held: expect.arrayContaining([
      expect.objectContaining({ identifier: 'email#pat', value: expect.any(String) }),
    ]),
    graph: { value: { units: expect.arrayContaining([expect.objectContaining({ rows: 2 })]) } },
  });
  store.fallBehind(9);
  expect(await tell()).toEqual(now);
});
