/**
 * Capture end to end: five real PostgreSQL databases, the capture process, a real Kinesis engine. What was put on the
 * stream is decoded and folded as the pipeline does it, and must equal the rows that SQL reads from the databases.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChangeRecord } from '#domain/capture/change-record.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import { sourceRowKey } from '#domain/capture/source-row.ts';
import { compileDefinitions } from '#domain/definitions/compile.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { CaptureConfig } from '../../../local/capture/config.ts';
import { type Capture, startCapture } from '../../../local/capture/start-capture.ts';
import { untilCaptured } from '../../../local/capture/until-captured.ts';
import {
  closeDatabases,
  type Databases,
  openDatabases,
  SOURCES,
} from '../../../local/sources/databases.ts';
import { type PostgresServer, startPostgres } from '../../../local/sources/postgres/server.ts';
import { loadHistory } from '../../../local/sources/shop/load-history.ts';
import { runShop, type ShopStats } from '../../../local/sources/shop/run-shop.ts';
import { readSourceRows } from '../../../local/sources/source-rows.ts';
import { type PutRecord, startTestStream, type TestStream } from './kinesis.ts';

const SEED = 20;
const CUSTOMERS = 150;

let dataDir: string;
let postgres: PostgresServer;
let stream: TestStream;
let capture: Capture;
let databases: Databases;
let config: CaptureConfig;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'tributary-capture-'));
  postgres = await startPostgres({ dataDir });
  stream = await startTestStream();
  databases = openDatabases(postgres.connection);
  const truthDir = join(dataDir, 'truth');
  const { connection: connect } = postgres;
  await loadHistory({ connect, customers: CUSTOMERS, seed: SEED, truthDir, clock: Date.now });
  config = {
    sources: SOURCES.map((source) => ({ source, connection: connect(source), generation: 1 })),
    kinesis: stream.options,
    stateDir: join(dataDir, 'capture'),
    statusSeconds: 1,
  };
  capture = startCapture(config, { onError: (line) => process.stderr.write(`${line}\n`) });
}, 60_000);

afterAll(async () => {
  await capture?.stop();
  await stream?.stop();
  if (databases) await closeDatabases(databases);
  await postgres?.stop();
  if (postgres) rmSync(postgres.home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

const aDay = (seed: number, rate: number, seconds: number): Promise<ShopStats> =>
  runShop({
    connect: postgres.connection,
    truthDir: join(dataDir, 'truth'),
    seed,
    rate,
    seconds,
    clock: Date.now,
  });

describe('capture', () => {
  test('a load killed in the middle is repeated, and brings every row', async () => {
    while ((await stream.readAll()).length < 200) await sleep(10);
    await capture.kill();
    await sleep(50);
    await capture.restart();
    await capture.loaded();
    expect(await foldedRows()).toEqual(await rowsInSources());
  }, 60_000);

  test('every committed change arrives, though the process is killed twice on the way', async () => {
    const before = await positionsOnStream();
    const day = aDay(1, 150, 6);
    for (const pause of [1_500, 2_000]) {
      await sleep(pause);
      await capture.kill();
      await sleep(400);
      await capture.restart();
    }
    const { changes } = await day;
    await untilCaptured(config.sources);
    const arrived = (await positionsOnStream()).difference(before);
    expect(arrived.size).toBe(changes);
    expect(await foldedRows()).toEqual(await rowsInSources());
  }, 60_000);

  test('changes of one row keep their order on the stream', async () => {
    const seen = new Map<string, string>();
    const backwards: string[] = [];
    const again = new Set<string>();
    const records = await stream.readAll();
    // A change of the primary key travels by the new key; the row that it ends may be on another shard.
    const own = records.filter(({ text }) => !/"before-image":\{"/.test(text));
    for (const record of decodeAll(own)) {
      const key = `${record.rowKey} ${record.version}`;
      // After a kill the log is read again from the last acknowledged commit: old news, in order again.
      if (again.has(key)) continue;
      again.add(key);
      if ((seen.get(record.rowKey) ?? '') > record.version) backwards.push(key);
      seen.set(record.rowKey, record.version);
    }
    expect(backwards).toEqual([]);
  });

  test('a change made while nothing captures is captured afterwards', async () => {
    await capture.kill();
    await databases.crm.query(
      "UPDATE contact SET contact_no = 'C.9%9' WHERE contact_no = 'C-000003'",
    );
    await databases.shop.query('DELETE FROM account WHERE account_id = 80000002');
    await capture.restart();
    await untilCaptured(config.sources);
    const texts = (await stream.readAll()).map(({ text }) => text);
    expect(texts.some((text) => text.includes('"before-image":{"contact_no":"C-000003"}'))).toBe(
      true,
    );
    expect((await foldedRows()).has('crm.contact.C%2E9%259')).toBe(true);
    expect(await foldedRows()).toEqual(await rowsInSources());
  }, 30_000);

  test('what the stream could not take is not acknowledged: after a kill it comes again', async () => {
    await capture.stop();
    const troubles: string[] = [];
    const away = startCapture(
      { ...config, kinesis: { ...config.kinesis, endpoint: 'http://127.0.0.1:9' } },
      { onEvent: (event) => event.event === 'trouble' && troubles.push(event.reason) },
    );
    await away.loaded();
    const { changes } = await aDay(3, 100, 2);
    await expect(untilCaptured(config.sources, 500)).rejects.toThrow(/is behind/);
    await away.kill();
    const before = await positionsOnStream();
    await capture.restart();
    await untilCaptured(config.sources);
    const arrived = (await positionsOnStream()).difference(before);
    expect(troubles.length).toBeGreaterThan(0);
    expect(await foldedRows()).toEqual(await rowsInSources());
    expect(arrived.size).toBe(changes);
  }, 60_000);

  test('the task keeps its books on the stream', async () => {
    await sleep(1_200);
    const books = (await stream.readAll()).filter((record) =>
      record.partitionKey.startsWith('.awsdms_'),
    );
    expect(new Set(books.map((record) => record.partitionKey))).toEqual(
      new Set(['.awsdms_status', '.awsdms_history', '.awsdms_suspended_tables']),
    );
  });

  test('the source keeps no log that is on the stream already', async () => {
    await aDay(2, 50, 1);
    await untilCaptured(config.sources);
    const { rows } = await databases.erp.query<{ behind: string }>(
      'SELECT max(pg_current_wal_lsn() - confirmed_flush_lsn) AS behind FROM pg_replication_slots',
    );
    expect(Number(rows[0]?.behind)).toBeLessThan(100_000);
  }, 30_000);
});

const dataRecords = (records: readonly PutRecord[]): readonly PutRecord[] =>
  records.filter(({ text }) => text.includes('"stream-position"'));

// The stream is read shard by shard, so what is new cannot be told by its place; and a kill may send records twice.
const positionsOnStream = async (): Promise<Set<string>> =>
  new Set(dataRecords(await stream.readAll()).map(positionOf));

const positionOf = ({ text }: PutRecord): string => {
  const { metadata } = JSON.parse(text) as { metadata: Record<string, string> };
  return `${metadata['schema-name']} ${metadata['stream-position']}`;
};

const changesOnStream = async (): Promise<readonly ChangeRecord[]> =>
  decodeAll(await stream.readAll());

const decodeAll = (records: readonly PutRecord[]): readonly ChangeRecord[] => {
  const known = definitions();
  return records.flatMap(({ text }) => {
    const decoded = decodeChange(text, known);
    if (!decoded.ok) throw new Error(`${JSON.stringify(decoded.error)}: ${text}`);
    return decoded.value.kind === 'changes' ? decoded.value.records : [];
  });
};

/** Columns that the shop day updates, per table; of other tables the keys alone are compared. */
const UPDATED: Readonly<Record<string, readonly string[]>> = {
  'shop.shop_order': ['state'],
  'crm.service_case': ['status', 'contact_no'],
  'crm.contact': ['remark', 'mobile_phone'],
  'member.member': ['tier', 'mobile', 'home_city'],
};

