import { expect, test } from 'vitest';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { couponState, filterActivity } from '#domain/serve/activity.ts';
import { DEMO } from '../../support/pipeline.ts';

const NOW = Date.UTC(2026, 10, 22, 8);
const coupon = (fields: Readonly<Record<string, string | number>>) => ({
  rowKey: 'member.coupon.C1' as SourceRowKey,
  as: 'coupon',
  fields,
});

test.each([
  [{}, 'issued', true],
  [{ claimedAt: 5 }, 'claimed', true],
  [{ claimedAt: 5, lockedAt: 6 }, 'locked', false],
  [{ lockedAt: 6, redeemedAt: 7 }, 'redeemed', false],
  [{ redeemedAt: 7, voidedAt: 8 }, 'voided', false],
  [{ claimedAt: 5, expiresOn: '2026-11-21' }, 'expired', false],
  [{ expiresOn: '2026-11-22' }, 'issued', true],
  [{ stores: 'HK01, HK02' }, 'issued', true],
  [{ stores: 'HK02' }, 'issued', false],
] as const)(
  'a coupon with %j is %s; in HK01 it can be redeemed: %s',
  (fields, state, redeemable) => {
    const fact = coupon(fields);
    expect(couponState(fact, NOW, DEMO.definitions)).toBe(state);
    const found = filterActivity([fact], { redeemableAt: 'HK01' }, DEMO.definitions, NOW);
    expect(found).toHaveLength(redeemable ? 1 : 0);
  },
);
