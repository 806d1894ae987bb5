/**
 * Daily round: what may happen in the shop next, and how often.
 * @module
 */
import type { Change } from './changes.ts';
import * as customers from './customer-actions.ts';
import * as engagement from './engagement-actions.ts';
import * as sales from './sales-actions.ts';
import type { World } from './world.ts';

/** Time between two heartbeats of a source, in milliseconds. */
export const HEARTBEAT_MS = 10_000;

/** How often what happens, in proportion. */
const WEIGHTS = {
  purchase: 18,
  order: 10,
  orderProgress: 10,
  returnGoods: 3,
  refund: 2,
  voidReceipt: 0.7,
  pointsMove: 14,
  issueCoupon: 8,
  redeemCoupon: 6,
  openCase: 5,
  closeCase: 4,
  countStock: 8,
  login: 6,
  touchMember: 3,
  touchContact: 2,
  touchCustomerAccount: 2,
  changePhone: 1,
  newPerson: 2,
  joinSystem: 1.5,
  mergeContacts: 0.5,
  rekeyContact: 0.4,
  closeAccount: 0.3,
  visit: 12,
  changeConsent: 2,
  leaveLead: 1.5,
} as const;

const ACTIONS: Readonly<Record<keyof typeof WEIGHTS, sales.Action>> = {
  ...sales,
  ...customers,
  ...engagement,
};

/** Draws what happens next: the changes it makes, none when there is no occasion for it. */
export const drawChanges = (world: World, at: number): readonly Change[] =>
  ACTIONS[world.dice.weighted(WEIGHTS)](world, at);
