/**
 * History: three years of the demo retailer, made in memory from a seed.
 * @module
 */
import type { Row, TableName } from '../catalogue.ts';
import { type Dice, dice, seededRandom } from './dice.ts';
import { type DirtKind, DirtSpreader } from './dirt.ts';
import { consentRows, eventRow, eventTime, leadRow, paymentRow } from './engagement-rows.ts';
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
import {
  accountRow,
  contactRow,
  customerAccountRow,
  memberRow,
  type RowTools,
} from './party-rows.ts';
import { cardNumber, drawPeople, type Person } from './people.ts';
import { ARTICLES, STORE_PHONES, STORES, stockRow, storeRow } from './stores.ts';
import { DAY_MS, utc } from './times.ts';

/** What to make. */
export interface HistoryOptions {
  readonly seed: number;
  /** Number of people. About twelve rows come with each. */
  readonly customers: number;
  /** The instant at which history ends, epoch milliseconds. */
  readonly now: number;
}

/** People and rows, in the order in which the systems would have written them per person. */
export interface History {
  readonly people: readonly Person[];
  readonly rows: readonly MadeRow[];
  readonly dirt: Readonly<
    Partial<Record<DirtKind, { readonly hits: number; readonly of: number }>>
  >;
}

const YEARS_MS = 3 * 365 * DAY_MS;

/** Makes a history; the same options make the same. */
export const makeHistory = (options: HistoryOptions): History => {
  const thrown = dice(seededRandom(options.seed));
  const dirt = new DirtSpreader(thrown);
  const register = { phones: new Set(STORE_PHONES), next: 1 };
  const people = drawPeople(thrown, dirt, register, options.customers);
  const aside = dice(seededRandom(options.seed + 1));
  const writer = new HistoryWriter({ dice: thrown, dirt }, aside, options.now);
  writer.writeGoods();
  for (const person of people) writer.writePerson(person);
  return { people, rows: writer.rows, dirt: dirt.counts() };
};

/** Writes person after person; holds the number series of all systems. */
class HistoryWriter {
  readonly rows: MadeRow[] = [];
  readonly #tools: RowTools;
  readonly #dice: Dice;
  /** For rows that shall not change what is drawn for others. */
  readonly #aside: Dice;
  readonly #now: number;
  readonly #series = new Map<TableName, number>();

  constructor(tools: RowTools, aside: Dice, now: number) {
    this.#tools = tools;
    this.#dice = tools.dice;
    this.#aside = aside;
    this.#now = now;
  }

  writeGoods(): void {
    for (const store of STORES) {
      this.#add('store', storeRow(store));
      for (const article of ARTICLES) {
        this.#add('stock', stockRow(this.#dice, this.#now, store.code, article));
      }
    }
  }

