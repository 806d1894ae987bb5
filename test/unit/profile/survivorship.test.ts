import { expect, test } from 'vitest';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { SurvivorshipRule } from '#domain/definitions/types.ts';
import { explainLoss, type SurvivorRow, survive } from '#domain/profile/survivorship.ts';

const version = rowVersion(1, 'cdc', '1', 1);

const row = (source: string, key: string, birthDate: string, at?: number): SurvivorRow => ({
  rowKey: sourceRowKey(source, 'party', [key]),
  fields: { birthDate },
  stamp: { version, ...(at === undefined ? {} : { at }) },
});

const ROWS = [
  row('erp', '1', '1988-03-04', 100),
  row('crm', '1', '1988-04-03', 300),
  row('shop', '1', '1988-03-04'),
  row('member', '1', '1990-01-01', 200),
  row('member', '2', '1990-01-01', 150),
  row('elsewhere', '1', '2000-01-01', 900),
];

test.each<[SurvivorshipRule, string, readonly string[]]>([
  [
    'source-priority',
    'member.party.1 1990-01-01',
    [
      'member.party.2 same: says the same',
      'shop.party.1 source: member comes before shop',
      'crm.party.1 source: member comes before crm',
      'erp.party.1 source: member comes before erp',
    ],
  ],
  [
    'most-recent',
    'crm.party.1 1988-04-03',
    [
      'member.party.1 recency: what is shown was set later',
      'member.party.2 recency: what is shown was set later',
      'erp.party.1 recency: what is shown was set later',
      'shop.party.1 recency: what is shown was set later',
    ],
  ],
  [
    'most-frequent',
    'member.party.1 1990-01-01',
    [
      'member.party.2 same: says the same',
      'shop.party.1 source: member comes before shop',
      'erp.party.1 source: member comes before erp',
      'crm.party.1 frequency: more rows say what is shown',
    ],
  ],
  [
    'verified-first',
    'shop.party.1 1988-03-04',
    [
      'erp.party.1 same: says the same',
      'member.party.1 verified: member does not vouch for it, shop does',
      'member.party.2 verified: member does not vouch for it, shop does',
      'crm.party.1 verified: crm does not vouch for it, shop does',
    ],
  ],
])('%s shows %s', (rule, winner, losers) => {
  const survivor = survive(
    {
      field: 'birthDate',
      sources: ['member', 'shop', 'crm', 'erp'],
      rule,
      verifiedIn: ['shop.party', 'erp.party'],
    },
    ROWS,
  );
  if (!survivor) throw new Error('no value');
  expect(`${survivor.winner.rowKey} ${survivor.winner.value}`).toBe(winner);
  expect(
    survivor.losers.map(
      (loser) => `${loser.rowKey} ${loser.lostBy}: ${explainLoss(loser, survivor)}`,
    ),
  ).toEqual(losers);
});

test('a field that nobody gives has no value', () => {
  expect(survive({ field: 'tier', sources: ['member'] }, ROWS)).toBeUndefined();
});
