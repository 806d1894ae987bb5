/**
 * A stranger's source: a PostgreSQL table and a CSV export that no code has ever seen show up in profiles, with nothing
 * but definitions. Its database is loaded and followed, its file is dropped into the bucket; what the templates say
 * carries both.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishDefinitions } from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { must } from '#domain/shared/assert.ts';
import { startCapture } from '../../../local/capture/start-capture.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/cloud/index.ts';
import { type Endpoints, endpointsOf, writeEndpoints } from '../../../local/run/endpoints.ts';
import { synthesize } from '../../../local/run/synthesize.ts';
import { type PostgresServer, startPostgres } from '../../../local/sources/postgres/server.ts';

const ROOT = join(import.meta.dirname, '../../..');
const dataDir = mkdtempSync(join(tmpdir(), 'tributary-stranger-'));
const definitionsDir = join(dataDir, 'definitions');
const quiet = () => undefined;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The demo's rules without its sources, and the stranger's two files: what somebody new would write. */
const writeDefinitions = (): void => {
  mkdirSync(join(definitionsDir, 'views'), { recursive: true });
  mkdirSync(join(definitionsDir, 'sources'), { recursive: true });
  const identity = readFileSync(join(ROOT, 'definitions/identity.yaml'), 'utf8');
  writeFileSync(
    join(definitionsDir, 'identity.yaml'),
    `${identity}  loyalty-number: { priority: 30, normalise: code, cap: 50, limit: 1 }\n`,
  );
  writeFileSync(
    join(definitionsDir, 'views/customer-360.yaml'),
    `profile:
  name: { sources: [loyalty] }
  city: { sources: [loyalty] }
measures:
  visitCount: { of: visit, fold: count }
  lastVisitAt: { of: visit, fold: latest, field: at }
  spend: { of: order, fold: money, field: total }
`,
  );
  for (const source of ['loyalty', 'salon'])
    cpSync(
      join(import.meta.dirname, `${source}.yaml`),
      join(definitionsDir, `sources/${source}.yaml`),
    );
};

let cloud: LocalCloud;
let postgres: PostgresServer;
let endpoints: Endpoints;
let capture: ReturnType<typeof startCapture>;

const sql = async (database: string, text: string): Promise<void> => {
  const client = new pg.Client({ ...postgres.connection('erp'), database });
  await client.connect();
  await client.query(text);
  await client.end();
};

const clients = () => ({
  dynamodb: makeDynamoClient({
    endpoint: endpoints.dynamodb.endpoint,
    region: endpoints.region,
    credentials,
  }),
  s3: makeS3Client({
    endpoint: endpoints.s3.endpoint,
    region: endpoints.region,
    credentials,
    forcePathStyle: true,
  }),
});

const publish = async (): Promise<void> => {
  const read = readDefinitions(definitionsDir);
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const { dynamodb, s3 } = clients();
  const table = new DynamoTable({ client: dynamodb, tableName: endpoints.dynamodb.table });
  const objects = new S3ObjectStore(s3, endpoints.s3.buckets.definitions);
  await publishDefinitions({ table, objects }, read.value.definitions);
};

beforeAll(async () => {
  writeDefinitions();
  const [assemblyDir, server] = await Promise.all([
    synthesize(dataDir, definitionsDir, quiet),
    startPostgres({ dataDir, reset: false, log: quiet }),
  ]);
  postgres = server;
  await sql('postgres', 'create database loyalty');
  await sql(
    'loyalty',
    `create table kunde (kunden_nr text primary key, name text, telefon text, ort text);
     create table einkauf (beleg bigint primary key, kunden_nr text, betrag numeric(12,2), gekauft_am timestamp);
     insert into kunde values ('K-1', 'Tan  Wei', '9123 4567', 'Singapore'), ('K-2', 'Nobody', null, null);
     insert into einkauf values (9007199254740993, 'K-1', 120.50, '2026-11-20 18:30:00');`,
  );
  cloud = await startLocalCloud({ assemblyDir, dataDir, log: quiet });
  endpoints = await endpointsOf(cloud, postgres);
  writeEndpoints(dataDir, endpoints);
  await publish();
  const connection = { ...postgres.connection('erp'), database: 'loyalty' };
  capture = startCapture(
    {
      sources: [{ source: 'loyalty', connection, generation: 1, tables: ['kunde', 'einkauf'] }],
      kinesis: { ...endpoints.kinesis, region: endpoints.region, ...credentials },
      stateDir: join(dataDir, 'capture'),
    },
    { onError: quiet },
  );
}, 120_000);

