import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  lastBefore,
  packedVersion,
  type RowVersion,
  rowVersion,
  shortVersion,
  versionOfPacked,
  versionOfShort,
} from '#domain/capture/row-version.ts';

test.each([
  [rowVersion(1, 'load', '', 0), '1#0#0#0'],
  [rowVersion(12, 'cdc', '00000002000000007C007178', 1), '12#1#2000000007C007178#1'],
  [rowVersion(0, 'cdc', 'Z'.repeat(40), 99_999_999), `0#1#${'Z'.repeat(40)}#99999999`],
])('%s without the zeros that fill it up', (version, short) => {
  expect(shortVersion(version)).toBe(short);
  expect(versionOfShort(short)).toBe(version);
});

test.each([
  [rowVersion(1, 'load', '', 0), '11000'],
  [rowVersion(12, 'cdc', '00000002000000007C007178', 1), '2121H200000000'],
  [lastBefore(1), `01e${'Z'.repeat(40)}899999999`],
])('%s packed', (version, packed) => {
  expect(packedVersion(version).slice(0, packed.length)).toBe(packed);
  expect(versionOfPacked(packedVersion(version))).toBe(version);
});

const anyVersion: fc.Arbitrary<RowVersion> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 9999 })),
    fc.constantFrom('load', 'cdc'),
    fc.string({ unit: fc.constantFrom('0', '1', '9', 'A', 'F', 'Z'), maxLength: 40 }),
    fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 99_999_999 })),
  )
  .map(([generation, phase, position, record]) =>
    rowVersion(generation, phase as 'load' | 'cdc', position, record),
  );

test('packed versions compare as the versions do, byte by byte, and come back', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, (a, b) => {
      const [x, y] = [packedVersion(a), packedVersion(b)];
      expect(Buffer.compare(Buffer.from(x), Buffer.from(y))).toBe(
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      );
      expect(versionOfPacked(x)).toBe(a);
      expect(x.length).toBeLessThanOrEqual(a.length + 1);
    }),
    { numRuns: 5_000 },
  );
});
