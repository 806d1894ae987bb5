import { describe, expect, test } from 'vitest';
import type { UpsertRecord } from '#domain/capture/change-record.ts';
import { mapRow } from '#domain/capture/map-row.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { IdentifierRule, TableDefinition } from '#domain/definitions/types.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import {
  aNamespace,
  aSource,
  aTable,
  someDefinitions,
} from '../../support/builders/definitions.ts';

const { namespaces } = someDefinitions(
  [],
  [
    aNamespace('unionid', 1),
    aNamespace('card', 2, { normalise: 'code', blocked: ['88888888'] }),
    aNamespace('phone', 4, { normalise: 'phone', blocked: ['+8613800138000'] }),
    aNamespace('openid', 6),
    aNamespace('birth-date', 8, { normalise: 'date', links: false }),
    aNamespace('gender', 9, { normalise: 'gender', links: false }),
  ],
);

const rule = (
  namespace: string,
  column: string,
  parts: Partial<IdentifierRule> = {},
): IdentifierRule => ({
  namespace,
  column,
  verified: true,
  ...parts,
});

const source = aSource({ brand: { column: 'brand', map: { A: 'aurora' } } });

const map = (row: JsonObject, parts: Partial<TableDefinition>) => {
  const record: UpsertRecord = {
    source: 'pos',
    table: 'receipt',
    rowKey: sourceRowKey('pos', 'receipt', ['R1']),
    version: rowVersion(1, 'load', '', 0),
    operation: 'upsert',
    row,
  };
  return mapRow(record, source, aTable(parts), namespaces);
};