afterAll(async () => {
  await capture?.stop();
  await cloud?.stop();
  await postgres?.stop();
  rmSync(dataDir, { recursive: true, force: true });
  expect(cloud?.refusals).toEqual([]);
});

const profile = async (identifier: string): Promise<Record<string, unknown>> => {
  const response = await fetch(`${endpoints.api}/v1/profiles/${encodeURIComponent(identifier)}`, {
    headers: { authorization: `Bearer ${endpoints.token}` },
  });
  return (await response.json()) as Record<string, unknown>;
};

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('not within 30 s');
    await sleep(200);
  }
};

const drop = async (text: Uint8Array, name: string): Promise<string> => {
  const Key = `drops/salon/booking/${name}`;
  await clients().s3.send(
    new PutObjectCommand({ Bucket: endpoints.s3.buckets.drops, Key, Body: text }),
  );
  return Key;
};

/** `预约编号(必填),手机,到店时间` in GB 18030. */
const HEAD = Buffer.from('d4a4d4bcb1e0bac528b1d8ccee292ccad6bbfa2cb5bdb5eacab1bce40a', 'hex');

test('a database and a file that no code has seen are in one profile', async () => {
  await until(async () => (await profile('loyalty-number:K-1'))['profile'] !== undefined);
  await sql('loyalty', "insert into einkauf values (2, 'K-1', 9.50, '2026-11-21 10:00:00')");
  const rows = 'B1,+6591234567,2026-11-21 09:00:00\nB2,+6591234567,2026-11-22 09:00\n,x,\n';
  await drop(Buffer.concat([HEAD, Buffer.from(rows)]), '2026-11-22.csv');
  await until(async () => (await profile('phone:+6591234567'))['visitCount'] === 2);
  await until(async () =>
    JSON.stringify((await profile('loyalty-number:K-1'))['spend']).includes('130.00'),
  );
  expect(await profile('loyalty-number:K-1')).toMatchObject({
    profile: { name: { value: 'Tan Wei', source: 'loyalty' }, city: { value: 'Singapore' } },
    visitCount: 2,
    lastVisitAt: '2026-11-22T01:00:00.000Z',
    spend: [{ amount: '130.00', currency: 'SGD' }],
  });
});

test('the file has a report, and importing it again changes nothing', async () => {
  const report = await new S3ObjectStore(clients().s3, endpoints.s3.buckets.drops).get(
    'reports/salon/booking/2026-11-22.csv.json',
  );
  expect(JSON.parse(new TextDecoder().decode(must(report, 'report')))).toMatchObject({
    state: 'done',
    rows: 3,
    published: 2,
    rejectedLines: [{ line: 4, reason: 'missing-key' }],
  });
  const before = await profile('loyalty-number:K-1');
  const [importer] = Object.entries(cloud.names.functions).filter(
    ([id]) => id === 'capture/import-file',
  );
  const answer = await cloud.invoke(must(importer, 'function')[1], {
    detail: {
      bucket: { name: endpoints.s3.buckets.drops },
      object: { key: 'drops/salon/booking/2026-11-22.csv' },
    },
  });
  expect(answer.kind).toBe('success');
  await sleep(1_000);
  const { version } = await profile('loyalty-number:K-1');
  expect(version).toBe(before['version']);
});

test('operators see what became of files, and which rows break a rule', () => {
  const ops = (...args: readonly string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'tools/ops.ts'), ...args, '--data', dataDir], {
      cwd: ROOT,
      encoding: 'utf8',
    }).stdout;
  expect(ops('imports')).toContain('3 rows, 2 published, 1 rejected');
  expect(ops('quality')).toContain(
    '1  warn  phone-missing  loyalty.kunde.telefon\n  loyalty.kunde.K-2',
  );
});
