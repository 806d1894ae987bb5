/**
 * The user that docs/how-to/connect-a-database.md makes: it follows every change and can change nothing. The statements
 * are run as they stand on the page, so the page cannot say less than is needed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../local/sources/postgres/server.ts';

const PAGE = join(import.meta.dirname, '../../../docs/how-to/connect-a-database.md');
const SLOT = 'read_only';
const CHANGES = 10_000;

const statementsOf = (heading: string): string => {
  const section = readFileSync(PAGE, 'utf8').split(`\n## ${heading}\n`)[1] ?? '';
  return /```sql\n(?<sql>.*?)```/su.exec(section)?.groups?.['sql'] ?? '';
};

/** Every relation, column, function, trigger and publication of the database that is not the server's own. */
const SCHEMA = `
  SELECT 'relation' AS kind, n.nspname || '.' || c.relname AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_|^information_schema'
  UNION ALL SELECT 'column', table_schema || '.' || table_name || '.' || column_name
    FROM information_schema.columns WHERE table_schema !~ '^pg_|^information_schema'
  UNION ALL SELECT 'function', p.proname FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname !~ '^pg_|^information_schema'
  UNION ALL SELECT 'trigger', tgname FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'event trigger', evtname FROM pg_event_trigger
  UNION ALL SELECT 'publication', pubname FROM pg_publication
  ORDER BY 1, 2`;

let dataDir: string;
let server: PostgresServer;
let owner: pg.Client;
let reader: pg.Client;

const connect = async (user?: string): Promise<pg.Client> => {
  const connection = server.connection('erp');
  const client = new pg.Client(
    user === undefined ? connection : { ...connection, user, password: '<password>' },
  );
  await client.connect();
  return client;
};

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tributary-read-only-'));
  server = await startPostgres({ dataDir });
  owner = await connect();
  await owner.query('CREATE TABLE customer (id int PRIMARY KEY, phone text)');
  await owner.query(statementsOf('PostgreSQL'));
  await owner.query('CREATE TABLE made_later (id int PRIMARY KEY)');
  reader = await connect('tributary');
}, 60_000);

afterAll(async () => {
  await Promise.all([owner.end(), reader.end()]);
  await server.stop();
  rmSync(server.home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the read-only user', () => {
  test('reads what is there and follows ten thousand changes; the schema is as before', async () => {
    const before = await owner.query(SCHEMA);
    await reader.query("SELECT pg_create_logical_replication_slot($1, 'test_decoding')", [SLOT]);
    const change = `INSERT INTO customer SELECT i, 'p' || i FROM generate_series(1, $1::int) i`;
    await owner.query(change, [CHANGES / 2]);
    await owner.query("UPDATE customer SET phone = 'changed'");
    const loaded = await reader.query('SELECT 1 FROM customer UNION ALL SELECT 1 FROM made_later');
    const { rows } = await reader.query<{ data: string }>(
      'SELECT data FROM pg_logical_slot_get_changes($1, NULL, NULL)',
      [SLOT],
    );
    await reader.query('SELECT pg_drop_replication_slot($1)', [SLOT]);
    expect(loaded.rowCount).toBe(CHANGES / 2);
    expect(rows.filter(({ data }) => data.startsWith('table public.customer'))).toHaveLength(
      CHANGES,
    );
    expect((await owner.query(SCHEMA)).rows).toEqual(before.rows);
  }, 60_000);

  test.each([
    ["INSERT INTO customer VALUES (0, '')", /permission denied/],
    ['DELETE FROM customer', /permission denied/],
    ['CREATE TABLE public.awsdms_ddl_audit (id int)', /permission denied/],
    ['CREATE SCHEMA awsdms', /permission denied/],
    ['ALTER TABLE customer REPLICA IDENTITY FULL', /must be owner/],
    ['CREATE PUBLICATION tributary FOR TABLE customer', /permission denied/],
  ])('is refused: %s', async (statement, refusal) => {
    await expect(reader.query(statement)).rejects.toThrow(refusal);
  });
});
