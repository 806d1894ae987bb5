/**
 * The shop day's view of systems in memory, right after a history was loaded into them.
 * @module
 */
import { type Row, rowKeyOf, type TableName } from '../../local/sources/catalogue.ts';
import type { MadeRow } from '../../local/sources/shop/fact-rows.ts';
import type { History } from '../../local/sources/shop/history.ts';
import {
  type Known,
  type Rows,
  registerOf,
  seriesOf,
  toolsOfDay,
  type World,
} from '../../local/sources/shop/world.ts';

/** The world after a history; the same history and seed make the same world. */
export const worldAfter = (history: History, seed: number): World => {
  const truth = { rows: truthOf(history.rows) };
  const people = new Map(history.people.map((person) => [person.id, person]));
  return {
    ...toolsOfDay(seed, truth),
    notePeople: () => undefined,
    people,
    rows: rowsOf(history.rows),
    stock: history.rows.filter(({ table }) => table === 'stock').map(({ row }) => stockKey(row)),
    register: registerOf({ people }),
    freedPhones: [],
    series: seriesOf(truth),
  };
};

const stockKey = ({ store_code = null, sku = null }: Row): Row => ({ store_code, sku });

const truthOf = (rows: readonly MadeRow[]) =>
  new Map(
    rows.flatMap(({ table, row, person }) => {
      const key = rowKeyOf(table, row);
      return person ? [[key, { row: key, person, kind: 'fact' as const }] as const] : [];
    }),
  );

const rowsOf = (rows: readonly MadeRow[]): Rows => {
  const byTable = Map.groupBy(rows, ({ table }) => table);
  const returned = new Set(byTable.get('returnReceipt')?.map(({ row }) => row['receipt_no']));
  const known = (table: TableName, isWanted: (row: Row) => boolean = () => true): Known[] =>
    (byTable.get(table) ?? []).flatMap(({ row, person }) =>
      person !== undefined && isWanted(row) ? [{ row, person }] : [],
    );
  return {
    member: known('member'),
    account: known('account'),
    contact: known('contact'),
    customerAccount: known('customerAccount'),
    receipt: known('receipt', (row) => !returned.has(row['receipt_no'])),
    shopOrder: known('shopOrder', ({ state }) => state !== 'refunded' && state !== 'done'),
    coupon: known('coupon', (row) => row['redeemed_at'] === null),
    serviceCase: known('serviceCase', (row) => row['status'] === 'open'),
  };
};
