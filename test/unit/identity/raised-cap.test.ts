/**
 * A value whose cap was raised far: its holders come to the list of its claim some at a time.
 */
import { expect, test } from 'vitest';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import { aNamespace } from '../../support/builders/definitions.ts';
import { party } from '../../support/builders/rows.ts';
import { anIdentityStore } from '../../support/identity-store.ts';
import { nth } from '../../support/interposed-table.ts';

const withCap = (cap: number): MergePolicy => ({ phone: aNamespace('phone', 1, { cap }) });

test('does not get a list back that somebody else has done with meanwhile', async () => {
  const store = anIdentityStore({}, withCap(2));
  const rows = Array.from({ length: 50 }, (_, n) => `p${n}`);
  for (const row of rows) await store.parties(party(row, 1, 'phone#1'));
  const raised = withCap(60);
  const { parties } = store.under(raised);
  const isMove = nth(1, 'transact', (args) => args.includes('"add":{"ver":1}'));
  const slow = store.overtaken(isMove, () => parties(party('p7', 2, 'phone#2')), raised);
  await slow.parties(party('p8', 2, 'phone#2'));
  expect(store.customers().filter((line) => line.includes(':'))).toHaveLength(2);
  store.expectSound(raised);
});
