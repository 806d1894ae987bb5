import { describe, expect, test } from 'vitest';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { rekeyingOf } from '#adapters/crypto/rekeying.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { readScopes } from '#application/identity/world.ts';
import { changeItems, copyItems } from '#application/operate/rekey/rekey-items.ts';
import {
  eventsKey,
  type PartId,
  type ScopeId,
  scopeKey,
  scopePartKey,
} from '#application/shared/items.ts';
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

describe('a scope that lies in parts', () => {
  const unitsOf = (pseudonymise: typeof is, count: number): readonly EvidenceUnit[] =>
    Array.from({ length: count }, (_, n) => {
      const pseudonym = pseudonymise('phone', undefined, String(n));
      const identifier = identifierKey('phone', undefined, pseudonym);
      return {
        key: `crm.row.${String(n).padStart(3, '0')}` as UnitKey,
        party: true,
        mayCreate: true,
        claims: [{ identifier, verified: true }],
      };
    });

  test.each([3, 100])(
    'is taken part by part, in as many transactions as %i parts need',
    async (count) => {
      const units = unitsOf(was, count);
      const names = units.map((_, n) => `p${n}`);
      const items = units.map((unit, n) => ({
        ...scopePartKey(names[n] as PartId),
        scope: SCOPE,
        doc: formatScope({ ...EMPTY_SCOPE, units: new Map([[unit.key, unit]]) }),
      }));
      const table = await rekeyed({ ...scopeKey(SCOPE), ver: 3, parts: names.join(' ') }, ...items);
      const [read] = await readScopes(table, [SCOPE]);
      expect(read?.version).toBe(count > 40 ? 6 : 4);
      expect([...(read?.scope.units.values() ?? [])]).toEqual(unitsOf(is, count));
      expect(table.dump()).toHaveLength(count + 1);
    },
  );
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
