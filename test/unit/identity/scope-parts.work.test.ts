/** A change of a large component writes what it concerns: no more among three hundred rows than among a hundred. */
import { expect, test } from 'vitest';
import { countComponents } from '../../../bench/resolving/component.ts';

test('write units of a change do not grow with the rows that hang together', async () => {
  const costs = await countComponents([100, 300], () => {});
  for (const { writeUnits, readUnits, requests } of costs) {
    expect(writeUnits).toBeLessThanOrEqual(16);
    expect(readUnits).toBeLessThanOrEqual(8);
    expect(requests).toBeLessThanOrEqual(9);
  }
}, 60_000);
