/**
 * The peer: customers kept by row triggers in PostgreSQL, fed in the same batches as the functions.
 *
 * Its cost is the processor time of the one server process that does the work; what the log writer and the checkpointer
 * spend for it is left out.
 * @module
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { must } from '#domain/shared/assert.ts';
import type { Connection } from '../../local/sources/databases.ts';
import type { ResultLine } from '../processor/result-lines.ts';
import type { LandingBatch } from './landing.ts';

const SCHEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8');
const DATABASE = 'trigger_peer';
const READERS = 4;

/** Ticks of `/proc/<pid>/stat`; 100 a second on every Linux that Node runs on. */
const TICK_MICROS = 10_000;

/** A row of {@link TriggerPeer.lines}, as the driver gives it. */
interface ProfileRow {
  readonly rows: readonly string[];
  readonly orders: string;
  readonly returns: string;
  readonly cny: string;
  readonly hkd: string;
  readonly mop: string;
  readonly sgd: string;
  readonly points: string;
  readonly coupons: string;
  readonly cases: string;
  readonly last_order_at: string | null;
}

/** A database of its own, with one connection that writes. */
export class TriggerPeer {
  readonly #client: pg.Client;
  /** For reads, which may be under way together. */
  readonly #readers: pg.Pool;
  readonly #pid: number;

  private constructor(client: pg.Client, readers: pg.Pool, pid: number) {
    this.#client = client;
    this.#readers = readers;
    this.#pid = pid;
  }

  /** Makes the database anew and connects to it. */
  static async open(connection: Connection): Promise<TriggerPeer> {
    const admin = new pg.Client({ ...connection, database: 'postgres' });
    await admin.connect();
    await admin.query(`DROP DATABASE IF EXISTS ${DATABASE} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    // Plans are made while the tables are empty, and would scan them for ever.
    await admin.query(`ALTER DATABASE ${DATABASE} SET enable_seqscan = off`);
    await admin.query(`ALTER DATABASE ${DATABASE} SET enable_bitmapscan = off`);
    await admin.end();
    const client = new pg.Client({ ...connection, database: DATABASE });
    await client.connect();
    await client.query(SCHEMA);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const readers = new pg.Pool({ ...connection, database: DATABASE, max: READERS });
    return new TriggerPeer(client, readers, must(rows[0], 'process id').pid);
  }

  /** Writes a batch in one transaction. */
  async apply({ upserts, deletes }: LandingBatch): Promise<void> {
    if (deletes.length > 0) await this.#client.query('BEGIN');
    if (upserts.length > 0) await this.#client.query(UPSERT, [JSON.stringify(upserts)]);
    if (deletes.length === 0) return;
    await this.#client.query('DELETE FROM landing WHERE row_key = ANY ($1)', [deletes]);
    await this.#client.query('COMMIT');
  }

  /** Processor time of the server process so far, in microseconds, in steps of ten thousand. */
  cpuMicros(): number {
    const stat = readFileSync(`/proc/${this.#pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
  }

  /** All customers. */
  async lines(): Promise<readonly ResultLine[]> {
    const { rows } = await this.#client.query<ProfileRow>(LINES);
    return rows.map((row) => ({
      rows: row.rows,
      orders: Number(row.orders),
      returns: Number(row.returns),
      spend: {
        CNY: Number(row.cny),
        HKD: Number(row.hkd),
        MOP: Number(row.mop),
        SGD: Number(row.sgd),
      },
      points: Number(row.points),
      coupons: Number(row.coupons),
      cases: Number(row.cases),
      lastOrderAt: row.last_order_at === null ? null : Number(row.last_order_at),
    }));
  }

  /** The figures of the customer who holds an identifier, `member-card::61000037`. */
  async read(identifier: string): Promise<number> {
    const { rowCount } = await this.#readers.query({ ...READ, values: [identifier] });
    return rowCount ?? 0;
  }

  async close(): Promise<void> {
    await this.#readers.end();
    await this.#client.end();
  }
}

const UPSERT = `
INSERT INTO landing
SELECT row_key, means, ARRAY(SELECT jsonb_array_elements_text(identifiers)), currency, minor, points, at
FROM jsonb_to_recordset($1) AS r(
  row_key text, means text, identifiers jsonb, currency text, minor bigint, points bigint, at bigint)
ON CONFLICT (row_key) DO UPDATE SET
  means = excluded.means, identifiers = excluded.identifiers, currency = excluded.currency,
  minor = excluded.minor, points = excluded.points, at = excluded.at`;

const LINES = `
SELECT f.*, (SELECT array_agg(row_key) FROM placed p WHERE p.cluster = f.cluster) AS rows
FROM profile f`;

const READ = {
  name: 'read',
  text: 'SELECT f.* FROM identity i JOIN profile f USING (cluster) WHERE i.identifier = $1',
};
