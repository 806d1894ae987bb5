/**
 * Parquet files of lists of customers.
 * @module
 */
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Cell } from '#domain/serve/extract.ts';

/** Writes rows as one Parquet file. A column is of numbers, or of truth values, when all its values are; else of text. */
export const writeParquet = (
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Uint8Array => {
  const columnData = columns.map((name, index) => {
    const values = rows.map((row) => row[index] ?? null);
    return { name, nullable: true, ...typed(values) };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
};

const typed = (values: readonly Cell[]) => {
  const known = values.filter((value) => value !== null);
  const isAll = (type: string) => known.length > 0 && known.every((value) => typeof value === type);
  if (isAll('number')) return { type: 'DOUBLE' as const, data: [...values] };
  if (isAll('boolean')) return { type: 'BOOLEAN' as const, data: [...values] };
  const data = values.map((value) => (value === null ? null : String(value)));
  return { type: 'STRING' as const, data };
};
