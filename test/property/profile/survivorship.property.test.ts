/**
 * Survivorship is a function of the set of rows: their order never matters, every row that gives a value is the winner or
 * a loser with a reason, and no loser would beat the winner by the rule. The oracle looks at all pairs.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { ProfileFieldDefinition } from '#domain/definitions/types.ts';
import { type Candidate, type SurvivorRow, survive } from '#domain/profile/survivorship.ts';

const row = fc
  .record({
    source: fc.constantFrom('member', 'shop', 'crm', 'erp'),
    key: fc.nat(30),
    city: fc.constantFrom('HK', 'SH', undefined, null),
    at: fc.option(fc.nat(5), { nil: undefined }),
    updatedAt: fc.option(fc.nat(5), { nil: undefined }),
  })
  .map(({ source, key, city, at, updatedAt }): SurvivorRow => {
    return {
      rowKey: sourceRowKey(source, 'party', [String(key)]),
      fields: { city, ...(updatedAt === undefined ? {} : { updatedAt }) },
      stamp: { version: rowVersion(1, 'cdc', '1', 1), ...(at === undefined ? {} : { at }) },
    };
  });

const rows = fc.uniqueArray(row, { selector: ({ rowKey }) => rowKey, maxLength: 8 });

const RULES = ['source-priority', 'most-recent', 'most-frequent', 'verified-first'] as const;

const definition: fc.Arbitrary<ProfileFieldDefinition> = fc.record({
  field: fc.constant('city'),
  sources: fc.shuffledSubarray(['member', 'shop', 'crm'], { minLength: 1 }),
  rule: fc.constantFrom(...RULES),
  verifiedIn: fc.shuffledSubarray(['member.party', 'crm.party']),
});

/** Whether `a` is shown before `b` by the first criterion of the rule alone. */
const beats = (
  a: Candidate,
  b: Candidate,
  all: readonly Candidate[],
  rule: ProfileFieldDefinition,
) => {
  const votes = ({ value }: Candidate) => all.filter((other) => other.value === value).length;
  switch (rule.rule) {
    case 'most-recent':
      return (a.at ?? -1) > (b.at ?? -1);
    case 'most-frequent':
      return votes(a) > votes(b);
    case 'verified-first':
      return a.verified && !b.verified;
    default:
      return rule.sources.indexOf(a.source) < rule.sources.indexOf(b.source);
  }
};

test('the winner is the first by the rule, whatever the order of rows, and every other row is a loser', () => {
  fc.assert(
    fc.property(rows, definition, fc.nat(), (some, rule, seed) => {
      const survivor = survive(rule, some);
      const shuffled = [...some].sort(
        (a, b) => ((a.rowKey.length * seed) % 7) - (b.rowKey.length % 5),
      );
      expect(survive(rule, shuffled.toReversed())).toEqual(survivor);
      const giving = some.filter(
        ({ rowKey, fields }) =>
          typeof fields['city'] === 'string' && rule.sources.includes(rowKey.split('.')[0] ?? ''),
      );
      const all = survivor ? [survivor.winner, ...survivor.losers] : [];
      expect(all.map(({ rowKey }) => rowKey).toSorted()).toEqual(
        giving.map(({ rowKey }) => rowKey).toSorted(),
      );
      for (const loser of survivor?.losers ?? [])
        expect(beats(loser, survivor?.winner as Candidate, all, rule)).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});
