import { describe, expect, test } from 'vitest';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { MemoryTable } from '#adapters/memory/table.ts';
import { keyIn, ownerOfKey, registerKey, revokeKey } from '#application/serve/client-keys.ts';

const KEY = 'wk_0123456789abcdefghij';

describe('a key', () => {
  test('names its client until it is revoked, and is stored nowhere', async () => {
    const table = new MemoryTable();
    await registerKey(table, sha256, KEY, 'web');
    expect(await ownerOfKey(table, sha256, KEY, 'write')).toBe('web');
    expect(await ownerOfKey(table, sha256, `${KEY}x`, 'write')).toBeUndefined();
    expect(JSON.stringify(table.dump())).not.toContain(KEY);
    await revokeKey(table, sha256, KEY);
    expect(await ownerOfKey(table, sha256, KEY, 'write')).toBeUndefined();
  });

  test('that sends events reads no profile, and the other way round', async () => {
    const table = new MemoryTable();
    await registerKey(table, sha256, KEY, 'web');
    expect(await ownerOfKey(table, sha256, KEY, 'read')).toBeUndefined();
    await registerKey(table, sha256, `${KEY}2`, 'crm', 'read');
    expect(await ownerOfKey(table, sha256, `${KEY}2`, 'read')).toBe('crm');
    expect(await ownerOfKey(table, sha256, `${KEY}2`, 'write')).toBeUndefined();
  });

  test('that was made before there were two uses sends events', async () => {
    const table = new MemoryTable();
    const item = { pk: `KEY#${sha256(KEY)}`, sk: 'KEY', client: 'web' };
    await table.write({ kind: 'put', item });
    expect(await ownerOfKey(table, sha256, KEY, 'write')).toBe('web');
    expect(await ownerOfKey(table, sha256, KEY, 'read')).toBeUndefined();
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
  expect(keyIn(header)).toBe(key);
});
