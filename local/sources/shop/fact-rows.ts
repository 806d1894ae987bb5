/**
 * Fact rows: purchases, returns, points, coupons and cases, as the systems record them; what people do besides is in
 * `engagement-rows.ts`.
 * @module
 */
import type { Cell, Row, TableName } from '../catalogue.ts';
import type { Dice } from './dice.ts';
import type { RowTools } from './party-rows.ts';
import type { Person } from './people.ts';
import { writePhone } from './phones.ts';
import {
  ARTICLES,
  CURRENCIES,
  PHONE_TYPING_STORES,
  STORES,
  type Store,
  storesOf,
} from './stores.ts';
import { DAY_MS, day, utc, wallClock } from './times.ts';

/** A row made for a table, and whom it is about; a reference row is about nobody. */
export interface MadeRow {
  readonly table: TableName;
  readonly row: Row;
  readonly person?: string;
}

/** When, and under which number. */
export interface Entry {
  readonly no: number;
  readonly at: number;
}

/** A receipt with its lines. The cashier scans a card, types a phone, or neither. */
export const receiptRows = (
  tools: RowTools,
  person: Person,
  { no, at }: Entry,
): readonly MadeRow[] => {
  const storePhone = tools.dirt.hits('storePhones');
  const store = storePhone ? tools.dice.pick(PHONE_TYPING_STORES) : storeFor(tools.dice, person);
  const receiptNo = `${store.code}-${String(no).padStart(7, '0')}`;
  const lines = drawLines(tools.dice);
  const receipt: Row = {
    receipt_no: receiptNo,
    ...tillColumns(store),
    ...customerAtTill(tools, person, storePhone ? store.tel : undefined),
    amt: money(sum(lines)),
    ccy: CURRENCIES[store.market],
    cashier: `K${tools.dice.int(10, 99)}`,
    sold_at: wallClock(at),
  };
  return [
    { table: 'receipt', row: receipt, person: person.id },
    ...lines.map((line, index) => ({
      table: 'receiptLine' as const,
      row: {
        receipt_no: receiptNo,
        line_no: index + 1,
        sku: line.sku,
        qty: line.qty,
        unit_price: money(line.cents),
        line_amt: money(line.cents * line.qty),
      },
    })),
  ];
};

/** The return of a whole receipt; `receipt` needs its number, store, customer and amount. */
export const returnRow = (receipt: Row, { no, at }: Entry): Row => ({
  return_no: `R${String(no).padStart(7, '0')}`,
  receipt_no: cell(receipt, 'receipt_no'),
  store_cd: cell(receipt, 'store_cd'),
  brand_code: cell(receipt, 'brand_code'),
  market: cell(receipt, 'market'),
  card_no: cell(receipt, 'card_no'),
  mobile: cell(receipt, 'mobile'),
  refund_amt: cell(receipt, 'amt'),
  ccy: cell(receipt, 'ccy'),
  returned_at: wallClock(at),
});

/** An online order with its lines: of an account, or of a guest who typed a phone or an e-mail address. */
export const orderRows = (
  tools: RowTools,
  person: Person,
  accountId: number | undefined,
  { no, at }: Entry,
): readonly MadeRow[] => {
  const orderNo = `SO${day(at).replaceAll('-', '')}${String(no).padStart(6, '0')}`;
  const lines = drawLines(tools.dice);
  const order: Row = {
    order_no: orderNo,
    account_id: accountId ?? null,
    ...guestColumns(tools.dice, person, accountId === undefined),
    brand: person.brand,
    site: person.phone.region.toLowerCase(),
    total: money(sum(lines)),
    currency: CURRENCIES[person.phone.region],
    state: 'paid',
    placed_at: utc(at),
  };
  return [
    { table: 'shopOrder', row: order, person: person.id },
    ...lines.map((line, index) => ({
      table: 'orderLine' as const,
      row: {
        order_no: orderNo,
        line_no: index + 1,
        sku: line.sku,
        qty: line.qty,
        price: money(line.cents),
      },
    })),
  ];
};

