/**
 * Rows of source tables in PostgreSQL: counted and named in SQL, under the keys that the pipeline gives them.
 * @module
 */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { SourceRows } from '#application/operate/compare-source.ts';
import type { Definitions, TableDefinition } from '#domain/definitions/types.ts';
import { must } from '#domain/shared/assert.ts';

/** Where the databases are; each source is a database of its name. */
export interface PostgresPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly databases: readonly string[];
}

/** Hexadecimal digits of an MD5 that a checksum adds up: 48 bits. */
const DIGITS = 12;

/** The same hash as in SQL. It need not be safe: nobody gains by two rows of one sum. */
export const keyHash = (rowKey: string): number =>
  Number.parseInt(createHash('md5').update(rowKey).digest('hex').slice(0, DIGITS), 16);

/** Opens the sources that the definitions know, or the one given; `close` ends the connections. */
export const postgresRows = (
  place: PostgresPlace,
  definitions: Definitions,
  only?: string,
): SourceRows & { close(): Promise<void> } => {
  const tables = new Map<string, { readonly source: string; readonly table: TableDefinition }>(
    Object.values(definitions.sources)
      .filter(({ source }) => place.databases.includes(source) && (only ?? source) === source)
      .flatMap(({ source, tables }) =>
        Object.values(tables)
          .filter(({ kind }) => kind !== 'reference' && kind !== 'heartbeat')
          .map((table) => [`${source}.${table.table}`, { source, table }] as const),
      ),
  );
  const { databases: _, ...connection } = place;
  const pools = new Map<string, pg.Pool>();
  const query = async (name: string, select: (key: string) => string) => {
    const { source, table } = must(tables.get(name), 'table');
    const pool = pools.get(source) ?? new pg.Pool({ ...connection, database: source, max: 2 });
    pools.set(source, pool);
    const from = `(SELECT ${keyExpression(source, table)} AS key FROM ${quoted(table.table)}) AS rows`;
    const { rows } = await pool.query<Record<string, string>>(`${select('key')} FROM ${from}`);
    return rows;
  };
  return {
    tables: [...tables.keys()].sort(),
    hash: keyHash,
    count: async (name) => {
      const [row] = await query(name, countOf);
      return { rows: Number(row?.['rows']), checksum: Number(row?.['checksum']) };
    },
    keys: async (name) =>
      new Set((await query(name, (key) => `SELECT ${key}`)).map((row) => row['key'] ?? '')),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
};

const countOf = (key: string): string =>
  `SELECT count(*) AS rows, mod(coalesce(sum(('x' || left(md5(${key}), ${DIGITS}))::bit(48)::bigint), 0), ${2 ** 48}) AS checksum`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

// As sourceRowKey names rows: parts joined by dots, percent signs and dots in a part escaped.
const keyExpression = (source: string, { table, key }: TableDefinition): string => {
  const part = (column: string) =>
    `replace(replace(${quoted(column)}::text, '%', '%25'), '.', '%2E')`;
  const prefix = `'${`${source}.${table}.`.replaceAll("'", "''")}'`;
  return `${prefix} || ${key.map(part).join(` || '.' || `)}`;
};
