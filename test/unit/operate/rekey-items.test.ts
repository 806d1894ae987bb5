import { describe, expect, test } from 'vitest';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { rekeyingOf } from '#adapters/crypto/rekeying.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { readScopes } from '#application/identity/world.ts';
import { changeItems, copyItems } from '#application/operate/rekey/rekey-items.ts';
import { eventsKey, type ScopeId, scopeKey, scopePartKey } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import { type EvidenceUnit, identifierKey, type UnitKey } from '#domain/identity/evidence.ts';
import { EMPTY_SCOPE } from '#domain/identity/scope.ts';
import { formatScope } from '#domain/identity/scope-text.ts';

const PEPPERS = {
  current: 1,
  peppers: ['a pepper of thirty-two characters', 'another of thirty-two characters!'],
};
const rekeying = rekeyingOf(PEPPERS);
const [was, is] = [makePseudonymiser(String(PEPPERS.peppers[0])), rekeying.pseudonymise];
const SCOPE = 's1' as ScopeId;

const rekeyItems = async (...args: Parameters<typeof copyItems>) => [
  ...(await copyItems(...args)),
  ...(await changeItems(...args)),
];

const rekeyed = async (...items: readonly Item[]) => {
  const table = new MemoryTable();
  await table.writeAll(items.map((item) => ({ kind: 'put', item })));
  const groups = await rekeyItems(table, rekeying, table.dump());
  for (const group of groups) expect(await table.transact(group)).toEqual({ done: true });
  expect(await rekeyItems(table, rekeying, table.dump())).toEqual([]);
  return table;
};

describe('a scope that goes on in further items', () => {
  const unitsOf = (pseudonymise: typeof is): readonly EvidenceUnit[] =>
    Array.from({ length: 40 }, (_, n) => {
      const pseudonym = pseudonymise('phone', undefined, String(n));
      const identifier = identifierKey('phone', undefined, pseudonym);
      return {
        key: `crm.row.${n}` as UnitKey,
        party: true,
        mayCreate: true,
        claims: [{ identifier, verified: true }],
      };
    });
  const units = new Map(unitsOf(was).map((unit) => [unit.key, unit]));
  const text = formatScope({ ...EMPTY_SCOPE, units });
  const cuts = [0, 700, 1_401, text.length];
  const part = (n: number) => text.slice(cuts[n], cuts[n + 1]);

  test('is taken as a whole: a pseudonym may lie across an end', async () => {
    const table = await rekeyed(
      { ...scopeKey(SCOPE), ver: 3, of: 3, parts: 2, doc: part(0) },
      { ...scopePartKey(SCOPE, 1), of: 3, doc: part(1) },
      { ...scopePartKey(SCOPE, 2), of: 3, doc: part(2) },
    );
    const [read] = await readScopes(table, [SCOPE]);
    expect(read).toMatchObject({ version: 4, parts: 2 });
    expect([...(read?.scope.units.values() ?? [])]).toEqual(unitsOf(is));
  });

  test('is left to its next version when its parts are of two', async () => {
    const table = await rekeyed(
      { ...scopeKey(SCOPE), ver: 3, of: 3, parts: 2, doc: part(0) },
      { ...scopePartKey(SCOPE, 1), of: 2, doc: part(1) },
      { ...scopePartKey(SCOPE, 2), of: 3, doc: part(2) },
    );
    expect((await table.getAll([scopeKey(SCOPE)]))[0]).toMatchObject({ ver: 3 });
  });
});

test('events that no scope carries have been told, and go', async () => {
  const identifier = `phone#${was('phone', undefined, '1')}`;
  const events = [{ type: 'identity.released', identifier }];
  const table = await rekeyed({ ...eventsKey(SCOPE), events, eventsAt: 1 });
  expect(table.dump()).toEqual([]);
});

test('what somebody wrote is never looked into', async () => {
  const text = `phone#${was('phone', undefined, '1')}`;
  const items = [
    { pk: 'R#crm.row.1', sk: 'ROW', said: { fields: { note: text } } },
    {
      pk: 'U#~unit#0',
      sk: 'BUCKET',
      'pos/receipt/1': { v: '1', d: `["order",{"note":"${text}"}]` },
    },
    { pk: 'C#one_1', sk: 'SUMMARY', doc: JSON.stringify({ note: text }) },
  ];
  const stored = (await rekeyed(...items)).dump();
  expect(stored).toHaveLength(items.length);
  expect(stored).toEqual(expect.arrayContaining(items));
});
