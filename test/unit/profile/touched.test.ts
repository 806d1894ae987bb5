import { describe, expect, test } from 'vitest';
import { arrivalsIn, type TableChange, touchedBy } from '#application/profile/touched.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { EMPTY_SCOPE } from '#domain/identity/scope.ts';
import { formatScope } from '#domain/identity/scope-text.ts';
import { unit } from '../../support/builders/evidence.ts';

const item = (pk: string, sk: string, more: object = {}): Item => ({ pk, sk, ...more }) as Item;
type Unnumbered = Omit<TableChange, 'sequence'>;
const touched = (change: Unnumbered) => {
  const { customers, images } = touchedBy([{ ...change, sequence: '1' }]);
  return [[...customers.keys()], images.map(({ unit }) => unit)];
};

const SCOPE = formatScope({
  ...EMPTY_SCOPE,
  units: new Map([unit('crm.1'), unit('~x')].map((one) => [one.key, one])),
  customers: [{ id: 'one_a' as OneId, units: ['crm.1', '~x'] as UnitKey[] }],
});

describe('what a table change concerns', () => {
  const party = item('R#crm.1', 'ROW', { evidence: 'c ' });
  test.each([
    ['a new customer', { after: item('C#one_a', 'CUSTOMER') }, ['one_a'], []],
    ['a customer that is gone', { before: item('C#one_a', 'CUSTOMER') }, ['one_a'], []],
    [
      'a scope whose customer has another unit',
      { after: item('K#k', 'SCOPE', { lists: '0:1', doc: SCOPE }) },
      ['one_a'],
      [],
    ],
    ['a scope whose customers have what they had', { after: item('K#k', 'SCOPE') }, [], []],
    [
      'a bucket',
      { after: item('U#~x#y#12', 'BUCKET', { 'pos/receipt/1': { v: '1' } }) },
      [],
      ['~x#y'],
    ],
    ['a bucket that holds nothing yet', { after: item('U#~x#1', 'BUCKET') }, [], []],
    [
      'a bucket of which only the unit changed',
      {
        before: item('U#~x#0', 'BUCKET', { buckets: 1, 'pos/receipt/1': { v: '1' } }),
        after: item('U#~x#0', 'BUCKET', { 'pos/receipt/1': { v: '1' }, buckets: 2 }),
      },
      [],
      [],
    ],
    [
      'a bucket of which one row changed',
      {
        before: item('U#~x#0', 'BUCKET', { 'pos/receipt/1': { v: '1' } }),
        after: item('U#~x#0', 'BUCKET', { 'pos/receipt/1': { v: '2' } }),
      },
      [],
      ['~x'],
    ],
    ['a party row', { after: party }, [], ['crm.1']],
    [
      'a party row that only went to another scope',
      { before: party, after: { ...party, scope: 'k' } },
      [],
      [],
    ],
    [
      'a party row that says something else',
      { before: { ...party, said: { v: '1' } }, after: { ...party, said: { v: '2' } } },
      [],
      ['crm.1'],
    ],
    [
      'a party row that came back as it was',
      { before: item('R#crm.1', 'ROW'), after: party },
      [],
      ['crm.1'],
    ],
    [
      'a party row that was deleted: its customer changed',
      { before: party, after: item('R#crm.1', 'ROW') },
      [],
      [],
    ],
    ['the registry of a fact', { after: item('R#pos.1', 'ROW', { unit: '~x' }) }, [], []],
    [
      'a unit that grows',
      {
        before: item('U#~x#0', 'BUCKET', { buckets: 1 }),
        after: item('U#~x#0', 'BUCKET', { buckets: 2 }),
      },
      [],
      [],
    ],
    ['a summary, written by ourselves', { after: item('C#one_a', 'SUMMARY') }, [], []],
    ['a claim', { after: item('I#phone#1', 'CLAIM') }, [], []],
    ['freshness', { after: item('FRESHNESS', 's1') }, [], []],
    ['nothing', {}, [], []],
  ])('%s', (_, change, customers, units) => {
    expect(touched(change)).toEqual([customers, units]);
  });

  test('of a bucket counts with its newest image, whatever the order', () => {
    const image = (n: number) => ({
      after: item('U#~x#2', 'BUCKET', { 'pos/receipt/1': { v: `${n}` } }),
      sequence: `${n}`,
    });
    expect(touchedBy([image(9), image(10), image(1)]).images).toMatchObject([
      { unit: '~x', bucket: 2, item: { 'pos/receipt/1': { v: '10' } } },
    ]);
  });

  test('of a scope are the units that came to its customers, wherever the scope goes on', () => {
    const after = item('K#k', 'SCOPE', { lists: '0:1', doc: SCOPE });
    const large = item('K#l', 'SCOPE', { lists: '[["one_a",["~y"]],["one_b",[]]]', doc: '{"un' });
    const { customers } = touchedBy([
      { after, sequence: '1' },
      { after: large, sequence: '2' },
    ]);
    expect([...customers]).toEqual([
      ['one_a', { came: new Set(['~x', '~y']), scope: 'l' }],
      ['one_b', { came: new Set(), scope: 'l' }],
    ]);
  });

  test('is named once', () => {
    const change = { after: item('C#one_a', 'CUSTOMER'), sequence: '1' };
    expect(touchedBy([change, change]).customers.size).toBe(1);
  });
});

describe('arrivals', () => {
  const bucket = (rows: object) => item('U#~x#0', 'BUCKET', rows);
  const row = (at: number | undefined, scope = 's') =>
    item('R#crm.1', 'ROW', { scope, ...(at ? { at } : {}) });
  const contributed = (c: number) => ({ v: String(c), c });
  test.each([
    ['a new contribution', { after: bucket({ 'pos/1': contributed(5) }) }, [['pos', 5]]],
    [
      'the one of several that changed',
      {
        before: bucket({ 'crm/1': contributed(5) }),
        after: bucket({ 'crm/1': contributed(5), 'pos/1': contributed(6) }),
      },
      [['pos', 6]],
    ],
    [
      'all that changed at once',
      { after: bucket({ 'crm/1': contributed(5), 'pos/1': contributed(6) }) },
      [
        ['crm', 5],
        ['pos', 6],
      ],
    ],
    [
      'a correction',
      { before: bucket({ 'pos/1': contributed(5) }), after: bucket({ 'pos/1': contributed(6) }) },
      [['pos', 6]],
    ],
    ['a load row, which has no commit time', { after: bucket({ 'pos/1': { v: '0' } }) }, []],
    [
      'a load row beside a change',
      {
        before: bucket({ 'crm/1': contributed(5) }),
        after: bucket({ 'crm/1': contributed(5), 'pos/1': { v: '0' } }),
      },
      [],
    ],
    [
      'a tombstone of a row that moved away',
      {
        before: bucket({ 'pos/1': contributed(5) }),
        after: bucket({ 'pos/1': { v: '6', gone: true } }),
      },
      [],
    ],
    ['a bucket that went', { before: bucket({ 'pos/1': contributed(5) }) }, []],
    ['a party row', { after: row(7) }, [['crm', 7]]],
    ['a party row of a load', { after: row(undefined) }, []],
    ['an image that only moved to another scope', { before: row(7), after: row(7, 't') }, []],
    ['a party row that went', { before: row(7) }, []],
    ['a customer', { after: item('C#one_a', 'CUSTOMER', { at: 7 }) }, []],
  ])('%s', (_, change, arrivals) => {
    expect(
      arrivalsIn([{ ...(change as Unnumbered), sequence: '1' }]).map(({ source, committedAt }) => [
        source,
        committedAt,
      ]),
    ).toEqual(arrivals);
  });
});
