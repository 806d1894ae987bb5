/**
 * What the pipeline makes of an extract, row by row, is what F says of all its rows at once: the same customers, and the
 * same links held.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Partition } from '#domain/identity/partition.ts';
import { startEngine } from '../../../tools/resolve/resolve-engine.ts';
import { resolveInMemory, resolveRows } from '../../../tools/resolve/resolve-rows.ts';
import { drawExtract, EXTRACT } from '../../support/extract-rows.ts';
import { seededRandom } from '../../support/scheduler.ts';

const shown = ({ groups, held }: Pick<Partition, 'groups' | 'held'>) => ({
  groups: groups.map((group) => group.toSorted().join(' ')).sort(),
  held: held.map(({ a, b, reason, weight }) => `${a} ${b} ${reason} ${weight}`).sort(),
});

test.each([
  ['memory', 12],
  ['engine', 1],
] as const)(
  'on %s',
  async (choice, numRuns) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 90 }), async (seed, size) => {
        const rows = drawExtract(seededRandom(seed), size);
        const engine = await startEngine(choice);
        const told: string[] = [];
        const tell = (line: string) => told.push(line);
        const resolved = await resolveRows(EXTRACT, rows, engine, tell).finally(() =>
          engine.stop(),
        );
        expect(shown(resolved)).toEqual(shown(resolveInMemory(EXTRACT, rows)));
        expect(told[0]).toMatch(/^Model learned: [0-9a-f]{12}$/);
      }),
      { numRuns },
    );
  },
  120_000,
);
