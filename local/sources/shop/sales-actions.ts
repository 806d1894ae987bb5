/**
 * Sales: purchases, returns, points, coupons, cases and stock in the course of a day.
 * @module
 */
import type { Row } from '../catalogue.ts';
import { type Change, update } from './changes.ts';
import { paymentRow } from './engagement-rows.ts';
import {
  caseRow,
  couponRow,
  type MadeRow,
  orderRows,
  pointsRow,
  receiptRows,
  refundRow,
  returnRow,
} from './fact-rows.ts';
import type { Person } from './people.ts';
import { utc } from './times.ts';
import { keyOf, nextNumber, personOf, pickRow, takeRow, type World } from './world.ts';

/** Something that happens at an instant: what it changes, nothing when there is no occasion for it. */
export type Action = (world: World, at: number) => readonly Change[];

/** Somebody buys in a store; a scanned card earns points, and a stock is counted anew. */
export const purchase: Action = (world, at) => {
  const person = anybody(world);
  const made = receiptRows(world, person, { no: nextNumber(world, 'receipt'), at });
  const receipt = made[0]?.row ?? {};
  world.rows.receipt.push({ row: receipt, person: person.id });
  return [
    ...inserts(made),
    stockChange(world, at, world.dice.int(0, 12)),
    ...points(world, person, receipt['card_no'], Number(receipt['amt']) / 100, 'purchase', at),
  ];
};

/** Somebody orders online, with an account or as a guest. */
export const order: Action = (world, at) => {
  const guest = world.dice.chance(0.1);
  const account = guest ? undefined : pickRow(world, world.rows.account);
  const person = account ? personOf(world, account) : anybody(world);
  const id = account ? Number(account.row['account_id']) : undefined;
  const made = orderRows(world, person, id, { no: nextNumber(world, 'shopOrder'), at });
  const placed = made[0]?.row ?? {};
  world.rows.shopOrder.push({ row: placed, person: person.id });
  const payment = paymentRow(world.dice, placed, { no: nextNumber(world, 'payment'), at });
  return inserts([...made, { table: 'payment', row: payment, person: person.id }]);
};

/** An order goes on: paid, shipped, done. */
export const orderProgress: Action = (world) => {
  const taken = takeRow(world, world.rows.shopOrder);
  if (!taken) return [];
  const state = taken.row['state'] === 'paid' ? 'shipped' : 'done';
  if (state === 'shipped') world.rows.shopOrder.push({ ...taken, row: { ...taken.row, state } });
  return [update('shopOrder', keyOf(taken, 'order_no'), { state })];
};

/** A receipt is returned, and its points are taken back. */
export const returnGoods: Action = (world, at) => {
  const taken = takeRow(world, world.rows.receipt);
  if (!taken) return [];
  const row = returnRow(taken.row, { no: nextNumber(world, 'returnReceipt'), at });
  const back = -Number(taken.row['amt']) / 100;
  return [
    { op: 'insert', table: 'returnReceipt', row, person: taken.person },
    ...points(world, personOf(world, taken), taken.row['card_no'], back, 'return', at),
  ];
};

/** An order is refunded; one that has not been sent is cancelled. */
export const refund: Action = (world, at) => {
  const taken = takeRow(world, world.rows.shopOrder);
  if (!taken) return [];
  if (taken.row['state'] === 'paid')
    return [update('shopOrder', keyOf(taken, 'order_no'), { state: 'cancelled' })];
  const row = refundRow(taken.row, { no: nextNumber(world, 'shopRefund'), at });
  return [
    update('shopOrder', keyOf(taken, 'order_no'), { state: 'refunded' }),
    { op: 'insert', table: 'shopRefund', row, person: taken.person },
  ];
};

/** A till voids a receipt: it is deleted, lines and all. */
export const voidReceipt: Action = (world) => {
  const taken = takeRow(world, world.rows.receipt);
  if (!taken) return [];
  const where = keyOf(taken, 'receipt_no');
  return [
    { op: 'delete', table: 'receiptLine', where },
    { op: 'delete', table: 'receipt', where },
  ];
};

/** Points for a check-in, or a correction. */
export const pointsMove: Action = (world, at) => {
  const member = pickRow(world, world.rows.member);
  if (!member) return [];
  const delta = world.dice.int(-50, 150);
  return points(world, personOf(world, member), member.row['card_no'], delta, 'adjust', at);
};

/** A member gets a coupon. */
export const issueCoupon: Action = (world, at) => {
  const member = pickRow(world, world.rows.member);
  if (!member) return [];
  const card = String(member.row['card_no']);
  const row = couponRow(world.dice, card, { no: nextNumber(world, 'coupon'), at });
  world.rows.coupon.push({ row, person: member.person });
  return [{ op: 'insert', table: 'coupon', row, person: member.person }];
};

/** A coupon is redeemed. */
export const redeemCoupon: Action = (world, at) => {
  const taken = takeRow(world, world.rows.coupon);
  return taken ? [update('coupon', keyOf(taken, 'coupon_code'), { redeemed_at: utc(at) })] : [];
};

/** A contact opens a service case. */
export const openCase: Action = (world, at) => {
  const contact = pickRow(world, world.rows.contact);
  if (!contact) return [];
  const person = personOf(world, contact);
  const entry = { no: nextNumber(world, 'serviceCase'), at };
  const row = caseRow(world.dice, person, String(contact.row['contact_no']), entry);
  world.rows.serviceCase.push({ row, person: person.id });
  return [{ op: 'insert', table: 'serviceCase', row, person: person.id }];
};

/** A case is closed. */
export const closeCase: Action = (world, at) => {
  const taken = takeRow(world, world.rows.serviceCase);
  if (!taken) return [];
  return [update('serviceCase', keyOf(taken, 'case_id'), { status: 'closed', closed_on: utc(at) })];
};

/** Stock is counted. */
export const countStock: Action = (world, at) => [stockChange(world, at, world.dice.int(0, 12))];

const anybody = (world: World): Person => world.dice.pick([...world.people.values()]);

const inserts = (made: readonly MadeRow[]): readonly Change[] =>
  made.map((row) => ({ op: 'insert', ...row }));

const stockChange = (world: World, at: number, qty: number): Change =>
  update('stock', world.dice.pick(world.stock), { qty, upd_ts: utc(at) });

const points = (
  world: World,
  person: Person,
  card: Row[string] | undefined,
  delta: number,
  reason: string,
  at: number,
): readonly Change[] => {
  if (typeof card !== 'string') return [];
  const entry = { no: nextNumber(world, 'pointsEntry'), at };
  const row = pointsRow(card, Math.trunc(delta), reason, entry);
  return [{ op: 'insert', table: 'pointsEntry', row, person: person.id }];
};
