import { describe, expect, test } from 'vitest';
import { MemoryTable } from '#adapters/memory/table.ts';
import type { PartyChange } from '#application/identity/row-change.ts';
import { decideParty } from '#application/identity/write-parties.ts';
import { rowItemKey, type ScopeId } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { party, partyGone, rowKey } from '../../support/builders/rows.ts';

/** The registry item that a structural change of a row leaves. */
const stored = async (change: PartyChange): Promise<Item> => {
  const table = new MemoryTable();
  const step = decideParty(change, undefined);
  if (step.step === 'restructure') await table.transact(step.change.own('s1' as ScopeId));
  if (step.step === 'write') await table.write(step.action);
  return must((await table.getAll([rowItemKey(change.rowKey)]))[0], 'row');
};

const visiting = (change: PartyChange): PartyChange => {
  const after = must(change.after, 'row');
  return { ...change, after: { ...after, evidence: { ...after.evidence, mayCreate: false } } };
};

describe('what a change asks for', () => {
  test.each([
    ['a new row', party('a', 1, 'card#1'), undefined, 'restructure'],
    ['a new row that claims nothing', party('a', 1), undefined, 'restructure'],
    ['a row deleted before it was seen', partyGone('a', 1), undefined, 'write'],
    ['the same claims', party('a', 2, 'card#1'), party('a', 1, 'card#1'), 'write'],
    ['other claims', party('a', 2, 'card#2'), party('a', 1, 'card#1'), 'restructure'],
    [
      'a claim that is verified no more',
      party('a', 2, 'card#1?'),
      party('a', 1, 'card#1'),
      'restructure',
    ],
    [
      'another right to create',
      visiting(party('a', 2, 'card#1')),
      party('a', 1, 'card#1'),
      'restructure',
    ],
    ['a deletion', partyGone('a', 2), party('a', 1, 'card#1'), 'restructure'],
    ['a deletion of what is deleted', partyGone('a', 2), partyGone('a', 1), 'write'],
    ['a row that comes back', party('a', 2, 'card#1'), partyGone('a', 1), 'restructure'],
    ['the same again', party('a', 1, 'card#1'), party('a', 1, 'card#1'), 'applied'],
    ['an earlier one', party('a', 1, 'card#1'), party('a', 2, 'card#1'), 'stale'],
    ['an earlier deletion', partyGone('a', 1), party('a', 2, 'card#1'), 'stale'],
    ['an earlier one of a deleted row', party('a', 1, 'card#1'), partyGone('a', 2), 'stale'],
  ])('%s', async (_, change, before, expected) => {
    const step = decideParty(change, before && (await stored(before)));
    expect(step.step === 'skip' ? step.outcome : step.step).toBe(expected);
  });

  test('a structural change knows what the row claimed, and where', async () => {
    const step = decideParty(party('a', 2, 'card#2'), await stored(party('a', 1, 'card#1')));
    expect(step).toMatchObject({
      change: {
        key: 'a',
        scope: 's1',
        before: { claims: [{ identifier: 'card#1' }] },
        after: { claims: [{ identifier: 'card#2' }] },
      },
    });
  });
});

describe('what is stored', () => {
  test('is the row with its claims', async () => {
    expect(await stored(party('a', 3, 'card#1', 'phone#2?'))).toMatchObject({
      evidence: 'c card#1 phone#2?',
      said: { fields: { name: 'a 3' }, identifiers: '[]', at: 3_000 },
      scope: 's1',
    });
  });

  test('of a deleted row is a tombstone without anything of the person', async () => {
    const table = new MemoryTable();
    await table.write({ kind: 'put', item: await stored(party('a', 1, 'card#1')) });
    const step = decideParty(partyGone('a', 2), await stored(party('a', 1, 'card#1')));
    if (step.step === 'restructure') await table.transact(step.change.own('s1' as ScopeId));
    const [item] = await table.getAll([rowItemKey(rowKey('a'))]);
    expect(Object.keys(must(item, 'row')).toSorted()).toEqual(['at', 'deleted', 'pk', 'sk', 'v']);
  });

  test('an image is replaced only while the claims are what was read', async () => {
    const table = new MemoryTable();
    const first = await stored(party('a', 1, 'card#1'));
    const step = decideParty(party('a', 3, 'card#1'), first);
    await table.write({ kind: 'put', item: await stored(party('a', 2, 'card#2')) });
    expect(step.step === 'write' && (await table.write(step.action))).toBe(false);
    await table.write({ kind: 'put', item: await stored(party('a', 2, 'card#1')) });
    expect(step.step === 'write' && (await table.write(step.action))).toBe(true);
  });

  test('nor by an earlier one', async () => {
    const table = new MemoryTable();
    const step = decideParty(party('a', 2, 'card#1'), await stored(party('a', 1, 'card#1')));
    await table.write({ kind: 'put', item: await stored(party('a', 3, 'card#1')) });
    expect(step.step === 'write' && (await table.write(step.action))).toBe(false);
  });
});
