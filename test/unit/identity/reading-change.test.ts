import { expect, test } from 'vitest';
import type { Definitions } from '#domain/definitions/types.ts';
import { readAnew, refusedChanges } from '#domain/identity/reading-change.ts';
import { POLICY } from '../../support/builders/evidence.ts';
import { DEMO } from '../../support/pipeline.ts';

const rulesWith = (changed: object) =>
  Object.fromEntries(
    Object.entries(POLICY).map(([name, one]) => [
      name,
      { ...one, ...(changed as Record<string, object>)[name] },
    ]),
  );

test.each([
  ['a limit', { card: { limit: 3 } }, []],
  ['another cap', { card: { cap: 9 } }, []],
  ['a blocked value', { phone: { blocked: ['1'] } }, ['namespace phone']],
  ['another normal form', { card: { normalise: 'device' } }, ['namespace card']],
])('%s: %j reads anew %j', (_, changed, expected) => {
  const [from, to] = [POLICY, rulesWith(changed)].map((namespaces) => ({
    namespaces,
    sources: {},
  }));
  expect(readAnew(from as never, to as never)).toEqual(expected);
  expect(refusedChanges(POLICY, rulesWith(changed))).toEqual([]);
});

test('a namespace may come, and neither go nor link where it did not', () => {
  const { born: _, ...rest } = POLICY;
  expect(refusedChanges(rest, POLICY)).toEqual([]);
  expect(readAnew({ namespaces: rest, sources: {} }, { namespaces: POLICY, sources: {} })).toEqual([
    'namespace born',
  ]);
  expect(refusedChanges(POLICY, rest)).toEqual([
    'namespace born is gone: keep it, and let no table name it',
  ]);
  expect(refusedChanges(POLICY, rulesWith({ born: { links: true } }))).toEqual([
    'namespace born links now: give it a new name',
  ]);
});

test('a table that names other identifiers is read anew; one whose fields change is not', () => {
  const { definitions } = DEMO;
  const pos = definitions.sources['pos'];
  const receipt = pos?.tables['receipt'];
  if (!pos || !receipt) throw new Error('the demo has receipts');
  const under = (table: object): Definitions => ({
    ...definitions,
    sources: {
      ...definitions.sources,
      pos: { ...pos, tables: { ...pos.tables, receipt: { ...receipt, ...table } } },
    },
  });
  expect(readAnew(definitions, under({ fields: {} }))).toEqual([]);
  expect(readAnew(definitions, under({ identifiers: [] }))).toEqual(['table pos.receipt']);
});
