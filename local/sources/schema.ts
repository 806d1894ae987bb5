/**
 * Schemas of the source systems, as SQL files: `schema/<source>.sql`, and the heartbeat table that each source has.
 *
 * They differ on purpose in names, codes and keys, as systems of different vendors and years do.
 * @module
 */
import { readFileSync } from 'node:fs';
import { type Databases, SOURCES } from './databases.ts';

const sql = (name: string): string =>
  readFileSync(new URL(`./schema/${name}.sql`, import.meta.url), 'utf8');

/** Makes the tables that are missing. Safe to repeat. */
export const createSchemas = async (databases: Databases): Promise<void> => {
  for (const source of SOURCES) {
    await databases[source].query(sql(source));
    await databases[source].query(sql('heartbeat'));
  }
};