/** The refund of a whole order. */
export const refundRow = (order: Row, { no, at }: Entry): Row => ({
  refund_id: no,
  order_no: cell(order, 'order_no'),
  account_id: cell(order, 'account_id'),
  guest_phone: cell(order, 'guest_phone'),
  guest_email: cell(order, 'guest_email'),
  brand: cell(order, 'brand'),
  site: cell(order, 'site'),
  amount: cell(order, 'total'),
  currency: cell(order, 'currency'),
  refunded_at: utc(at),
});

/** A points ledger entry; points that are given end after a year. */
export const pointsRow = (card: string, delta: number, reason: string, { no, at }: Entry): Row => ({
  entry_id: no,
  card_no: card,
  delta,
  reason,
  expires_on: delta > 0 ? day(at + 365 * DAY_MS) : null,
  booked_at: utc(at),
});

/** A coupon, not redeemed yet. */
export const couponRow = (dice: Dice, card: string, { no, at }: Entry): Row => {
  const gift = dice.chance(0.3);
  return {
    coupon_code: `CP${String(no).padStart(7, '0')}`,
    card_no: card,
    kind: gift ? 'gift' : dice.pick(['birthday', 'welcome', 'season']),
    face_value: gift ? null : money(dice.int(1, 10) * 5_000),
    ccy: gift ? null : dice.pick(['CNY', 'HKD', 'MOP', 'SGD']),
    issued_at: utc(at),
    expires_on: day(at + 90 * DAY_MS),
    redeemed_at: null,
  };
};

/** A service case of a contact. */
export const caseRow = (dice: Dice, person: Person, contactNo: string, { no, at }: Entry): Row => ({
  case_id: no,
  contact_no: contactNo,
  brand: person.brand === 'aurora' ? 'Aurora' : 'Bloom',
  topic: dice.pick(['resizing', 'repair', 'cleaning', 'certificate', 'complaint', 'delivery']),
  status: 'open',
  opened_on: utc(at),
  closed_on: null,
});

interface Line {
  readonly sku: string;
  readonly qty: number;
  readonly cents: number;
}

const drawLines = (dice: Dice): readonly Line[] =>
  Array.from({ length: dice.chance(0.12) ? 2 : 1 }, () => {
    const { sku, price } = dice.pick(ARTICLES);
    return {
      sku,
      qty: dice.chance(0.05) ? 2 : 1,
      cents: price * dice.int(85, 100) - dice.int(0, 1),
    };
  });

const sum = (lines: readonly Line[]): number =>
  lines.reduce((total, line) => total + line.cents * line.qty, 0);

const money = (cents: number): string => (cents / 100).toFixed(2);

const cell = (row: Row, column: string): Cell => row[column] ?? null;

const storeFor = (dice: Dice, person: Person): Store =>
  dice.pick(dice.chance(0.9) ? storesOf(person.market) : STORES);

const tillColumns = ({ code, brand, market }: Store): Row => ({
  store_cd: code,
  brand_code: brand === 'aurora' ? 'A' : 'B',
  market,
});

const customerAtTill = (
  { dice, dirt }: RowTools,
  person: Person,
  storePhone: string | undefined,
): Row => {
  const card = person.card !== undefined && dice.chance(0.8) ? person.card : null;
  if (storePhone !== undefined) return { card_no: card, mobile: storePhone };
  if (!dice.chance(card === null ? 0.75 : 0.35)) return { card_no: card, mobile: null };
  const typed = writePhone(dice, person.phone, dice.chance(0.95));
  return { card_no: card, mobile: dirt.hits('mistypedPhones') ? mistyped(dice, typed) : typed };
};

const mistyped = (dice: Dice, typed: string): string => `${typed.slice(0, -1)}${dice.int(0, 9)}`;

const guestColumns = (dice: Dice, person: Person, guest: boolean): Row => {
  if (!guest) return { guest_phone: null, guest_email: null };
  const email = person.email ?? null;
  return {
    guest_phone: email === null || dice.chance(0.8) ? writePhone(dice, person.phone, true) : null,
    guest_email: email !== null && dice.chance(0.6) ? email : null,
  };
};