/** Rows that exist, by the highest version of each, as any consumer would fold the stream. */
const foldedRows = async (): Promise<ReadonlyMap<string, string>> => {
  const newest = new Map<string, ChangeRecord>();
  for (const record of await changesOnStream()) {
    const known = newest.get(record.rowKey);
    if (!known || known.version < record.version) newest.set(record.rowKey, record);
  }
  return new Map(
    [...newest.values()].flatMap((record) => {
      if (record.operation === 'delete' || record.table.startsWith('c360_')) return [];
      const columns = UPDATED[`${record.source}.${record.table}`] ?? [];
      return [
        [record.rowKey as string, columns.map((column) => record.row[column] ?? '').join('|')],
      ];
    }),
  );
};

/** The same, read from the databases. */
const rowsInSources = async (): Promise<ReadonlyMap<string, string>> => {
  const rows = await readSourceRows(postgres.connection);
  const contents = new Map(rows.map((row) => [row.rowKey, '']));
  // Retention lets old events out of the view; what is captured has them all.
  const events = await databases.shop.query<{ key: string }>(
    'SELECT event_id AS key FROM behaviour_event',
  );
  for (const { key } of events.rows)
    contents.set(sourceRowKey('shop', 'behaviour_event', [key]), '');
  for (const [name, columns] of Object.entries(UPDATED)) {
    const [source, table] = name.split('.') as ['shop' | 'crm' | 'member', string];
    const key = { shop_order: 'order_no', service_case: 'case_id', contact: 'contact_no' }[table];
    const text = columns.map((column) => `coalesce(${column}, '')`).join(` || '|' || `);
    const sql = `SELECT ${key ?? 'card_no'} AS key, ${text} AS text FROM ${table}`;
    for (const row of (await databases[source].query<{ key: string; text: string }>(sql)).rows) {
      contents.set(sourceRowKey(source, table, [row.key]), row.text);
    }
  }
  return contents;
};

const definitions = (): Definitions => {
  const folder = new URL('../../../definitions/', import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') }));
  const compiled = compileDefinitions(files);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.error));
  return compiled.value;
};
