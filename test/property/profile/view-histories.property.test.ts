/**
 * Law: whatever is committed, however it arrives and whichever workers meet, every figure of every customer is what a
 * loop over its final rows gives, at any later instant and for any brands.
 */
import { expect, test } from 'vitest';
import { verifyViews } from '../../support/verify-views.ts';

test.each([0, 1, 2, 3, 4, 5])('in 50 histories, part %i', async (part) => {
  for (let seed = part * 50; seed < (part + 1) * 50; seed++) {
    const finding = await verifyViews(seed);
    expect(finding, `seed ${seed}`).toBeUndefined();
  }
});
