/**
 * Catalogue: the tables of the five systems, as the shop and the oracle write and read them.
 *
 * `definitions/sources` says the same to the pipeline; a test compares the two.
 * @module
 */
import { sourceRowKey } from '#domain/capture/source-row.ts';
import type { RowKind } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';
import type { SourceId } from './databases.ts';

/** A column value on its way into or out of a database. */
export type Cell = string | number | boolean | null;

/** A row by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** A table of a source system. */
export interface Table {
  readonly source: SourceId;
  readonly table: string;
  readonly key: readonly string[];
  readonly kind: RowKind;
}

const table = (source: SourceId, name: string, kind: RowKind, ...key: string[]): Table => ({
  source,
  table: name,
  key,
  kind,
});

/** All tables, by the name that the shop calls them. Order: what a full load writes first. */
export const TABLES = {
  store: table('erp', 'store', 'reference', 'store_code'),
  stock: table('erp', 'stock', 'reference', 'store_code', 'sku'),
  customerAccount: table('erp', 'customer_account', 'party', 'cust_code'),
  member: table('member', 'member', 'party', 'card_no'),
  contact: table('crm', 'contact', 'party', 'contact_no'),
  account: table('shop', 'account', 'party', 'account_id'),
  receipt: table('pos', 'receipt', 'fact', 'receipt_no'),
  receiptLine: table('pos', 'receipt_line', 'reference', 'receipt_no', 'line_no'),
  returnReceipt: table('pos', 'return_receipt', 'fact', 'return_no'),
  shopOrder: table('shop', 'shop_order', 'fact', 'order_no'),
  payment: table('shop', 'payment', 'fact', 'payment_id'),
  orderLine: table('shop', 'order_line', 'reference', 'order_no', 'line_no'),
  shopRefund: table('shop', 'shop_refund', 'fact', 'refund_id'),
  behaviourEvent: table('shop', 'behaviour_event', 'event', 'event_id'),
  consent: table('member', 'consent', 'fact', 'card_no', 'brand', 'purpose'),
  lead: table('crm', 'lead', 'fact', 'lead_no'),
  pointsEntry: table('member', 'points_ledger', 'fact', 'entry_id'),
  coupon: table('member', 'coupon', 'fact', 'coupon_code'),
  serviceCase: table('crm', 'service_case', 'fact', 'case_id'),
} as const satisfies Readonly<Record<string, Table>>;

/** Name of a table in {@link TABLES}. */
export type TableName = keyof typeof TABLES;

/** `pos.receipt.HK01-000123`: the row's key as the pipeline names it. */
export const rowKeyOf = (name: TableName, row: Row): string => {
  const { source, table: tableName, key } = TABLES[name];
  return sourceRowKey(
    source,
    tableName,
    key.map((column) => String(must(row[column], `${tableName}.${column}`))),
  );
};
