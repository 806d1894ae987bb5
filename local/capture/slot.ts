/**
 * Slot: where a source remembers how far capture has come.
 *
 * A replication slot keeps the log from the moment it is made until it is acknowledged, so a capture that was killed
 * finds every change again. It is made before the load reads its snapshot: what commits in between arrives twice, and
 * a change beats a load row by its version.
 * @module
 */
import type { Client, ClientBase } from 'pg';
import type { CapturedTable } from './dms-records.ts';

/** Name of the slot and of the publication. */
export const SLOT = 'tributary';

/** Sees to it that the publication names exactly these tables. */
export const ensurePublication = async (
  client: ClientBase,
  tables: readonly CapturedTable[],
): Promise<void> => {
  const names = tables.map(({ table }) => `public."${table}"`).join(', ');
  const { rowCount } = await client.query('SELECT 1 FROM pg_publication WHERE pubname = $1', [
    SLOT,
  ]);
  await client.query(
    rowCount === 0
      ? `CREATE PUBLICATION ${SLOT} FOR TABLE ${names}`
      : `ALTER PUBLICATION ${SLOT} SET TABLE ${names}`,
  );
};

/** Makes the slot when it is missing; tells whether it was there. */
export const ensureSlot = async (client: Client): Promise<'found' | 'made'> => {
  const sql =
    'SELECT 1 FROM pg_replication_slots WHERE slot_name = $1 AND database = current_database()';
  const { rowCount } = await client.query(sql, [slotName(client)]);
  if (rowCount !== 0) return 'found';
  // A statement of its own: a transaction that has written cannot make a slot.
  await client.query("SELECT pg_create_logical_replication_slot($1, 'pgoutput')", [
    slotName(client),
  ]);
  return 'made';
};

/** Name of a database's slot; slots are named per cluster, not per database. */
export const slotName = (client: Client): string => slotOf(client.database ?? '');

/** Name of the slot of a database. */
export const slotOf = (database: string): string => `${SLOT}_${database}`;
