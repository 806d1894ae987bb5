import { describe, expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { dmsRecord, dmsText } from '../../support/builders/dms-record.ts';

const definitions = someDefinitions([
  aSource({}, [aTable(), aTable({ table: 'line', key: ['receipt_no', 'line_no'] })]),
  aSource({ source: 'seq', position: 'change-sequence' }),
]);

const reasonOf = (input: string | Uint8Array) => {
  const decoded = decodeChange(input, definitions);
  return decoded.ok ? decoded.value.kind : decoded.error.reason;
};

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);

describe('text and shape', () => {
  test.each([
    ['plain text', 'hello', 'not-json'],
    ['cut off JSON', dmsText().slice(0, -5), 'not-json'],
    ['two records in one', `${dmsText()}\n${dmsText()}`, 'not-json'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 'not-json'],
    ['a number', '42', 'wrong-shape'],
    ['null', 'null', 'wrong-shape'],
    ['text', '"x"', 'wrong-shape'],
    ['a list of records', `[${dmsText()}]`, 'wrong-shape'],
    ['an empty object', '{}', 'wrong-shape'],
    ['no metadata', '{"data":{"receipt_no":"R1"}}', 'wrong-shape'],
    ['metadata that is a list', '{"data":{},"metadata":[]}', 'wrong-shape'],
    ['no record type', dmsText({ metadata: { 'record-type': undefined } }), 'wrong-shape'],
    ['an unknown record type', dmsText({ metadata: { 'record-type': 'dada' } }), 'wrong-shape'],
    ['a table name that is a number', dmsText({ metadata: { 'table-name': 5 } }), 'wrong-shape'],
    ['no table name', dmsText({ metadata: { 'table-name': undefined } }), 'wrong-shape'],
    ['data that is null', JSON.stringify({ ...dmsRecord(), data: null }), 'wrong-shape'],
    ['data that is a list', JSON.stringify({ ...dmsRecord(), data: ['R1'] }), 'wrong-shape'],
    [
      'a before-image that is text',
      JSON.stringify({ ...dmsRecord({ operation: 'update' }), 'before-image': 'x' }),
      'wrong-shape',
    ],
  ])('%s is rejected', (_, input, reason) => {
    expect(reasonOf(input)).toBe(reason);
  });

  test.each([
    ['no bytes', new Uint8Array(0)],
    ['empty text', ''],
    ['a line break', '\n'],
    ['a wrapped null', '{"schema":null,"payload":null}'],
  ])('%s is a tombstone of the tool, ignored', (_, input) => {
    expect(decodeChange(input, definitions)).toEqual({
      ok: true,
      value: { kind: 'ignored', reason: 'empty' },
    });
  });

  test('a record that ends in a line break, as DMS writes it, is read', () => {
    expect(reasonOf(bytes(`${dmsText()}\n`))).toBe('changes');
  });

  test('nesting of 10 levels is read, of 11 is rejected', () => {
    expect(reasonOf(dmsText({ data: { receipt_no: 'R1', x: nested(8) } }))).toBe('changes');
    expect(reasonOf(dmsText({ data: { receipt_no: 'R1', x: nested(9) } }))).toBe('too-deep');
  });

  test('nesting of a million levels is rejected without harm', () => {
    const text = `{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`;
    expect(['too-deep', 'not-json']).toContain(reasonOf(text));
  });

  test('a record of 1 MiB is read', () => {
    const text = dmsText({ data: { receipt_no: 'R1', note: 'x'.repeat(2 ** 20) } });
    expect(reasonOf(bytes(text))).toBe('changes');
  });
});

