import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { dmsControlText, dmsText } from '../../support/builders/dms-record.ts';

const definitions = someDefinitions([
  aSource({}, [
    aTable(),
    aTable({ table: 'line', key: ['receipt_no', 'line_no'] }),
    aTable({ table: 'stock', kind: 'reference' }),
    aTable({ table: 'beat', key: ['id'], kind: 'heartbeat' }),
  ]),
  aSource({ source: 'seq', position: 'change-sequence', generation: 2 }),
]);

const changes = (text: string) => {
  const decoded = decodeChange(text, definitions);
  if (!decoded.ok || decoded.value.kind !== 'changes') throw new Error(JSON.stringify(decoded));
  return decoded.value.records;
};

describe('operations', () => {
  test('a load row has phase 0, no position and no commit time', () => {
    expect(changes(dmsText({ operation: 'load', data: { receipt_no: 'R1', amt: 1.5 } }))).toEqual([
      {
        source: 'pos',
        table: 'receipt',
        rowKey: 'pos.receipt.R1',
        version: `0001#0#${'0'.repeat(40)}#00000000`,
        operation: 'upsert',
        row: { receipt_no: 'R1', amt: 1.5 },
      },
    ]);
  });

  test('a load row stays phase 0 even where the record claims a place in the log', () => {
    const metadata = {
      'stream-position': '00000002/7C007178.3.00000002/7C007178',
      'commit-timestamp': '2026-11-22T08:00:00.974340Z',
      'transaction-record-id': 7,
    };
    const [record] = changes(dmsText({ operation: 'load', metadata }));
    expect(record?.version).toBe(`0001#0#${'0'.repeat(40)}#00000000`);
    expect(record).not.toHaveProperty('position');
    expect(record).not.toHaveProperty('committedAt');
  });

  test('an insert carries position, record number and commit time', () => {
    expect(changes(dmsText({ operation: 'insert', record: 12 }))).toEqual([
      {
        source: 'pos',
        table: 'receipt',
        rowKey: 'pos.receipt.R1',
        version: '0001#1#000000000000000000000000000000027C007178#00000012',
        position: '00000002/7C007178',
        committedAt: Date.UTC(2026, 10, 22, 8, 0, 0, 974),
        operation: 'upsert',
        row: { receipt_no: 'R1' },
      },
    ]);
  });

  test('a delete is a tombstone, and the nulls beside its key say nothing', () => {
    const [record] = changes(
      dmsText({ operation: 'delete', data: { receipt_no: 'R1', amt: null } }),
    );
    expect(record).toEqual({
      source: 'pos',
      table: 'receipt',
      rowKey: 'pos.receipt.R1',
      version: '0001#1#000000000000000000000000000000027C007178#00000001',
      position: '00000002/7C007178',
      committedAt: Date.UTC(2026, 10, 22, 8, 0, 0, 974),
      operation: 'delete',
    });
  });

  test.each([
    ['load', '#0#', 'upsert'],
    ['read', '#0#', 'upsert'],
    ['insert', '#1#', 'upsert'],
    ['create', '#1#', 'upsert'],
    ['update', '#1#', 'upsert'],
    ['delete', '#1#', 'delete'],
    ['INSERT', '#1#', 'upsert'],
    ['Delete', '#1#', 'delete'],
  ])('operation %s has phase %s and is an %s', (operation, phase, meaning) => {
    const position = { 'stream-position': '0/1', 'transaction-record-id': 1 };
    const [record] = changes(dmsText({ operation, metadata: position }));
    expect(record?.operation).toBe(meaning);
    expect(record?.version.slice(4, 7)).toBe(phase);
  });
});

describe('primary keys', () => {
  test.each([
    ['text', { receipt_no: 'HK01-7' }, 'pos.receipt.HK01-7'],
    ['a whole number', { receipt_no: 42 }, 'pos.receipt.42'],
    ['the largest safe number', { receipt_no: 9007199254740991 }, 'pos.receipt.9007199254740991'],
    [
      'a long number as text',
      { receipt_no: '12345678901234567890' },
      'pos.receipt.12345678901234567890',
    ],
    ['dots and percent signs', { receipt_no: 'a.b%2E' }, 'pos.receipt.a%2Eb%252E'],
    ['Chinese text', { receipt_no: '香港01' }, 'pos.receipt.香港01'],
  ])('%s names the row', (_, data, rowKey) => {
    expect(changes(dmsText({ data }))[0]?.rowKey).toBe(rowKey);
  });

  test('a whole decimal is the same key as the whole number', () => {
    const text = dmsText({ data: { receipt_no: 42 } }).replace(
      '"receipt_no":42',
      '"receipt_no":42.0',
    );
    expect(text).toContain('42.0');
    expect(changes(text)[0]?.rowKey).toBe('pos.receipt.42');
  });

  test('a composite key joins its parts in the order of the definition', () => {
    const data = { line_no: 3, receipt_no: 'R.1' };
    expect(changes(dmsText({ table: 'line', data }))[0]?.rowKey).toBe('pos.line.R%2E1.3');
  });
});

