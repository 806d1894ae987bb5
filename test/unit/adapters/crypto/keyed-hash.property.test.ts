/**
 * Law: a keyed hash is the beginning of HMAC-SHA256, whatever key was used before. Oracle: `createHmac`.
 * @module
 */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedHash } from '#adapters/crypto/keyed-hash.ts';

const part = (text: string | undefined): Buffer => {
  const bytes = Buffer.from(text ?? '', 'utf16le');
  const length = Buffer.alloc(4);
  length.writeInt32BE(text === undefined ? -1 : bytes.length);
  return Buffer.concat([length, bytes]);
};

test('any parts under any keys in turns, short ones and those of more than a block', () => {
  const text = fc.string({ unit: 'binary' });
  const key = fc.string({ unit: 'grapheme', maxLength: 100 });
  const call = fc.tuple(key, fc.array(fc.option(text, { nil: undefined }), { maxLength: 4 }));
  fc.assert(
    fc.property(fc.array(call, { maxLength: 5 }), (calls) => {
      for (const [secret, parts] of [...calls, ...calls]) {
        const oracle = createHmac('sha256', secret).update(Buffer.concat(parts.map(part)));
        expect(keyedHash(secret, parts)).toEqual(oracle.digest().subarray(0, 16));
      }
    }),
  );
});