  writePerson(person: Person): void {
    if (person.systems.includes('member')) this.#writeMember(person);
    if (person.systems.includes('crm')) this.#writeContacts(person);
    if (person.systems.includes('erp')) this.#writeCustomerAccount(person);
    this.#writeShop(person);
    this.#writeReceipts(person);
    if (!this.#dice.chance(0.1)) return;
    const tools = { ...this.#tools, dice: this.#aside };
    this.#add('lead', leadRow(tools, person, this.#entry('lead', this.#aside)), person);
  }

  #writeMember(person: Person): void {
    const number = Number(person.id.slice(1));
    const cards = [cardNumber(number)];
    if (this.#tools.dirt.hits('secondCards')) cards.push(cardNumber(number, true));
    for (const card of cards) {
      this.#add('member', memberRow(this.#tools, person, card, this.#past()), person);
      this.#writePoints(person, card);
      for (let n = this.#dice.count(1.6); n > 0; n--) this.#writeCoupon(person, card);
      const consents = consentRows(this.#dice, person.brand, card, this.#past());
      for (const row of consents) this.#add('consent', row, person);
    }
  }

  #writePoints(person: Person, card: string): void {
    for (let n = this.#dice.count(2.9); n > 0; n--) {
      const reason = this.#dice.pick(['check-in', 'birthday', 'adjust', 'expire']);
      const delta = reason === 'expire' ? -this.#dice.int(1, 80) : this.#dice.int(5, 200);
      const row = pointsRow(card, delta, reason, this.#entry('pointsEntry'));
      this.#add('pointsEntry', row, person);
    }
  }

  #writeCoupon(person: Person, card: string): void {
    const entry = this.#entry('coupon');
    const row = couponRow(this.#dice, card, entry);
    const redeemed = this.#dice.chance(0.3) ? utc(entry.at + DAY_MS) : null;
    this.#add('coupon', { ...row, redeemed_at: redeemed }, person);
  }

  #writeContacts(person: Person): void {
    const times = this.#tools.dirt.hits('duplicateContacts') ? 2 : 1;
    for (let n = 0; n < times; n++) {
      const { no, at } = this.#entry('contact');
      const contactNo = `C-${String(no).padStart(6, '0')}`;
      this.#add('contact', contactRow(this.#tools, person, contactNo, at), person);
      for (let cases = this.#dice.count(0.9); cases > 0; cases--) {
        this.#writeCase(person, contactNo);
      }
    }
  }

  #writeCase(person: Person, contactNo: string): void {
    const entry = this.#entry('serviceCase');
    const row = caseRow(this.#dice, person, contactNo, entry);
    const open = this.#dice.chance(0.2);
    const closing = { status: 'closed', closed_on: utc(entry.at + 5 * DAY_MS) };
    this.#add('serviceCase', open ? row : { ...row, ...closing }, person);
  }

  #writeCustomerAccount(person: Person): void {
    const { no, at } = this.#entry('customerAccount');
    const code = `K${String(no).padStart(6, '0')}`;
    this.#add('customerAccount', customerAccountRow(this.#tools, person, code, at), person);
  }

  #writeShop(person: Person): void {
    if (!person.systems.includes('shop')) {
      if (this.#dice.chance(0.05)) this.#writeOrder(person, undefined);
      return;
    }
    const brands = this.#dice.chance(0.05) ? (['aurora', 'bloom'] as const) : [person.brand];
    for (const brand of brands) {
      const { no, at } = this.#entry('account');
      const accountId = 80_000_000 + no;
      const account = accountRow(this.#tools, person, accountId, at, brand);
      this.#add('account', account, person);
      for (let n = this.#dice.count(1.4); n > 0; n--) this.#writeEvent(person, account);
      for (let n = this.#dice.count(0.95); n > 0; n--) this.#writeOrder(person, accountId);
    }
  }

  #writeEvent(person: Person, account: Row): void {
    const { no } = this.#entry('behaviourEvent');
    const entry = { no, at: eventTime(this.#dice, this.#now) };
    this.#add('behaviourEvent', eventRow(this.#dice, account, entry), person);
  }

  #writeOrder(person: Person, accountId: number | undefined): void {
    const entry = this.#entry('shopOrder');
    const [order, ...lines] = orderRows(this.#tools, person, accountId, entry);
    if (!order) return;
    const refunded = this.#dice.chance(0.08);
    const row: Row = { ...order.row, state: refunded ? 'refunded' : 'done' };
    this.rows.push({ ...order, row }, ...lines);
    const payment = { no: this.#entry('payment').no, at: entry.at };
    this.#add('payment', paymentRow(this.#dice, row, payment), person);
    if (!refunded) return;
    const { no } = this.#entry('shopRefund');
    this.#add('shopRefund', refundRow(row, { no, at: entry.at + 3 * DAY_MS }), person);
  }

  #writeReceipts(person: Person): void {
    for (let n = this.#dice.count(1.1); n > 0; n--) {
      const entry = this.#entry('receipt');
      const made = receiptRows(this.#tools, person, entry);
      this.rows.push(...made);
      const receipt = made[0]?.row ?? {};
      this.#earn(person, receipt, entry.at);
      if (!this.#dice.chance(0.06)) continue;
      const { no } = this.#entry('returnReceipt');
      this.#add('returnReceipt', returnRow(receipt, { no, at: entry.at + 4 * DAY_MS }), person);
    }
  }

  #earn(person: Person, receipt: Row, at: number): void {
    const card = receipt['card_no'];
    if (typeof card !== 'string') return;
    const points = Math.floor(Number(receipt['amt']) / 100);
    const { no } = this.#entry('pointsEntry');
    this.#add('pointsEntry', pointsRow(card, points, 'purchase', { no, at }), person);
  }

  #add(table: TableName, row: Row, person?: Person): void {
    this.rows.push(person ? { table, row, person: person.id } : { table, row });
  }

  #entry(table: TableName, thrown = this.#dice): { readonly no: number; readonly at: number } {
    const no = (this.#series.get(table) ?? 0) + 1;
    this.#series.set(table, no);
    return { no, at: this.#past(thrown) };
  }

  // Everything follow-up (a refund, a case closed) happens within days, so history ends a week before now.
  #past(thrown = this.#dice): number {
    return this.#now - 7 * DAY_MS - thrown.int(0, YEARS_MS);
  }
}
