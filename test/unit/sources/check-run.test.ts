import { expect, test } from 'vitest';
import { untilSettled } from '../../../local/run/check-run.ts';

/** Looks that find these, each of which takes so long; tells what was found in the end, and after how many looks. */
const settled = async (looks: readonly (readonly string[])[], lookMs: number) => {
  let [now, taken] = [0, 0];
  const look = async () => {
    now += lookMs;
    return looks[Math.min(taken++, looks.length - 1)] ?? [];
  };
  const found = await untilSettled(
    look,
    (one) => one,
    async () => {},
    () => now,
  );
  return { found, taken };
};

test.each([
  ['nothing differs', [[]], 1_000, [], 1],
  ['what differs goes away', [['a', 'b'], ['b'], []], 1_000, [], 3],
  ['one look takes longer than patience', [['a', 'b'], ['b'], []], 90_000, [], 3],
  ['what differs stays, on a slow machine', [['a', 'b'], ['b']], 90_000, ['b'], 3],
  ['what differs stays', [['a']], 20_000, ['a'], 4],
])('%s', async (_, looks, lookMs, found, taken) => {
  expect(await settled(looks, lookMs)).toEqual({ found, taken });
});
