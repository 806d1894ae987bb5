/** Of which kinds of entries a caller may know: of those of which the policy shows it a field. */
import { describe, expect, test } from 'vitest';
import type { FieldMapping } from '#domain/definitions/types.ts';
import type { Treatment } from '#domain/serve/access.ts';
import { shownKinds, shownShares } from '#domain/serve/shown-kinds.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';

const field = (type: 'text' | 'integer'): FieldMapping => ({ type, column: 'c' });
const time: FieldMapping = { type: 'time', column: 't', zone: 'UTC' };
const definitions = someDefinitions([
  aSource({ source: 'crm' }, [
    aTable({ table: 'contact', kind: 'party', as: 'party', fields: { name: field('text') } }),
    aTable({
      table: 'case',
      kind: 'fact',
      as: 'case',
      fields: { topic: field('text'), days: field('integer'), at: time },
    }),
    aTable({ table: 'visit', kind: 'event', as: 'visit', fields: { at: time } }),
  ]),
  // Another table of the same kind, with a field more, and of a brand.
  aSource({ source: 'desk', brand: { column: 'b', map: { A: 'a' } } }, [
    aTable({ table: 'call', kind: 'fact', as: 'case', fields: { score: field('integer') } }),
  ]),
]);
const kindsFor = (shown: Readonly<Record<string, Treatment>>) =>
  shownKinds(definitions, { treat: (name) => shown[name] ?? 'hidden' });

test.each<[Readonly<Record<string, Treatment>>, readonly string[]]>([
  [{}, []],
  [{ 'case.topic': 'clear' }, ['case']],
  [{ 'case.topic': 'masked' }, ['case']],
  [{ 'case.days': 'masked' }, []], // A number has no mask.
  [{ 'case.score': 'clear' }, ['case']],
  [{ 'case.brand': 'clear' }, ['case']],
  [{ 'visit.brand': 'clear' }, []], // Its source tells none.
  [{ 'case.at': 'clear' }, []], // When nothing is shown of what happened, nor is when.
  [{ 'visit.at': 'clear' }, ['visit']],
  [{ 'visit.at': 'masked' }, []],
])('who is shown %j may know of %j', (shown, kinds) => {
  const { shows } = kindsFor(shown);
  expect(['case', 'visit', 'gone'].filter(shows)).toEqual(kinds);
});

describe('rows and shares', () => {
  const { showsRow, showsAllOf } = kindsFor({ 'visit.at': 'clear' });

  test.each([
    ['crm.contact.1', true],
    ['crm.visit.1', true],
    ['crm.case.1', false],
    ['desk.call.1', false],
    ['crm.constructor.1', false],
  ])('%s: %s', (row, shown) => {
    expect(showsRow(row)).toBe(shown);
  });

  test('of a source with entries that are not shown, no numbers', () => {
    const shares = [
      { source: 'crm', rows: 3 },
      { source: 'erp', rows: 1 },
    ];
    expect(shownShares(shares, { showsAllOf })).toEqual([
      { source: 'crm' },
      { source: 'erp', rows: 1 },
    ]);
    expect([showsAllOf(), kindsFor({}).showsAllOf('erp')]).toEqual([false, true]);
  });
});

test('without a policy every kind is shown', () => {
  expect(shownKinds(definitions, { treat: () => 'clear' }).showsAllOf()).toBe(true);
});
