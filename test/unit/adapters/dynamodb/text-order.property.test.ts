/**
 * Law: texts compare as their UTF-8 bytes do. Oracle: Buffer.compare.
 * @module
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareText } from '#adapters/dynamodb/text-order.ts';

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'é', '\uD7FF', '\uE000', '\uFFFD', '😀', '𐀀'),
});

test('texts compare as their bytes do', () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      const oracle = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareText(left, right))).toBe(oracle);
    }),
  );
});