describe('unknown things', () => {
  test.each([
    ['source', dmsText({ source: 'nowhere' }), 'unknown-source'],
    ['source named like an inherited member', dmsText({ source: 'constructor' }), 'unknown-source'],
    ['source named __proto__', dmsText({ source: '__proto__' }), 'unknown-source'],
    ['table', dmsText({ table: 'nowhere' }), 'unknown-table'],
    ['table named like an inherited member', dmsText({ table: 'toString' }), 'unknown-table'],
    ['operation', dmsText({ operation: 'upsert' }), 'bad-operation'],
    ['operation of no type', dmsText({ metadata: { operation: 1 } }), 'bad-operation'],
    ['missing operation', dmsText({ metadata: { operation: undefined } }), 'bad-operation'],
  ])('an unknown %s is rejected', (_, text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});

describe('primary keys', () => {
  test.each([
    ['absent', { amt: 1 }, 'missing-key'],
    ['null', { receipt_no: null }, 'missing-key'],
    [
      'only inherited',
      { amt: 1, ...JSON.parse('{"__proto__":{"receipt_no":"R1"}}') },
      'missing-key',
    ],
    ['a number above 2^53', { receipt_no: 2 ** 53 + 2 }, 'unsafe-key'],
    ['a number in exponent form', { receipt_no: 1.2345678901234568e16 }, 'unsafe-key'],
    ['text in exponent form', { receipt_no: '1.2345678901234568e+16' }, 'unsafe-key'],
    ['a number with decimals', { receipt_no: 1.5 }, 'unsafe-key'],
    ['true', { receipt_no: true }, 'unsafe-key'],
    ['an object', { receipt_no: {} }, 'unsafe-key'],
    ['half a character', { receipt_no: '\ud800' }, 'unsafe-key'],
    ['too long', { receipt_no: 'x'.repeat(300) }, 'unsafe-key'],
  ])('a key that is %s is rejected', (_, data, reason) => {
    expect(reasonOf(dmsText({ data }))).toBe(reason);
  });

  test('a part missing from a composite key is rejected', () => {
    expect(reasonOf(dmsText({ table: 'line', data: { receipt_no: 'R1' } }))).toBe('missing-key');
  });

  test('an unsafe key in a before-image is rejected', () => {
    const before = { receipt_no: 2 ** 60 };
    expect(reasonOf(dmsText({ operation: 'update', before }))).toBe('unsafe-key');
  });
});

describe('versions', () => {
  test.each([
    ['position of another notation', dmsText({ position: 'soon' }), 'bad-position'],
    ['position of now', dmsText({ position: '0000003B/E8003618.NOW' }), 'bad-position'],
    ['position of another engine', dmsText({ position: 'mysql-bin.000012:345' }), 'bad-position'],
    ['missing position', dmsText({ metadata: { 'stream-position': undefined } }), 'bad-position'],
    ['position that is a number', dmsText({ metadata: { 'stream-position': 7 } }), 'bad-position'],
    ['negative record number', dmsText({ record: -1 }), 'bad-position'],
    ['huge record number', dmsText({ record: 100_000_000 }), 'bad-position'],
    ['record number with decimals', dmsText({ record: 1.5 }), 'bad-position'],
    ['generation 0', dmsText({ data: { receipt_no: 'R1', _c360_gen: '0000' } }), 'bad-generation'],
    [
      'generation 10000',
      dmsText({ data: { receipt_no: 'R1', _c360_gen: 10_000 } }),
      'bad-generation',
    ],
    [
      'generation of words',
      dmsText({ data: { receipt_no: 'R1', _c360_gen: 'two' } }),
      'bad-generation',
    ],
    ['missing change sequence', dmsText({ source: 'seq' }), 'bad-position'],
    [
      'short change sequence',
      dmsText({ source: 'seq', data: { receipt_no: 'R1', _c360_seq: '2026' } }),
      'bad-position',
    ],
  ])('a %s is rejected', (_, text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});

describe('keys that reach for prototypes', () => {
  const poisoned = dmsText().replace(
    '"receipt_no":"R1"',
    '"receipt_no":"R1","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}',
  );

  test('are dropped, and the row is read', () => {
    const decoded = decodeChange(poisoned, definitions);
    expect(decoded).toMatchObject({ ok: true, value: { records: [{ rowKey: 'pos.receipt.R1' }] } });
    expect(JSON.stringify(decoded)).not.toContain('polluted');
  });

  test('change no object of the program', () => {
    decodeChange(poisoned, definitions);
    decodeChange(
      '{"__proto__":{"polluted":1},"metadata":{"__proto__":{"polluted":1}}}',
      definitions,
    );
    expect({}).not.toHaveProperty('polluted');
  });

  test('cannot stand in for the metadata', () => {
    const text = `{"__proto__":${dmsText()}}`;
    expect(reasonOf(text)).toBe('wrong-shape');
  });
});

test('a rejection names the field and the kind of its value, never the value', () => {
  const secret = '13912345678';
  const inputs = [
    dmsText({ source: secret }),
    dmsText({ table: secret }),
    dmsText({ operation: secret }),
    dmsText({ position: secret }),
    dmsText({ data: { receipt_no: [secret] } }),
    dmsText({ data: { receipt_no: `${secret}${'x'.repeat(300)}` } }),
    dmsText({ data: { receipt_no: 'R1', _c360_gen: secret } }),
    `${secret}{`,
    `["${secret}"]`,
  ];
  for (const input of inputs) {
    const decoded = decodeChange(input, definitions);
    expect(decoded.ok).toBe(false);
    expect(JSON.stringify(decoded)).not.toContain(secret);
    if (!decoded.ok) expect(decoded.error.detail).toMatch(/^[A-Z"].*\.$/);
  }
});
