/**
 * Columns that a definition reads of a table: what a record must carry to be a whole image.
 * @module
 */
import type { SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';

/** Definitions are immutable, so the columns of each table are worked out once. */
const known = new WeakMap<TableDefinition, readonly string[]>();

/** Columns that mapping a row of this table reads, sorted, without duplicates. */
export const columnsRead = (
  source: SourceDefinition,
  table: TableDefinition,
): readonly string[] => {
  const columns = known.get(table) ?? columnsOf(source, table);
  known.set(table, columns);
  return columns;
};

const columnsOf = (source: SourceDefinition, table: TableDefinition): readonly string[] => {
  const read = [
    source.brand?.column,
    ...table.identifiers.flatMap(({ column, scope, region, validFrom, validTo }) => [
      column,
      columnIn(scope),
      region?.column,
      validFrom,
      validTo,
    ]),
    ...(table.quality ?? []).map(({ column }) => column),
    table.retention?.received,
    ...Object.values(table.fields).flatMap((field) => [
      field.column,
      field.type === 'money' ? columnIn(field.currency) : undefined,
    ]),
  ];
  return [...new Set(read.filter((column) => column !== undefined))].sort();
};

const columnIn = (from: object | undefined): string | undefined =>
  from !== undefined && 'column' in from ? (from.column as string) : undefined;
