/**
 * World: what the shop day knows of the systems, read from them and from the truth, so that a day can follow any other.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { Row, TableName } from '../catalogue.ts';
import { rowKeyOf, TABLES } from '../catalogue.ts';
import type { Databases } from '../databases.ts';
import { dice, seededRandom, seedOfDay } from './dice.ts';
import { DirtSpreader } from './dirt.ts';
import type { RowTools } from './party-rows.ts';
import type { Person, Register } from './people.ts';
import { e164, type Phone } from './phones.ts';
import { STORE_PHONES } from './stores.ts';
import { notePeople, readTruth, type Truth } from './truth.ts';

/** A live row and whom it is about. */
export interface Known {
  readonly row: Row;
  readonly person: string;
}

/** Live rows that actions pick from. */
export interface Rows {
  readonly member: Known[];
  readonly account: Known[];
  readonly contact: Known[];
  readonly customerAccount: Known[];
  /** Receipts not returned yet, the newest last. */
  readonly receipt: Known[];
  /** Orders that are neither refunded nor done. */
  readonly shopOrder: Known[];
  /** Coupons not redeemed. */
  readonly coupon: Known[];
  /** Cases that are open. */
  readonly serviceCase: Known[];
}

/** The shop day's view of the systems; actions keep it up to date. */
export interface World extends RowTools {
  /** Adds people to the truth. */
  readonly notePeople: (people: readonly Person[]) => void;
  readonly people: Map<string, Person>;
  readonly rows: Rows;
  readonly stock: readonly Row[];
  readonly register: Register;
  /** Numbers that somebody gave up, for the carrier to hand out again. */
  readonly freedPhones: Phone[];
  /** Next number of a table's series. */
  readonly series: Map<TableName, number>;
}

const QUERIES: Readonly<Record<keyof Rows, string>> = {
  member: 'SELECT card_no FROM member ORDER BY 1',
  account: 'SELECT account_id, app_id, openid, brand FROM account ORDER BY 1',
  contact: 'SELECT contact_no FROM contact ORDER BY 1',
  customerAccount: 'SELECT cust_code FROM customer_account ORDER BY 1',
  receipt: `
    SELECT receipt_no, store_cd, brand_code, market, card_no, mobile, amt, ccy FROM receipt r
    WHERE NOT EXISTS (SELECT FROM return_receipt t WHERE t.receipt_no = r.receipt_no)
    ORDER BY sold_at, receipt_no`,
  shopOrder: `
    SELECT order_no, account_id, guest_phone, guest_email, brand, site, total, currency, state
    FROM shop_order WHERE state NOT IN ('refunded', 'cancelled', 'done') ORDER BY 1`,
  coupon: 'SELECT coupon_code FROM coupon WHERE redeemed_at IS NULL ORDER BY 1',
  serviceCase: "SELECT case_id FROM service_case WHERE status = 'open' ORDER BY 1",
};

/** What a day draws from, after so many rows were written. */
export const toolsOfDay = (seed: number, { rows }: { readonly rows: Truth['rows'] }): RowTools => {
  const thrown = dice(seededRandom(seedOfDay(seed, rows.size)));
  return { dice: thrown, dirt: new DirtSpreader(thrown) };
};

/** Reads the world; the order of everything in it is that of keys, so one seed makes one day of what is there. */
export const readWorld = async (
  databases: Databases,
  truthDir: string,
  seed: number,
): Promise<World> => {
  const truth = readTruth(truthDir);
  const stock = await databases.erp.query<Row>('SELECT store_code, sku FROM stock ORDER BY 1, 2');
  return {
    ...toolsOfDay(seed, truth),
    notePeople: (people) => notePeople(truthDir, people),
    people: new Map(truth.people),
    rows: await readRows(databases, truth),
    stock: stock.rows,
    register: registerOf(truth),
    freedPhones: [],
    series: seriesOf(truth),
  };
};

/** Takes the next number of a series. */
export const nextNumber = (world: World, table: TableName): number => {
  const number = (world.series.get(table) ?? 0) + 1;
  world.series.set(table, number);
  return number;
};

/** The person behind a row. */
export const personOf = (world: World, { person }: Known): Person =>
  must(world.people.get(person), `person ${person}`);

/** The key column of a known row, to find it again. */
export const keyOf = ({ row }: Known, column: string): Row => ({ [column]: row[column] ?? null });

/** Takes a random row out of a list; undefined when it is empty. */
export const takeRow = (world: World, rows: Known[]): Known | undefined =>
  rows.length === 0 ? undefined : rows.splice(world.dice.int(0, rows.length - 1), 1)[0];

/** Picks a random row of a list; undefined when it is empty. */
export const pickRow = (world: World, rows: readonly Known[]): Known | undefined =>
  rows.length === 0 ? undefined : world.dice.pick(rows);

const readRows = async (databases: Databases, truth: Truth): Promise<Rows> => {
  const read = async (name: keyof Rows): Promise<Known[]> => {
    const { rows } = await databases[TABLES[name].source].query<Row>(QUERIES[name]);
    return rows.flatMap((row) => {
      const person = truth.rows.get(rowKeyOf(name, row))?.person;
      return person === undefined ? [] : [{ row, person }];
    });
  };
  return {
    member: await read('member'),
    account: await read('account'),
    contact: await read('contact'),
    customerAccount: await read('customerAccount'),
    receipt: await read('receipt'),
    shopOrder: await read('shopOrder'),
    coupon: await read('coupon'),
    serviceCase: await read('serviceCase'),
  };
};

/** Everything that people have been given already. */
export const registerOf = ({ people }: Pick<Truth, 'people'>): Register => ({
  phones: new Set([
    ...STORE_PHONES,
    ...[...people.values()].flatMap(({ phone, formerPhone }) =>
      formerPhone ? [e164(phone), e164(formerPhone)] : [e164(phone)],
    ),
  ]),
  next: people.size + 1,
});

/** Last number of every table's series; from the truth, which also knows deleted rows: no number is used twice. */
export const seriesOf = (truth: Pick<Truth, 'rows'>): Map<TableName, number> => {
  const series = new Map<TableName, number>();
  for (const key of truth.rows.keys()) {
    const [source, table] = key.split('.');
    const name = tableNamed(`${source}.${table}`);
    if (name) series.set(name, Math.max(series.get(name) ?? 0, numberIn(name, key)));
  }
  return series;
};

const NAMES = new Map(
  (Object.keys(TABLES) as TableName[]).map((name) => [
    `${TABLES[name].source}.${TABLES[name].table}`,
    name,
  ]),
);

const tableNamed = (table: string): TableName | undefined => NAMES.get(table);

// Order numbers carry the date before the number; account ids begin at eighty million.
const numberIn = (name: TableName, key: string): number => {
  const digits = /(\d+)$/.exec(key)?.[1] ?? '0';
  if (name === 'shopOrder') return Number(digits.slice(8));
  return name === 'account' ? Number(digits) - 80_000_000 : Number(digits);
};
