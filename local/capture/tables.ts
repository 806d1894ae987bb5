/**
 * Tables: what the database's catalogue says about the captured tables.
 * @module
 */
import type { ClientBase } from 'pg';
import { type Column, dmsType } from './column-values.ts';
import type { CapturedTable } from './dms-records.ts';

interface CatalogueRow {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: string;
  /** Place in the primary key from 0; null outside of it. */
  readonly place: string | null;
}

const CATALOGUE = `
SELECT c.relname AS "table", a.attname AS "column", a.atttypid::int AS "type",
       NOT a.attnotnull AS nullable, array_position(i.indkey::int2[], a.attnum) AS place
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind = 'r' AND ($1::text[] IS NULL OR c.relname = ANY ($1))
ORDER BY c.relname, a.attnum`;

/** Columns of 64 bits with these names are ids and travel as text. */
export const isId = (column: string, key: readonly string[]): boolean =>
  key.includes(column) || column.endsWith('_id');

/**
 * Reads the shape of the named tables of schema `public`, or of all tables. A table without a primary key cannot be
 * captured and is left out.
 */
export const readTables = async (
  client: ClientBase,
  source: string,
  names?: readonly string[],
): Promise<readonly CapturedTable[]> => {
  const { rows } = await client.query<CatalogueRow>(CATALOGUE, [names ?? null]);
  const tables = Map.groupBy(rows, (row) => row.table);
  return [...tables].map(([table, columns]) => tableOf(source, table, columns));
};

const tableOf = (source: string, table: string, rows: readonly CatalogueRow[]): CapturedTable => {
  const key = rows
    .filter((row) => row.place !== null)
    .sort((a, b) => Number(a.place) - Number(b.place))
    .map((row) => row.column);
  const columns = rows.map(
    (row): Column => ({
      name: row.column,
      type: dmsType(Number(row.type), isId(row.column, key)),
      nullable: row.nullable === 't',
    }),
  );
  return { source, table, columns, key };
};
