import { describe, expect, test } from 'vitest';
import { keyedHash } from '#adapters/crypto/keyed-hash.ts';
import { decodeCursor, encodeCursor, type Sign } from '#domain/serve/cursor.ts';

const sign: Sign = (...parts) => keyedHash('a key', parts).toString('base64url');
const cursor = encodeCursor(sign, 'orders of one', '1700#pos.receipt.7');

describe('a cursor', () => {
  test.each(['', '1700#pos.receipt.7', '陳大文', '\u0000'])('leads back to %j', (position) => {
    expect(decodeCursor(sign, 'q', encodeCursor(sign, 'q', position))).toEqual({
      ok: true,
      value: position,
    });
  });

  test('shows nothing of the position to the eye', () => {
    expect(cursor).not.toContain('receipt');
    expect(cursor).toMatch(/^[\w-]+\.[\w-]{22}$/);
  });

  test.each([
    ['another query', 'orders of two', cursor],
    ['a changed position', 'orders of one', `A${cursor.slice(1)}`],
    ['a changed signature', 'orders of one', cursor.replace(/\..{6}/, '.AAAAAA')],
    ['no signature', 'orders of one', cursor.split('.')[0] ?? ''],
    ['something appended', 'orders of one', `${cursor}.x`],
    ['nothing', 'orders of one', ''],
    ['no base64', 'orders of one', '%%%.%%%'],
    ['a megabyte', 'orders of one', 'x'.repeat(1_000_000)],
  ])('with %s is none', (_, query, given) => {
    expect(decodeCursor(sign, query, given)).toMatchObject({
      ok: false,
      error: { code: 'invalid-cursor' },
    });
  });

  test('of another key is none', () => {
    const other: Sign = (...parts) => keyedHash('another', parts).toString('base64url');
    expect(decodeCursor(other, 'orders of one', cursor).ok).toBe(false);
  });
});
