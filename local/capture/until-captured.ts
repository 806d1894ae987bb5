/**
 * Waiting for capture: when everything committed so far is on the stream.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { CaptureSource } from './config.ts';
import { slotOf } from './slot.ts';

const STEP_MS = 25;

/**
 * Returns when every change committed before the call is on the stream, for each of the sources.
 * @throws Error naming the source that is behind after `patienceMs`
 */
export const untilCaptured = async (
  sources: readonly Pick<CaptureSource, 'source' | 'connection'>[],
  patienceMs = 60_000,
): Promise<void> => {
  await Promise.all(sources.map((source) => untilSourceCaptured(source, patienceMs)));
};

const untilSourceCaptured = async (
  { source, connection }: Pick<CaptureSource, 'source' | 'connection'>,
  patienceMs: number,
): Promise<void> => {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const now = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn() AS lsn');
    const sql =
      'SELECT FROM pg_replication_slots WHERE slot_name = $1 AND confirmed_flush_lsn >= $2';
    for (let waited = 0; waited < patienceMs; waited += STEP_MS) {
      const reached = await client.query(sql, [slotOf(connection.database), now.rows[0]?.lsn]);
      if (reached.rowCount === 1) return;
      await sleep(STEP_MS);
    }
    throw new Error(`capture of ${source} is behind after ${patienceMs} ms`);
  } finally {
    await client.end();
  }
};
