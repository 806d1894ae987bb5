/**
 * Tombstones of a sweep: what they say, and what is refused.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { generationOf, lastBefore, rowVersion } from '#domain/capture/row-version.ts';
import { keyPartsOf, sourceRowKey } from '#domain/capture/source-row.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';

const DEFINITIONS = someDefinitions([
  aSource({}, [aTable({ key: ['shop', 'no'] }), aTable({ table: 'stock', kind: 'reference' })]),
]);
const TOMBSTONE = {
  tributary: 'tombstone',
  source: 'pos',
  table: 'receipt',
  key: { shop: 'HK.1', no: '7' },
  generation: 2,
};
const decode = (more: object) =>
  decodeChange(JSON.stringify({ ...TOMBSTONE, ...more }), DEFINITIONS);

test('a tombstone is a deletion just before its generation', () => {
  expect(decode({})).toEqual({
    ok: true,
    value: {
      kind: 'changes',
      records: [
        {
          source: 'pos',
          table: 'receipt',
          rowKey: 'pos.receipt.HK%2E1.7',
          version: lastBefore(2),
          operation: 'delete',
        },
      ],
    },
  });
});

test('it is later than all of the generations before, and earlier than all of its own', () => {
  const hex = fc.stringMatching(/^[0-9A-F]{1,40}$/);
  fc.assert(
    fc.property(hex, fc.nat(99_999_999), (position, record) => {
      expect(rowVersion(1, 'cdc', position, record) < lastBefore(2)).toBe(true);
      expect(rowVersion(2, 'cdc', position, record) > lastBefore(2)).toBe(true);
    }),
  );
  expect(rowVersion(2, 'load', '', 0) > lastBefore(2)).toBe(true);
  expect(generationOf(lastBefore(2))).toBe(1);
});

test('the parts of a key come back from the name of a row', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 3 }), (parts) => {
      expect(keyPartsOf(sourceRowKey('pos', 'receipt', parts))).toEqual(parts);
    }),
  );
});

test('a table that is only archived ignores it', () => {
  expect(decode({ table: 'stock', key: {} })).toMatchObject({ value: { reason: 'reference' } });
});

describe('is refused', () => {
  test.each([
    ['an unknown source', { source: 'x' }, 'unknown-source'],
    ['an unknown table', { table: 'x' }, 'unknown-table'],
    ['no key', { key: null }, 'wrong-shape'],
    ['half a key', { key: { shop: 'HK' } }, 'missing-key'],
    ['no generation', { generation: '2' }, 'bad-generation'],
    ['generation 0', { generation: 0 }, 'bad-generation'],
    ['generation 10000', { generation: 10_000 }, 'bad-generation'],
  ])('%s', (_, more, reason) => {
    expect(decode(more)).toMatchObject({ ok: false, error: { reason } });
  });
});
