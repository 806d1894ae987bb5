/**
 * The five source systems in memory: they take the shop's changes and give the row changes that their logs would hold.
 *
 * Only what the shop does is understood: rows are found by their primary key, or by one of two columns.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { RowChange, RowText } from '../../local/capture/dms-records.ts';
import {
  type Cell,
  type Row,
  rowKeyOf,
  TABLES,
  type TableName,
} from '../../local/sources/catalogue.ts';
import type { Change } from '../../local/sources/shop/changes.ts';

/** A row change with the table it happened in. */
export interface LoggedChange {
  readonly table: TableName;
  readonly change: RowChange;
}

/** Columns other than the primary key by which rows are found. */
const OTHER_COLUMNS: Partial<Readonly<Record<TableName, string>>> = {
  receiptLine: 'receipt_no',
  serviceCase: 'contact_no',
};

/** Rows of all systems. Cost of a change: O(rows changed). */
export class MemorySystems {
  readonly #rows = new Map<string, Row>();
  /** `table value` → keys of the rows that hold the value in the table's other column. */
  readonly #found = new Map<string, Set<string>>();

  /** Takes a row in, as a load does. */
  insert(table: TableName, row: Row): LoggedChange {
    this.#put(table, row);
    return { table, change: { operation: 'insert', row: textOf(row) } };
  }

  /** Makes a change; a log entry for each row that it touched. */
  apply(change: Change): readonly LoggedChange[] {
    const { table } = change;
    switch (change.op) {
      case 'insert':
        return [this.insert(table, change.row)];
      case 'update':
        return this.#find(table, change.where).map((row) => this.#update(table, row, change.set));
      case 'delete':
        return this.#find(table, change.where).map((row) => {
          this.#remove(table, row);
          return { table, change: { operation: 'delete', row: textOf(row) } };
        });
    }
  }

  #update(table: TableName, before: Row, set: Row): LoggedChange {
    const row = { ...before, ...set };
    this.#remove(table, before);
    this.#put(table, row);
    const renamed = rowKeyOf(table, before) !== rowKeyOf(table, row);
    const oldKey = renamed ? { oldKey: keyText(table, before) } : {};
    return { table, change: { operation: 'update', row: textOf(row), ...oldKey } };
  }

  #find(table: TableName, where: Row): readonly Row[] {
    const column = OTHER_COLUMNS[table];
    const isByKey = TABLES[table].key.every((name) => name in where);
    const keys =
      isByKey || column === undefined
        ? [rowKeyOf(table, where)]
        : [...(this.#found.get(`${table} ${where[column]}`) ?? [])];
    return keys.map((key) => this.#rows.get(key)).filter((row) => row !== undefined);
  }

  #put(table: TableName, row: Row): void {
    const key = rowKeyOf(table, row);
    this.#rows.set(key, row);
    this.#index(table, row)?.add(key);
  }

  #remove(table: TableName, row: Row): void {
    const key = rowKeyOf(table, row);
    this.#rows.delete(key);
    this.#index(table, row)?.delete(key);
  }

  #index(table: TableName, row: Row): Set<string> | undefined {
    const column = OTHER_COLUMNS[table];
    if (column === undefined) return undefined;
    const name = `${table} ${row[column]}`;
    const keys = this.#found.get(name) ?? new Set();
    this.#found.set(name, keys);
    return keys;
  }
}

/** A row in PostgreSQL's text form. */
export const textOf = (row: Row): RowText =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, cellText(value)]));

const cellText = (value: Cell): string | null => {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 't' : 'f';
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? text.replace('T', ' ').replace('Z', '+00') : text;
};

const keyText = (table: TableName, row: Row): RowText =>
  textOf(
    Object.fromEntries(
      TABLES[table].key.map((column) => [column, must(row[column], `key column ${column}`)]),
    ),
  );
