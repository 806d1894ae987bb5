import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { SourceDefinition } from '#domain/definitions/types.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { dmsText } from '../../support/builders/dms-record.ts';

const FIELDS = {
  name: { type: 'text', column: 'name' },
  note: { type: 'text', column: 'note' },
} as const;

const member = aTable({ table: 'member', key: ['id'], kind: 'party', as: 'party', fields: FIELDS });
const receipt = aTable({ table: 'receipt', key: ['id'], fields: FIELDS });

const decode = (text: string, parts: Partial<SourceDefinition> = {}) => {
  const decoded = decodeChange(text, someDefinitions([aSource(parts, [member, receipt])]));
  if (!decoded.ok) return decoded.error.reason;
  if (decoded.value.kind !== 'changes') return decoded.value.kind;
  const record = decoded.value.records.at(-1);
  return record?.operation === 'upsert'
    ? { row: record.row, partial: record.partial === true }
    : record?.operation;
};

const update = (data: JsonObject, before?: JsonObject, table = 'member') =>
  dmsText({ table, operation: 'update', data: { id: 1, ...data }, ...(before && { before }) });

const debezium = (after: JsonObject, before: JsonObject | null = null, table = 'member') =>
  JSON.stringify({
    op: 'u',
    before,
    after: { id: 1, ...after },
    source: { name: 'pos', table, connector: 'postgresql', lsn: 24_023_128 },
  });

const UNREAD = '__debezium_unavailable_value';

describe('an update of a party row', () => {
  test.each([
    [
      'that carries everything',
      update({ name: 'A', note: null }),
      { name: 'A', note: null },
      false,
    ],
    ['that leaves a column out', update({ name: 'A' }), { name: 'A' }, true],
    [
      'completed by its before image',
      update({ name: 'A' }, { note: 'B' }),
      { name: 'A', note: 'B' },
      false,
    ],
    [
      'whose before image holds the key alone',
      update({ name: 'A' }, { id: 1 }),
      { name: 'A' },
      true,
    ],
    [
      'with a column that could not be read',
      debezium({ name: 'A', note: UNREAD }),
      { name: 'A' },
      true,
    ],
    [
      'read before, if not after',
      debezium({ name: 'A', note: UNREAD }, { id: 1, note: 'B' }),
      { name: 'A', note: 'B' },
      false,
    ],
    [
      'unread on both sides',
      debezium({ name: 'A', note: UNREAD }, { id: 1, note: UNREAD }),
      { name: 'A' },
      true,
    ],
  ] as const)('%s', (_, text, row, partial) => {
    expect(decode(text)).toEqual({ row: { id: 1, ...row }, partial });
  });

  test('of a source that leaves out nulls is whole', () => {
    expect(decode(update({ name: 'A' }), { images: 'whole' })).toEqual({
      row: { id: 1, name: 'A' },
      partial: false,
    });
  });

  test('that breaks the promise of whole images goes to quarantine', () => {
    const text = debezium({ name: 'A', note: UNREAD });
    expect(decode(text, { images: 'whole' })).toBe('partial-image');
  });

  test('that changes the key and holds only part of the row goes to quarantine', () => {
    const text = update({ name: 'A' }, { id: 2 });
    expect(decode(text)).toBe('partial-image');
    expect(decode(update({ name: 'A', note: null }, { id: 2 }))).toMatchObject({ partial: false });
  });
});

describe('a fact', () => {
  const part = (parts: object = {}) =>
    update({ name: 'A', ...parts } as JsonObject, undefined, 'receipt');

  test('without a column is whole', () => {
    expect(decode(part())).toMatchObject({ partial: false });
  });

  test.each([
    ['of a source that says so', { images: 'partial' }, part()],
    [
      'of an engine that sends changed columns only',
      { engine: 'oracle', position: 'change-sequence' },
      part({ _c360_seq: '0'.repeat(35) }),
    ],
    [
      'of a source that says so, with a column that could not be read',
      { images: 'partial' },
      debezium({ name: 'A', note: UNREAD }, null, 'receipt'),
    ],
  ] as const)('%s is part of a row', (_, parts, text) => {
    expect(decode(text, parts)).toEqual({ row: { id: 1, name: 'A' }, partial: true });
  });

  test('with a column that could not be read goes to quarantine elsewhere', () => {
    expect(decode(debezium({ name: 'A', note: UNREAD }, null, 'receipt'))).toBe('partial-image');
  });
});

test.each(['load', 'insert'])('a %s is whole, whatever it carries', (operation) => {
  const text = dmsText({ table: 'member', operation, data: { id: 1, name: 'A' } });
  expect(decode(text)).toEqual({ row: { id: 1, name: 'A' }, partial: false });
});
