/**
 * Columns that a definition reads of a table: what a record must carry to be a whole image, and whether they are kept.
 * @module
 */
import type { SourceDefinition, TableDefinition } from '#domain/definitions/types.ts';

/**
 * Whether the columns of a table's rows are kept, so that an update which carries only some of them can be joined with
 * the others. A party row's are, unless its source promises whole images; a fact's cost a write each, so only of sources
 * that are known to send changed columns.
 */
export const keepsColumns = (
  { images, engine }: Pick<SourceDefinition, 'images' | 'engine'>,
  { kind }: Pick<TableDefinition, 'kind'>,
): boolean => {
  if (images !== undefined) return images === 'partial';
  return kind === 'party' || engine === 'oracle';
};

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
    ...Object.keys(table.match?.columns ?? {}),
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
