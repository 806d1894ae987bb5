import { expect, test } from 'vitest';
import { rowVersion, shortVersion, versionOfShort } from '#domain/capture/row-version.ts';

test.each([
  [rowVersion(1, 'load', '', 0), '1#0#0#0'],
  [rowVersion(12, 'cdc', '00000002000000007C007178', 1), '12#1#2000000007C007178#1'],
  [rowVersion(0, 'cdc', 'Z'.repeat(40), 99_999_999), `0#1#${'Z'.repeat(40)}#99999999`],
])('%s without the zeros that fill it up', (version, short) => {
  expect(shortVersion(version)).toBe(short);
  expect(versionOfShort(short)).toBe(version);
});
