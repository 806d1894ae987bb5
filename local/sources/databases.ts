/**
 * The five source systems of the demo retailer, each a database of its own in one PostgreSQL cluster.
 *
 * The database name is the source id: it names the source in definitions, row keys and change records.
 * @module
 */

import type { PoolConfig } from 'pg';
import pg from 'pg';

/** Source ids, in the order in which progress is printed. */
export const SOURCES = ['erp', 'pos', 'crm', 'shop', 'member'] as const;

/** Id of a source system, which is the name of its database. */
export type SourceId = (typeof SOURCES)[number];

/** How to reach one database. */
export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Gives the connection of a database; a running PostgreSQL server offers it. */
export type Connect = (database: SourceId) => Connection;

/** One open pool per source. */
export type Databases = Readonly<Record<SourceId, pg.Pool>>;

// Dates and 64-bit numbers stay text: a JavaScript Date loses microseconds, a number loses digits.
const textOnly: PoolConfig['types'] = { getTypeParser: () => (text: string) => text };

/** Opens a pool per source, at most `max` connections each. Values come back as text, times in UTC. */
export const openDatabases = (connect: Connect, max = 2): Databases => {
  const open = (source: SourceId) => {
    const pool = new pg.Pool({
      ...connect(source),
      max,
      types: textOnly,
      options: '-c TimeZone=UTC -c DateStyle=ISO',
    });
    // An idle connection may end when the server stops first; queries report their own errors.
    pool.on('error', () => undefined);
    return pool;
  };
  return {
    erp: open('erp'),
    pos: open('pos'),
    crm: open('crm'),
    shop: open('shop'),
    member: open('member'),
  };
};

/** Closes all pools. */
export const closeDatabases = async (databases: Databases): Promise<void> => {
  await Promise.all(SOURCES.map((source) => databases[source].end()));
};
