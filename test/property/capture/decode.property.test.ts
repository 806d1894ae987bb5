/**
 * Laws of decoding: it never throws, it forgets no order, and two rows never share a key.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { encodePosition } from '#domain/capture/log-position.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import { aSource, aTable, someDefinitions } from '../../support/builders/definitions.ts';
import { dmsRecord } from '../../support/builders/dms-record.ts';

const definitions = someDefinitions([
  aSource({}, [aTable(), aTable({ table: 'line', key: ['a', 'b'] })]),
  aSource({ source: 'legacy', engine: 'mysql' }),
  aSource({ source: 'books', engine: 'sqlserver' }),
]);

const isOutcome = (input: string | Uint8Array) => {
  const decoded = decodeChange(input, definitions);
  if (!decoded.ok) return decoded.error.detail.length > 0;
  return decoded.value.kind === 'ignored' || decoded.value.records.length > 0;
};

test('any bytes have an outcome', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isOutcome));
});

test('any text has an outcome', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), isOutcome));
});

test('any JSON has an outcome', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 12 }), isOutcome));
});

/** A good record with one of its parts, at any level, replaced by anything. */
const damaged = fc
  .record({
    envelope: fc.constantFrom(dmsRecord({ operation: 'update', before: { receipt_no: 'R0' } }), {
      before: { receipt_no: 'R0' },
      after: { receipt_no: 'R1' },
      source: { name: 'pos', table: 'receipt', lsn: 5, ts_ms: 5 },
      op: 'u',
    }),
    pick: fc.nat(),
    value: fc.jsonValue(),
  })
  .map(({ envelope, pick, value }) => {
    const copy = structuredClone(envelope) as Record<string, unknown>;
    const holders = [
      copy,
      ...Object.values(copy).filter((part) => typeof part === 'object'),
    ] as Record<string, unknown>[];
    const places = holders.flatMap((holder) => Object.keys(holder).map((key) => ({ holder, key })));
    const place = places[pick % places.length];
    if (place !== undefined) place.holder[place.key] = value;
    return JSON.stringify(copy);
  });

test('a record with one damaged part has an outcome', () => {
  fc.assert(fc.property(damaged, isOutcome), { numRuns: 500 });
});

test('bytes and text decode alike', () => {
  fc.assert(
    fc.property(damaged, (text) => {
      expect(decodeChange(new TextEncoder().encode(text), definitions)).toEqual(
        decodeChange(text, definitions),
      );
    }),
  );
});

/** Row keys: two rows share a key only when they are the same row. The oracle is the list of parts itself. */
test('different rows have different keys', () => {
  const part = fc.string({ unit: fc.constantFrom('a', '.', '%', '2', 'E', '5'), maxLength: 4 });
  const parts = fc.tuple(part, part);
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const same = sourceRowKey('s', 't', one) === sourceRowKey('s', 't', other);
      expect(same).toBe(one[0] === other[0] && one[1] === other[1]);
    }),
    { numRuns: 2000 },
  );
});

const uint = (bits: bigint) => fc.bigInt({ min: 0n, max: 2n ** bits - 1n });
const hex = (value: bigint, width: number) => value.toString(16).padStart(width, '0');
const binlog = (text: string) => encodePosition('mysql', text)?.sortable ?? '';
const sign = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

test('PostgreSQL positions sort as text like the numbers that they are, padded or not', () => {
  const lsn = uint(64n);
  const text = (value: bigint, padded: boolean) => {
    const [high, low] = [value >> 32n, value & 0xffffffffn];
    return padded ? `${hex(high, 8)}/${hex(low, 8)}` : `${high.toString(16)}/${low.toString(16)}`;
  };
  const sortable = (value: bigint, padded: boolean) =>
    encodePosition('postgresql', text(value, padded))?.sortable ?? '';
  fc.assert(
    fc.property(lsn, lsn, fc.boolean(), fc.boolean(), (a, b, aPadded, bPadded) => {
      expect(order(sortable(a, aPadded), sortable(b, bPadded))).toBe(sign(a, b));
    }),
  );
});

test('MySQL positions sort by file, then by offset', () => {
  const place = fc.tuple(fc.nat(1_000_000), uint(64n));
  fc.assert(
    fc.property(place, place, ([file, offset], [otherFile, otherOffset]) => {
      const expected = file === otherFile ? sign(offset, otherOffset) : Math.sign(file - otherFile);
      const text = (number: number, at: bigint) =>
        `mysql-bin.${String(number).padStart(6, '0')}:${at}`;
      expect(order(binlog(text(file, offset)), binlog(text(otherFile, otherOffset)))).toBe(
        expected,
      );
    }),
  );
});

test('SQL Server positions sort like the ten bytes that they are, in either notation', () => {
  const lsn = uint(80n);
  const sortable = (value: bigint, parts: boolean) => {
    const digits = hex(value, 20);
    const text = parts
      ? `${digits.slice(0, 8)}:${digits.slice(8, 16)}:${digits.slice(16)}`
      : `0x${digits}`;
    return encodePosition('sqlserver', text)?.sortable ?? '';
  };
  fc.assert(
    fc.property(lsn, lsn, fc.boolean(), fc.boolean(), (a, b, aParts, bParts) => {
      expect(order(sortable(a, aParts), sortable(b, bParts))).toBe(sign(a, b));
    }),
  );
});

test('row versions sort as text by generation, phase, position, record', () => {
  const version = fc.record({
    generation: fc.integer({ min: 1, max: 9999 }),
    phase: fc.constantFrom('load' as const, 'cdc' as const),
    position: uint(64n),
    record: fc.nat(99_999_999),
  });
  type Version = { generation: number; phase: 'load' | 'cdc'; position: bigint; record: number };
  const text = ({ generation, phase, position, record }: Version) =>
    rowVersion(generation, phase, hex(position, 16).toUpperCase(), record);
  const expected = (a: Version, b: Version) =>
    Math.sign(a.generation - b.generation) ||
    Number(a.phase === 'cdc') - Number(b.phase === 'cdc') ||
    sign(a.position, b.position) ||
    Math.sign(a.record - b.record);
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(order(text(a), text(b))).toBe(expected(a, b));
      expect(text(a)).toHaveLength(56);
    }),
  );
});