const mapped = (row: JsonObject, parts: Partial<TableDefinition>) => {
  const result = map(row, parts);
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

describe('identifiers', () => {
  test('are normalised and stand in the order of their namespaces', () => {
    const identifiers = [
      rule('phone', 'mobile', { verified: false }),
      rule('birth-date', 'dob'),
      rule('card', 'card_no'),
      rule('unionid', 'wx'),
    ];
    const row = { mobile: '9123 4567', card_no: 'a-123', wx: 'oABC', dob: '1990/5/3' };
    expect(mapped(row, { identifiers }).identifiers).toEqual([
      { namespace: 'unionid', value: 'oABC', verified: true },
      { namespace: 'card', value: 'A123', verified: true },
      { namespace: 'phone', value: '+85291234567', verified: false },
      { namespace: 'birth-date', value: '1990-05-03', verified: true },
    ]);
  });

  describe('with days on which they are valid', () => {
    const days = { validFrom: 'since', validTo: 'until' };
    const read = (row: JsonObject, identifiers = [rule('card', 'card_no', days)]) => {
      const { identifiers: found, notes } = mapped({ card_no: 'A1', ...row }, { identifiers });
      return [found.map(({ value, from, to }) => `${value} ${from ?? ''}..${to ?? ''}`), notes];
    };

    test.each([
      ['both', { since: '2019-03-01', until: '2021-12-31' }, 'A1 2019-03-01..2021-12-31', []],
      ['one', { since: null, until: '2021/12/31' }, 'A1 ..2021-12-31', []],
      ['none', { since: '', until: null }, 'A1 ..', []],
      ['times', { since: '2019-03-01T23:30:00+08:00' }, 'A1 2019-03-01..', []],
      ['a day that there is not', { until: '2021-02-30' }, 'A1 ..', ['bad-date until']],
      ['no day', { since: 'once' }, 'A1 ..', ['bad-date since']],
    ])('%s', (_, row, expected, noted) => {
      const [found, notes] = read(row as JsonObject);
      expect(found).toEqual([expected]);
      expect(
        (notes as readonly { code: string; column: string }[]).map(
          ({ code, column }) => `${code} ${column}`,
        ),
      ).toEqual(noted);
    });

    test('a value of two columns is valid from the first of all days to the last', () => {
      const [found] = read(
        { old_card: 'a-1', since: '2019-01-01', until: '2019-12-31', again: '2021-01-01' },
        [rule('card', 'old_card', days), rule('card', 'card_no', { validFrom: 'again' })],
      );
      expect(found).toEqual(['A1 2019-01-01..']);
    });
  });

  test('of one namespace stand in the order of their values, whichever column they are in', () => {
    const one = { identifiers: [rule('card', 'a'), rule('card', 'b')] };
    const other = { identifiers: [rule('card', 'b'), rule('card', 'a')] };
    const row = { a: 'Z9', b: 'A1' };
    expect(mapped(row, one).identifiers.map(({ value }) => value)).toEqual(['A1', 'Z9']);
    expect(mapped(row, other)).toEqual(mapped(row, one));
  });

  test.each([
    ['verified first', [true, false]],
    ['verified last', [false, true]],
  ])('that are equal become one, verified when any was (%s)', (_, [first, second]) => {
    const identifiers = [
      rule('phone', 'a', { verified: first === true }),
      rule('phone', 'b', { verified: second === true }),
    ];
    expect(mapped({ a: '91234567', b: '+852-91234567' }, { identifiers }).identifiers).toEqual([
      { namespace: 'phone', value: '+85291234567', verified: true },
    ]);
  });

  test.each([
    ['a placeholder', rule('card', 'c'), { c: 'N/A' }, 'not-an-identifier'],
    ['a blocked value', rule('card', 'c'), { c: '8888-8888' }, 'blocked-identifier'],
    [
      'a blocked phone',
      rule('phone', 'c', { region: { column: 'm', map: { CN: 'CN' } } }),
      { c: '138 0013 8000', m: 'CN' },
      'blocked-identifier',
    ],
    ['an invalid phone', rule('phone', 'c'), { c: '12345' }, 'not-an-identifier'],
    [
      'a phone of an unlisted country',
      rule('phone', 'c', { region: { column: 'm', map: { CN: 'CN' } } }),
      { c: '91234567', m: 'TW' },
      'no-region',
    ],
    [
      'a value without its scope',
      rule('openid', 'c', { scope: { column: 'app' } }),
      { c: 'o1', app: null },
      'no-scope',
    ],
    ['a list', rule('card', 'c'), { c: ['A1'] }, 'not-an-identifier'],
    ['an inexact number', rule('card', 'c'), { c: 2 ** 60 }, 'not-an-identifier'],
    ['an unmapped code', rule('gender', 'c', { map: { '1': 'M' } }), { c: 9 }, 'unknown-code'],
  ])('%s is none, and noted', (_, identifier, row, code) => {
    const result = mapped(row, { identifiers: [identifier] });
    expect(result.identifiers).toEqual([]);
    expect(result.notes).toEqual([{ code, column: 'c' }]);
  });

  test.each([
    ['null', { c: null }],
    ['absent', {}],
    ['blank', { c: ' ' }],
  ])('%s is none, and nothing to note', (_, row) => {
    const result = mapped(row, { identifiers: [rule('card', 'c')] });
    expect(result.identifiers).toEqual([]);
    expect(result.notes).toEqual([]);
  });

  test.each([
    ['explicit country code', { c: '+86 139 1234 5678', m: 'HK' }, '+8613912345678'],
    ["the row's region", { c: '13912345678', m: 'CN' }, '+8613912345678'],
    ["the source's region where the row has none", { c: '91234567', m: null }, '+85291234567'],
    [
      'explicit code of a row from an unlisted country',
      { c: '+6591234567', m: 'SG' },
      '+6591234567',
    ],
  ])('a phone takes its region from %s', (_, row, value) => {
    const region = { column: 'm', map: { CN: 'CN', HK: 'HK' } };
    expect(mapped(row, { identifiers: [rule('phone', 'c', { region })] }).identifiers).toEqual([
      { namespace: 'phone', value, verified: true },
    ]);
  });

  test.each([
    ['a literal', { value: 'wx1' }, 'wx1'],
    ['a column', { column: 'app' }, 'wx2'],
  ])('a scope is %s', (_, scope, expected) => {
    const identifiers = [rule('openid', 'c', { scope })];
    expect(mapped({ c: 'o1', app: 'wx2' }, { identifiers }).identifiers).toEqual([
      { namespace: 'openid', scope: expected, value: 'o1', verified: true },
    ]);
  });

  test('numbers and mapped codes are read as text', () => {
    const identifiers = [rule('card', 'c'), rule('gender', 'g', { map: { '2': 'female' } })];
    expect(mapped({ c: 1042, g: 2 }, { identifiers }).identifiers).toEqual([
      { namespace: 'card', value: '1042', verified: true },
      { namespace: 'gender', value: 'F', verified: true },
    ]);
  });

  test('a table that is no evidence keeps its strongest linking identifier alone', () => {
    const identifiers = [rule('birth-date', 'd'), rule('phone', 'p'), rule('card', 'c')];
    const row = { d: '1990-05-03', p: '91234567', c: 'A1' };
    const strongest = mapped(row, { identifiers, evidence: false }).identifiers;
    expect(strongest).toEqual([{ namespace: 'card', value: 'A1', verified: true }]);
    expect(mapped({ d: '1990-05-03' }, { identifiers, evidence: false }).identifiers).toEqual([]);
  });
});

describe('fields', () => {
  const fields = {
    total: { type: 'money', column: 'amt', currency: { column: 'ccy' } },
    points: { type: 'integer', column: 'pts' },
    at: { type: 'time', column: 'sold_at', zone: 'Asia/Hong_Kong' },
    note: { type: 'text', column: 'remark' },
  } as const;

  test('are typed, and absent where the column holds nothing', () => {
    const row = {
      amt: '12.50',
      ccy: 'HKD',
      pts: '3',
      sold_at: '2024-07-29 08:58:17',
      remark: null,
    };
    expect(mapped(row, { fields }).fields).toEqual({
      total: { amount: 1250, currency: 'HKD' },
      points: 3,
      at: 1_722_214_697_000,
    });
  });

  test.each([
    ['an amount', { amt: '12.345' }, 'bad-amount'],
    ['a currency', { amt: '1', ccy: '???' }, 'bad-currency'],
    ['a count', { pts: 'three' }, 'bad-integer'],
  ])('%s of a fact that cannot be read makes the row unmappable', (_, row, code) => {
    const result = map(row, { fields });
    expect(result).toMatchObject({ ok: false, error: { reason: 'unmappable' } });
    if (!result.ok) expect(result.error.detail).toContain(code);
  });

  test('an amount of a party row that cannot be read is absent and noted', () => {
    expect(mapped({ amt: '12.345' }, { fields, kind: 'party' })).toMatchObject({
      fields: {},
      notes: [{ code: 'bad-amount', column: 'amt' }],
    });
  });

  test('another field that cannot be read is absent and noted', () => {
    expect(mapped({ sold_at: 'soon', remark: [1] }, { fields })).toMatchObject({
      fields: {},
      notes: [
        { code: 'bad-time', column: 'sold_at' },
        { code: 'bad-text', column: 'remark' },
      ],
    });
  });
});

describe('brand', () => {
  test.each([
    ['mapped', { brand: 'A' }, 'aurora', []],
    ['padded, as fixed-width columns are', { brand: 'A ' }, 'aurora', []],
    ['null', { brand: null }, undefined, []],
    ['absent', {}, undefined, []],
    ['unknown', { brand: 'X' }, undefined, [{ code: 'unknown-brand', column: 'brand' }]],
  ])('%s', (_, row, brand, notes) => {
    const result = mapped(row, {});
    expect(result.brand).toBe(brand);
    expect(result.notes).toEqual(notes);
  });
});
