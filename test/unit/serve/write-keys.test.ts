import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { ownerOfKey, registerKey, revokeKey, writeKeyIn } from '#application/serve/write-keys.ts';

const KEY = 'wk_0123456789abcdefghij';

describe('a write key', () => {
  test('names its client until it is revoked, and is stored nowhere', async () => {
    const table = new MemoryTable();
    await registerKey(table, sha256, KEY, 'web');
    expect(await ownerOfKey(table, sha256, KEY)).toBe('web');
    expect(await ownerOfKey(table, sha256, `${KEY}x`)).toBeUndefined();
    expect(JSON.stringify(table.dump())).not.toContain(KEY);
    await revokeKey(table, sha256, KEY);
    expect(await ownerOfKey(table, sha256, KEY)).toBeUndefined();
  });

  test('that can be guessed is refused', async () => {
    await expect(registerKey(new MemoryTable(), sha256, 'short', 'web')).rejects.toThrow(
      RangeError,
    );
  });
});

test.each([
  [`Basic ${btoa(`${KEY}:`)}`, KEY],
  [`basic ${btoa(`${KEY}:`)}`, KEY],
  [`Basic ${btoa(`${KEY}:password`)}`, undefined],
  [`Basic ${btoa(KEY)}`, undefined],
  [`Bearer ${KEY}`, undefined],
  ['Basic %%%', undefined],
  ['Basic ====', undefined],
  [undefined, undefined],
])('%s holds %s', (header, key) => {
  expect(writeKeyIn(header)).toBe(key);
});
