/** Extracts: rows are read as the mapping says, a model is learned from them, and clusters are scored. */
import { describe, expect, test } from 'vitest';
import { readMapping, readRules } from '#domain/extract/extract-definition.ts';
import { sharedIn } from '#domain/extract/extract-policy.ts';
import { evidenceOf, readRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { placeholderDates } from '#domain/extract/learn-model.ts';
import { prepareExtract } from '#domain/extract/resolve-extract.ts';
import { scoreClusters } from '#domain/extract/score-clusters.ts';
import { partition } from '#domain/identity/partition.ts';

const must = <Value>(result: { ok: true; value: Value } | { ok: false; error: unknown }): Value => {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

const DEFINITION = must(
  readMapping({
    path: 'extract.yaml',
    text: `region: CN
missing: ['?']
sources:
  - source: { column: system }
    key: [a, b]
    columns: { n: name, p: phone, p2: phone, d: birth-date, line1: address, line2: address, c: id.card, o: account.openid per source }
`,
  }),
);
const RULES = must(
  readRules({
    path: 'rules.yaml',
    text: `link: 0
review: -2
coherence: 2
cap: { identifier: 3, key: 5 }
blocked: { phone: ['+8613800138000'] }
keys: [[names], [name, birth-date], [phone]]
`,
  }),
);
const PORTS = {
  pseudonymise: (_: string, __: string | undefined, value: string) => value,
  versionOf: () => 'v',
};

const row = (record: Record<string, string>) => {
  const [mapping] = DEFINITION.mappings;
  if (mapping === undefined) throw new Error('no mapping');
  return readRow({ system: 'crm', a: '1', b: '2', ...record }, mapping, DEFINITION, {
    file: 'f.csv',
    record: 7,
  });
};

describe('a row', () => {
  test('has source and key of its columns', () => {
    expect(row({})).toMatchObject({ source: 'crm', key: '1|2' });
    expect(row({ system: '' })).toMatchObject({ source: 'f.csv' });
  });

  test('without a key is none', () => {
    expect(row({ b: '' })).toBeUndefined();
  });

  test.each([
    ['a missing text', { n: '?' }, {}],
    ['the first filled of two columns', { p: ' ', p2: '13912345678' }, { phone: '+8613912345678' }],
    [
      'an address of two columns',
      { line1: '12 High', line2: 'Street' },
      { address: { number: '12', street: 'high st' } },
    ],
    ['a number', { c: 'm-100 200' }, { ids: { card: 'M100200' } }],
  ])('%s', (_, record, features) => {
    expect(row(record)?.features).toEqual(features);
  });

  test('keeps keys with dots apart', () => {
    expect(unitKeyOf({ source: 'a.b', key: 'c' })).not.toBe(unitKeyOf({ source: 'a', key: 'b.c' }));
  });

  test('claims its identifiers, accounts in the scope of its source, and its blocking keys', () => {
    const read = row({ n: '张伟', p: '13912345678', c: 'M1', o: 'oA1' });
    if (read === undefined) throw new Error('no row');
    const claims = evidenceOf(read, RULES, PORTS.pseudonymise).claims.map(
      ({ identifier }) => identifier,
    );
    expect(claims).toEqual(
      [
        'card#M1',
        'key#names:a&xnk',
        'key#phone:12345678',
        'openid:crm#oA1',
        'phone#+8613912345678',
      ].map((claim) =>
        claim.startsWith('key#names') ? expect.stringMatching(/^key#names:/) : claim,
      ),
    );
  });

  test('claims nothing by a blocked value', () => {
    const read = row({ p: '13800138000' });
    if (read === undefined) throw new Error('no row');
    expect(evidenceOf(read, RULES, PORTS.pseudonymise)).toMatchObject({ claims: [], features: {} });
  });
});

test('a date that far too many rows have is a placeholder', () => {
  const rows = Array.from({ length: 60 }, (_, at) =>
    row({ a: String(at), d: at < 30 ? '1980-01-01' : `19${10 + at}-03-04` }),
  ).filter((one) => one !== undefined);
  expect(placeholderDates(rows)).toEqual(['19800101']);
});

describe('an extract', () => {
  const people = ['张伟', '李静', '王小明', 'Robert Smith', 'Jane Doe', '欧阳娜娜'];
  const rows = people
    .flatMap((n, at) => [
      row({ a: String(at), system: 'crm', n, d: `19${70 + at}-05-1${at}`, p: `1391234567${at}` }),
      row({ a: String(at), system: 'web', n, d: `19${70 + at}-05-1${at}` }),
    ])
    .filter((one) => one !== undefined);
  const prepared = prepareExtract(PORTS, DEFINITION, RULES, rows);

  test('is resolved by the model it taught', () => {
    const { groups } = partition(prepared.units, sharedIn(prepared.units, RULES), prepared.policy);
    expect(groups.map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 2]);
  });

  test('teaches the same model in any order', () => {
    const again = prepareExtract(PORTS, DEFINITION, RULES, [...rows].reverse());
    expect(again.model.prior).toBeCloseTo(prepared.model.prior, 6);
    expect(again.model.frequencies).toEqual(prepared.model.frequencies);
  });

  test('takes a model that is known', () => {
    const known = { ...prepared.model, version: 'earlier' };
    expect(prepareExtract(PORTS, DEFINITION, RULES, rows, known).model).toBe(known);
  });
});

test.each([
  [
    'everything right',
    ['a a', 'a a', 'b b'],
    { precision: 1, recall: 1, f1: 1, bCubedF1: 1, duplicatesRemoved: 1 },
  ],
  [
    'nothing found',
    ['a p', 'b p', 'c q'],
    { precision: 1, recall: 0, f1: 0, bCubedPrecision: 1, duplicatesRemoved: 0 },
  ],
  [
    'all in one',
    ['a p', 'a p', 'a q', 'a q'],
    { precision: 1 / 3, recall: 1, bCubedPrecision: 0.5, bCubedRecall: 1, largestCustomer: 4 },
  ],
  ['no rows', [], { precision: 1, recall: 1, rows: 0 }],
])('scores of %s', (_, rows, expected) => {
  const judged = rows.map((text) => {
    const [customer = '', person = ''] = text.split(' ');
    return { customer, person };
  });
  expect(scoreClusters(judged)).toMatchObject(expected);
});
