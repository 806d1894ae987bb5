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
  const tables = new Map<string, Place>(
    Object.values(definitions.sources)
      .filter(({ source }) => place.databases.includes(source) && (only ?? source) === source)
      .flatMap(({ source, timeZone, tables }) =>
        Object.values(tables)
          .filter(({ kind }) => kind !== 'reference' && kind !== 'heartbeat')
          .map((table) => [`${source}.${table.table}`, { source, zone: timeZone, table }] as const),
      ),
  );
  const { databases: _, ...connection } = place;
  const pools = new Map<string, pg.Pool>();
  const query = async (name: string, select: string) => {
    const { source, zone, table } = must(tables.get(name), 'table');
    // A time without a zone is read in that of the source.
    const own = { ...connection, database: source, max: 2, options: `-c timezone=${zone}` };
    const pool = pools.get(source) ?? new pg.Pool(own);
    pools.set(source, pool);
    const columns = `${keyExpression(source, table)} AS key, ${dueExpression(table)} AS due`;
    const from = `(SELECT ${columns} FROM ${quoted(table.table)}) AS rows`;
    const { rows } = await pool.query<Readonly<Record<string, unknown>>>(`${select} FROM ${from}`);
    return rows;
  };
  return {
    tables: [...tables.keys()].sort(),
    hash: keyHash,
    count: async (name) => {
      const [row] = await query(name, COUNT);
      return { rows: Number(row?.['rows']), checksum: Number(row?.['checksum']) };
    },
    keys: async (name) => {
      const rows = await query(name, 'SELECT key, due');
      return new Map(rows.map(({ key, due }) => [String(key), due === true]));
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
};

/** Where a table is. */
interface Place {
  readonly source: string;
  readonly zone: string;
  readonly table: TableDefinition;
}

const COUNT = `SELECT count(*) FILTER (WHERE due) AS rows,
  mod(coalesce(sum(('x' || left(md5(key), ${DIGITS}))::bit(48)::bigint) FILTER (WHERE due), 0), ${2 ** 48}) AS checksum`;

// As isPastRetention judges events; one that does not say when it was received is kept.
const dueExpression = ({ retention }: TableDefinition): string =>
  retention === undefined
    ? 'true'
    : `coalesce(${quoted(retention.received)}::timestamptz >= now() - interval '${retention.days} days', true)`;

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

// As sourceRowKey names rows: parts joined by dots, percent signs and dots in a part escaped.
const keyExpression = (source: string, { table, key }: TableDefinition): string => {
  const part = (column: string) =>
    `replace(replace(${quoted(column)}::text, '%', '%25'), '.', '%2E')`;
  const prefix = `'${`${source}.${table}.`.replaceAll("'", "''")}'`;
  return `${prefix} || ${key.map(part).join(` || '.' || `)}`;
};
