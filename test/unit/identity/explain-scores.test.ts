/** Why rows that are scored are one customer, and why they are not: what speaks for it, weight by weight, masked. */
import { expect, test } from 'vitest';
import { why, whyNot } from '#application/identity/explain.ts';
import type { RawFeatures } from '#domain/identity/matching/match-features.ts';
import { readAnew } from '#domain/identity/reading-change.ts';
import { SCORED_POLICY, SMALL_RULES, scoredUnit } from '../../support/builders/match.ts';
import { party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

const RULES = { hash: 'abc', namespaces: SCORED_POLICY };

const member = (row: string, raw: RawFeatures) => {
  const change = party(row, 1);
  const after = { ...change.after, fields: {}, identifiers: [], evidence: scoredUnit(row, raw) };
  return { ...change, after } as typeof change;
};

const zhang = (birthDate: string, phone?: string): RawFeatures => ({
  name: { full: '张伟' },
  birthDate,
  ...(phone === undefined ? {} : { phone }),
});

const aStore = async (...rows: readonly RawFeatures[]) => {
  const store = anIdentityStore({}, SCORED_POLICY);
  for (const [index, raw] of rows.entries()) await store.parties(member(`crm.m.${index}`, raw));
  return { ...store, ports: { table: store.table, pseudonymise: () => '' } };
};

test('two rows of one person: score, model, thresholds, and what both say, masked', async () => {
  const { ports } = await aStore(zhang('1990-05-17'), zhang('1990-05-17'));
  const answer = await why(ports, RULES, 'crm.m.0', 'crm.m.1');
  expect(answer).toMatchObject({
    ok: true,
    value: {
      sameCustomer: true,
      rules: 'abc',
      path: [
        {
          from: { unit: 'crm.m.0' },
          to: { unit: 'crm.m.1' },
          value: { use: 'score', namespace: 'score', value: null },
          score: {
            rows: ['crm.m.0', 'crm.m.1'],
            thresholds: { link: 0, review: -2, uncorroborated: 3 },
            model: 'start',
            corroborated: true,
            findings: expect.arrayContaining([
              expect.objectContaining({
                comparison: 'name',
                level: 'same',
                values: ['张**', '张**'],
              }),
              expect.objectContaining({
                comparison: 'birth-date',
                values: ['1990-**-**', '1990-**-**'],
              }),
            ]),
          },
        },
      ],
    },
  });
});

test('two that wait: the pair is held with its weight', async () => {
  const { ports, held } = await aStore(zhang('1990-05-17'), { name: { full: '张伟' } });
  const answer = await whyNot(ports, RULES, 'crm.m.0', 'crm.m.1');
  expect(answer).toMatchObject({
    value: { obstacles: [{ kind: 'held', reason: 'review', score: { corroborated: false } }] },
  });
  const [entry] = await held();
  expect(entry).toMatchObject({ namespace: 'score', reasons: ['review'], units: 2, joins: 2 });
  expect(entry?.weight).toBeGreaterThanOrEqual(SMALL_RULES.review);
  expect(entry?.customers).toHaveLength(2);
});

test('two strangers: how little the rows that are most alike weigh', async () => {
  const { ports } = await aStore(zhang('1990-05-17'), {
    name: { full: 'Robert Smith' },
    birthDate: '1971-06-24',
  });
  const answer = await whyNot(ports, RULES, 'crm.m.0', 'crm.m.1');
  if (!answer.ok || answer.value.sameCustomer) throw new Error('strangers are one customer');
  const [obstacle] = answer.value.obstacles;
  expect(obstacle?.kind).toBe('unlike');
  expect(obstacle?.score?.weight).toBeLessThan(SMALL_RULES.review);
});

test('two strangers with one phone: what they weigh stands beside the value that is held', async () => {
  const { ports } = await aStore(zhang('1990-05-17', '+85291234567'), {
    name: { full: 'Robert Smith' },
    birthDate: '1971-06-24',
    phone: '+85291234567',
  });
  const answer = await whyNot(ports, RULES, 'crm.m.0', 'crm.m.1');
  expect(answer).toMatchObject({
    value: {
      obstacles: [
        {
          kind: 'held',
          reason: 'contradicted',
          value: { namespace: 'phone' },
          score: { rows: ['crm.m.0', 'crm.m.1'], weight: expect.any(Number) },
        },
      ],
    },
  });
});

test('thresholds and weights are rules that a preview can show, keys need the rows', () => {
  const changed = (rules: Partial<typeof SMALL_RULES>) => ({
    ...SCORED_POLICY,
    candidate: { ...SCORED_POLICY['candidate'], candidates: { ...SMALL_RULES, ...rules } },
  });
  const replayFor = (rules: Partial<typeof SMALL_RULES>) =>
    readAnew(
      { namespaces: SCORED_POLICY, sources: {} },
      { namespaces: changed(rules) as typeof SCORED_POLICY, sources: {} },
    );
  expect(replayFor({ link: 3, review: 1, coherence: 2 })).toEqual([]);
  expect(replayFor({ model: { ...SMALL_RULES.model, version: 'other' } })).toEqual([]);
  expect(replayFor({ keys: [['names']] })).toEqual(['namespace candidate']);
});
