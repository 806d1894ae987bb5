import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';

const tables = [aTable(), aTable({ table: 'stock', kind: 'reference' })];
const definitions = someDefinitions([
  aSource({}, tables),
  aSource({ source: 'legacy', engine: 'mysql' }, tables),
  aSource({ source: 'books', engine: 'sqlserver' }, tables),
  aSource({ source: 'old', engine: 'oracle' }, tables),
]);

const envelope = (parts: Record<string, unknown>, source: Record<string, unknown> = {}) => ({
  before: null,
  after: { receipt_no: 'R1', amt: '12.50' },
  source: {
    connector: 'postgresql',
    name: 'pos',
    ts_ms: 1_795_334_400_974,
    schema: 'public',
    table: 'receipt',
    txId: 1139,
    lsn: 10_670_338_424,
    ...source,
  },
  op: 'c',
  ts_ms: 1_795_334_401_100,
  ...parts,
});

const decode = (value: unknown) => decodeChange(JSON.stringify(value), definitions);

describe('operations', () => {
  test('a create has its log position and commit time', () => {
    expect(decode(envelope({}))).toEqual({
      ok: true,
      value: {
        kind: 'changes',
        records: [
          {
            source: 'pos',
            table: 'receipt',
            rowKey: 'pos.receipt.R1',
            version: '0001#1#000000000000000000000000000000027C007178#00000000',
            position: '00000002/7C007178',
            committedAt: 1_795_334_400_974,
            operation: 'upsert',
            row: { receipt_no: 'R1', amt: '12.50' },
          },
        ],
      },
    });
  });

  test('wrapped with its schema it says the same', () => {
    expect(decode({ schema: { type: 'struct' }, payload: envelope({}) })).toEqual(
      decode(envelope({})),
    );
  });

  test('a snapshot row is a load row', () => {
    expect(decode(envelope({ op: 'r' }))).toMatchObject({
      value: { records: [{ version: `0001#0#${'0'.repeat(40)}#00000000`, operation: 'upsert' }] },
    });
  });

  test('a delete is a tombstone of the row before', () => {
    expect(decode(envelope({ op: 'd', before: { receipt_no: 'R9' }, after: null }))).toMatchObject({
      value: { records: [{ rowKey: 'pos.receipt.R9', operation: 'delete' }] },
    });
  });

  test('an update of the key is a tombstone and an upsert', () => {
    const decoded = decode(envelope({ op: 'u', before: { receipt_no: 'R0' } }));
    expect(decoded).toMatchObject({
      value: {
        records: [
          { rowKey: 'pos.receipt.R0', operation: 'delete' },
          { rowKey: 'pos.receipt.R1', operation: 'upsert' },
        ],
      },
    });
  });

  test.each([
    ['t', 'truncate'],
    ['m', 'control'],
  ])('op %s is ignored as %s', (op, reason) => {
    expect(decode(envelope({ op }))).toEqual({ ok: true, value: { kind: 'ignored', reason } });
  });

  test('a reference table is ignored', () => {
    expect(decode(envelope({}, { table: 'stock' }))).toEqual({
      ok: true,
      value: { kind: 'ignored', reason: 'reference' },
    });
  });
});

describe('unavailable values', () => {
  test.each([
    ['text', '__debezium_unavailable_value'],
    ['bytes', 'X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=='],
    ['a list', ['__debezium_unavailable_value']],
  ])('an unavailable value as %s is absent from the row', (_, value) => {
    const after = { receipt_no: 'R1', remark: value, amt: null };
    expect(decode(envelope({ op: 'u', after }))).toMatchObject({
      value: { records: [{ row: { receipt_no: 'R1', amt: null } }] },
    });
    expect(JSON.stringify(decode(envelope({ op: 'u', after })))).not.toContain('remark');
  });
});

describe('positions', () => {
  test.each([
    [
      'mysql',
      { name: 'legacy', file: 'mysql-bin.000012', pos: 345, row: 2 },
      '0000000000000000001200000000000000000345#00000002',
    ],
    [
      'sqlserver',
      {
        name: 'books',
        commit_lsn: '00000027:00000758:0005',
        change_lsn: '00000027:00000758:0003',
        event_serial_no: 2,
      },
      '0000002700000758000500000027000007580003#00000002',
    ],
  ])('%s is ordered by its own fields', (_, source, expected) => {
    const decoded = decode(envelope({}, source));
    expect(decoded).toMatchObject({ value: { records: [{ version: `0001#1#${expected}` }] } });
  });

  test.each([
    ['postgresql without lsn', { lsn: null }],
    ['postgresql with lsn 0', { lsn: 0 }],
    ['postgresql with an inexact lsn', { lsn: 2 ** 60 }],
    ['mysql without file', { name: 'legacy', pos: 5 }],
    ['sqlserver without change', { name: 'books', commit_lsn: '00000027:00000758:0005' }],
    ['oracle, whose numbers repeat', { name: 'old', scn: '1234', commit_scn: '1236' }],
  ])('%s is rejected', (_, source) => {
    expect(decode(envelope({}, source))).toMatchObject({
      ok: false,
      error: { reason: 'bad-position' },
    });
  });
});

test.each([
  ['an unknown operation', envelope({ op: 'x' }), 'bad-operation'],
  ['an unknown source', envelope({}, { name: 'nowhere' }), 'unknown-source'],
  ['an unknown table', envelope({}, { table: 'nowhere' }), 'unknown-table'],
  ['a create without a row', envelope({ after: null }), 'wrong-shape'],
  ['a delete without a row', envelope({ op: 'd' }), 'wrong-shape'],
  ['a row without key', envelope({ after: { amt: '1' } }), 'missing-key'],
])('%s is rejected', (_, value, reason) => {
  expect(decode(value)).toMatchObject({ ok: false, error: { reason } });
});
