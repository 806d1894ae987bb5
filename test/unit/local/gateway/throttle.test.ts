import { expect, test } from 'vitest';
import { throttleOf } from '../../../../local/cloud/gateway/throttle.ts';

test('a burst passes, then the rate', () => {
  let now = 0;
  const mayPass = throttleOf({ ratePerSecond: 10, burst: 2 }, () => now);
  const passed = [0, 0, 0, 100, 100, 1_000, 1_000, 1_000].map((at) => {
    now = at;
    return mayPass();
  });
  expect(passed).toEqual([true, true, false, true, false, true, true, false]);
});

test('without limits everything passes', () => {
  expect(throttleOf(undefined, () => 0)()).toBe(true);
});
