/**
 * Catalogue: of every table how many rows have each field, and how many of them break a data-quality rule with it.
 *
 * Sums of parts, like the other metrics: folding rows in any order and any slices comes to the same.
 * @module
 */
import type { Definitions } from '#domain/definitions/types.ts';
import { own } from '#domain/shared/json-safety.ts';

/** Rows of one table. */
export interface TableFill {
  readonly rows: number;
  /** Rows that have a value, by field. */
  readonly filled: Readonly<Record<string, number>>;
  /** Rows with an open defect, by column. */
  readonly defects: Readonly<Record<string, number>>;
}

/** Tables by `source.table`. */
export type Catalogue = Readonly<Record<string, TableFill>>;

/** What one live row adds. */
export const rowFill = (rowKey: string, fields: Readonly<Record<string, unknown>>): Catalogue => ({
  [tableOf(rowKey)]: {
    rows: 1,
    filled: Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]) =>
        value === null || value === undefined ? [] : [[field, 1]],
      ),
    ),
    defects: {},
  },
});

/** What an open defect of a row adds. */
export const defectFill = (rowKey: string, column: string): Catalogue => ({
  [tableOf(rowKey)]: { rows: 0, filled: {}, defects: { [column]: 1 } },
});

const tableOf = (rowKey: string): string => rowKey.split('.', 2).join('.');

/** Completeness and validity of a field, as shares of the table's rows. */
export interface FieldQuality {
  readonly field: string;
  readonly completeness: number;
  readonly validity: number;
}

/** How full and how valid a table is. */
export interface TableQuality {
  readonly table: string;
  readonly rows: number;
  readonly fields: readonly FieldQuality[];
}

/** The tables of a source that have rows, each field of the definitions in the order that it has there. */
export const tablesQuality = (
  { sources }: Pick<Definitions, 'sources'>,
  source: string,
  catalogue: Catalogue,
): readonly TableQuality[] =>
  Object.entries(own(sources, source)?.tables ?? {}).flatMap(([table, { fields }]) => {
    const fill = own(catalogue, `${source}.${table}`);
    if (!fill || fill.rows === 0) return [];
    const shareOf = (count: number): number => Math.min(1, count / fill.rows);
    const quality = Object.entries(fields).map(([field, { column }]) => ({
      field,
      completeness: rounded(shareOf(own(fill.filled, field) ?? 0)),
      validity: rounded(1 - shareOf(own(fill.defects, column) ?? 0)),
    }));
    return [{ table, rows: fill.rows, fields: quality }];
  });

const rounded = (share: number): number => Math.round(share * 10_000) / 10_000;
