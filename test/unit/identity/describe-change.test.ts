/**
 * What other rules would do, as it is shown: whose ids change, the rows of some merges and splits, and what decides them.
 */
import { expect, test } from 'vitest';
import { previewRules } from '#application/identity/change-rules.ts';
import { describeChanges } from '#application/identity/describe-change.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';

const LAX = { ...POLICY, card: { ...POLICY['card'], limit: 2 } } as typeof POLICY;

/** A party row whose card can be shown. */
const holder = (row: string, card: string, ...claims: readonly string[]) => {
  const change = party(row, 1, `card#${card}`, ...claims);
  const identifiers = [{ namespace: 'card', value: card, verified: true }];
  return { ...change, after: { ...change.after, identifiers } } as typeof change;
};

/** What a change of rules would do to two rows with other cards and one e-mail address. */
const changed = async (from: typeof POLICY, to: typeof POLICY) => {
  const store = anIdentityStore({}, from);
  await store.parties(holder('a', '100000001', 'email#1'), holder('b', '100000002', 'email#1'));
  const { table, scan, ports } = store;
  const { samples, idChanges } = await previewRules(table, scan, from, to, ports.mint);
  const pseudonymise = (_namespace: string, _scope: string | undefined, value: string) => value;
  return { idChanges, shown: await describeChanges({ table, pseudonymise }, to, samples) };
};

test('a merge: the rows of both, and the value that links them', async () => {
  const { idChanges, shown } = await changed(POLICY, LAX);
  expect(idChanges).toEqual([{ from: 'one_b', to: 'one_a', units: 1 }]);
  expect(shown).toMatchObject([
    {
      event: { type: 'identity.merged', into: 'one_a', from: ['one_b'] },
      parts: [
        { customerId: 'one_a', units: 1, rows: ['a'] },
        { customerId: 'one_b', units: 1, rows: ['b'] },
      ],
      links: [{ from: { unit: 'a' }, to: { unit: 'b' }, value: { namespace: 'email' } }],
      obstacles: [],
    },
  ]);
});

test('a split: the rows of both, and the limit that keeps them apart with its values, masked', async () => {
  const { idChanges, shown } = await changed(LAX, POLICY);
  expect(idChanges).toEqual([{ from: 'one_a', to: 'one_b', units: 1 }]);
  expect(shown).toMatchObject([
    {
      event: { type: 'identity.split', from: 'one_a', into: ['one_b'] },
      parts: [{ rows: ['a'] }, { rows: ['b'] }],
      links: [],
      obstacles: [
        {
          kind: 'held',
          reason: 'limit:card',
          value: { namespace: 'email' },
          overLimit: { a: [{ value: '****0001' }], b: [{ value: '****0002' }] },
        },
      ],
    },
  ]);
});

test('rules that change nothing: no samples, no ids', async () => {
  expect(await changed(POLICY, POLICY)).toEqual({ idChanges: [], shown: [] });
});