describe('before-images', () => {
  test.each([
    ['empty', {}],
    ['of the same key', { receipt_no: 'R1' }],
    ['without the key', { amt: 5 }],
    ['with a null key', { receipt_no: null }],
  ])('an update with a before-image %s is one change', (_, before) => {
    expect(changes(dmsText({ operation: 'update', before }))).toHaveLength(1);
  });

  test('another key before is a tombstone of the old row and an upsert of the new one, at one version', () => {
    const [old, now, ...more] = changes(
      dmsText({
        operation: 'update',
        before: { receipt_no: 46 },
        data: { receipt_no: 45, amt: 1 },
      }),
    );
    expect(more).toEqual([]);
    expect(old).toMatchObject({ rowKey: 'pos.receipt.46', operation: 'delete' });
    expect(old).not.toHaveProperty('row');
    expect(now).toMatchObject({ rowKey: 'pos.receipt.45', operation: 'upsert', row: { amt: 1 } });
    expect(old?.version).toBe(now?.version);
    expect(old?.position).toBe(now?.position);
  });

  test('one changed part of a composite key moves the row', () => {
    const parts = {
      table: 'line',
      operation: 'update',
      before: { line_no: 1 },
      data: { receipt_no: 'R1', line_no: 2 },
    };
    expect(changes(dmsText(parts)).map(({ rowKey }) => rowKey)).toEqual([
      'pos.line.R1.1',
      'pos.line.R1.2',
    ]);
  });
});

describe('versions', () => {
  test.each([
    ['from its column', '0003', '0003'],
    ['from its column as a number', 7, '0007'],
    ['from the definition where the column is null', null, '0001'],
  ])('the generation comes %s', (_, value, generation) => {
    const [record] = changes(dmsText({ data: { receipt_no: 'R1', _c360_gen: value } }));
    expect(record?.version.slice(0, 4)).toBe(generation);
    expect(record).toMatchObject({ row: { receipt_no: 'R1' } });
    expect(record).not.toHaveProperty('row._c360_gen');
  });

  test('the change sequence orders a source that says so, and leaves the row', () => {
    const data = { receipt_no: 'R1', _c360_seq: '20261122080000000000000000000000001' };
    const [record] = changes(dmsText({ source: 'seq', data, position: 'of no use here' }));
    expect(record?.version).toBe('0002#1#0000020261122080000000000000000000000001#00000001');
    expect(record).toMatchObject({ row: { receipt_no: 'R1' } });
    expect(record).not.toHaveProperty('row._c360_seq');
  });

  test('a missing record number is the first', () => {
    const [record] = changes(dmsText({ metadata: { 'transaction-record-id': undefined } }));
    expect(record?.version.slice(-9)).toBe('#00000000');
  });

  test('a commit time that cannot be read is absent, and the change counts', () => {
    const [record] = changes(dmsText({ committedAt: 'yesterday' }));
    expect(record).not.toHaveProperty('committedAt');
  });
});

describe('records that change nothing', () => {
  test.each([
    ['drop-table', dmsControlText('drop-table')],
    ['create-table', dmsControlText('create-table')],
    ['of an unknown table', dmsControlText('rename-table', 'nowhere')],
    ['with an operation of data', dmsControlText('delete')],
  ])('a control record %s is ignored', (_, text) => {
    expect(decodeChange(text, definitions)).toMatchObject({
      ok: true,
      value: { kind: 'ignored', reason: 'control' },
    });
  });

  test('a control record tells which table it is about', () => {
    expect(decodeChange(dmsControlText('drop-table'), definitions)).toEqual({
      ok: true,
      value: {
        kind: 'ignored',
        reason: 'control',
        signal: { operation: 'drop-table', table: 'receipt', source: 'pos' },
      },
    });
  });

  test.each([
    [
      'schema "" and a delete',
      { source: '', table: 'awsdms_apply_exceptions', operation: 'delete' },
    ],
    [
      'a prefixed table in a real schema',
      { source: 'pos', table: 'awsdms_status', operation: 'update' },
    ],
    [
      'an unparseable position',
      { source: '', table: 'awsdms_status', position: '0000003B/E8003618.NOW' },
    ],
  ])('a bookkeeping row with %s is ignored', (_, parts) => {
    expect(decodeChange(dmsText(parts), definitions)).toMatchObject({
      ok: true,
      value: { kind: 'ignored', reason: 'bookkeeping', signal: { table: parts.table } },
    });
  });

  test('a suspended table is told by name, and nothing else of the row is', () => {
    const data = {
      task_name: 't',
      table_owner: 'public',
      table_name: 'receipt',
      statement: 'secret',
    };
    const decoded = decodeChange(
      dmsText({ source: '', table: 'awsdms_suspended_tables', operation: 'insert', data }),
      definitions,
    );
    expect(decoded).toEqual({
      ok: true,
      value: {
        kind: 'ignored',
        reason: 'bookkeeping',
        signal: { operation: 'insert', table: 'awsdms_suspended_tables', about: 'receipt' },
      },
    });
  });

  test('a reference row is ignored whatever it holds', () => {
    expect(decodeChange(dmsText({ table: 'stock', data: {} }), definitions)).toEqual({
      ok: true,
      value: { kind: 'ignored', reason: 'reference' },
    });
  });

  test('a heartbeat row is a change', () => {
    expect(
      changes(dmsText({ table: 'beat', operation: 'update', data: { id: 1 } }))[0],
    ).toMatchObject({
      rowKey: 'pos.beat.1',
      committedAt: Date.UTC(2026, 10, 22, 8, 0, 0, 974),
    });
  });
});
