import { expect, test } from 'vitest';
import { isolate, tally } from '#application/identity/row-tally.ts';
import { party } from '../../support/builders/rows.ts';

const one = (name: string) => ({ change: party(name, 1) });
const NOTHING = { applied: 0, stale: 0, held: 0, conflicts: 0 };

test('chains run side by side, and a failure stays with its group', async () => {
  const chains = [
    [
      [one('a'), one('b')],
      [one('bad'), one('c')],
    ],
    [[one('d')]],
  ];
  const results = await isolate(chains, async (group) => {
    if (group.some(({ change }) => change.rowKey === 'bad')) throw new Error('broken');
    return { ...NOTHING, applied: group.length, held: 1, conflicts: 2 };
  });
  const { failures, ...sums } = tally(results);
  expect(sums).toEqual({ applied: 3, stale: 0, held: 2, conflicts: 4 });
  expect(failures.map(({ change, error }) => [change.rowKey, String(error)])).toEqual([
    ['bad', 'Error: broken'],
    ['c', 'Error: broken'],
  ]);
});

test('nothing adds up to nothing', () => {
  expect(tally([])).toEqual({ ...NOTHING, failures: [] });
});
