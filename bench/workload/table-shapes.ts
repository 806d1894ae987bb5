/**
 * Table shapes: columns and keys of the source tables, read from the SQL that creates them, so that change records can
 * be made without a running database.
 * @module
 */
import { readFileSync } from 'node:fs';
import { must } from '#domain/shared/assert.ts';
import { type Column, dmsType } from '../../local/capture/column-values.ts';
import type { CapturedTable } from '../../local/capture/dms-records.ts';
import { isId } from '../../local/capture/tables.ts';
import { TABLES, type TableName } from '../../local/sources/catalogue.ts';
import { SOURCES, type SourceId } from '../../local/sources/databases.ts';

/** PostgreSQL object id of each type that the demo's tables use. */
const TYPE_OIDS: Readonly<Record<string, number>> = {
  bigint: 20,
  boolean: 16,
  char: 1042,
  date: 1082,
  integer: 23,
  numeric: 1700,
  smallint: 21,
  text: 25,
  timestamp: 1114,
  timestamptz: 1184,
};

/** The shape of every table of the catalogue. */
export const readTableShapes = (): Readonly<Record<TableName, CapturedTable>> => {
  const columns = new Map(SOURCES.flatMap((source) => [...columnsOf(source)]));
  const shapes = Object.entries(TABLES).map(([name, { source, table, key }]) => {
    const found = must(columns.get(`${source}.${table}`), `columns of ${source}.${table}`);
    return [name, { source, table, key, columns: found.map((column) => typed(column, key)) }];
  });
  return Object.fromEntries(shapes) as Readonly<Record<TableName, CapturedTable>>;
};

/** The shape of the heartbeat table of a source. */
export const heartbeatShape = (source: SourceId): CapturedTable => ({
  source,
  table: 'c360_heartbeat',
  key: ['id'],
  columns: [
    { name: 'id', type: 'INT32', nullable: false },
    { name: 'beat_at', type: 'DATETIME', nullable: false },
  ],
});

type ColumnText = readonly [name: string, type: string];

const columnsOf = (source: SourceId): ReadonlyMap<string, readonly ColumnText[]> => {
  const path = new URL(`../../local/sources/schema/${source}.sql`, import.meta.url);
  const sql = readFileSync(path, 'utf8');
  return new Map(
    [...sql.matchAll(/CREATE TABLE IF NOT EXISTS (\w+) \(\n(.*?)\n\);/gs)].map(
      ([, table = '', body = '']) => [`${source}.${table}`, columnTexts(body)],
    ),
  );
};

const columnTexts = (body: string): readonly ColumnText[] =>
  [...body.matchAll(/^ {2}([a-z_]+) ([a-z]+)/gm)].map(([, name = '', type = '']) => [name, type]);

const typed = ([name, type]: ColumnText, key: readonly string[]): Column => ({
  name,
  type: dmsType(must(TYPE_OIDS[type], `type ${type}`), isId(name, key)),
  nullable: !key.includes(name),
});
