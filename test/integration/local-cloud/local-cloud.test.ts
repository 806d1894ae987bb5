/**
 * A tiny assembly on the real engines: stream → function → table → stream → function → API.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CloudClients, cloudClients } from '../../../local/cloud/clients.ts';
import { type LocalCloud, startLocalCloud } from '../../../local/cloud/index.ts';
import { type TinySettings, writeTinyAssembly } from './tiny-assembly.ts';

const root = mkdtempSync(join(tmpdir(), 'local-cloud-'));
const assemblyDir = join(root, 'cdk.out');
const dataDir = join(root, 'data');
const SCOPES = ['c360/profile.read'];

let cloud: LocalCloud;
let clients: CloudClients;
let trouble: string[] = [];

const start = async (settings: TinySettings = {}) => {
  writeTinyAssembly(assemblyDir, settings);
  trouble = [];
  cloud = await startLocalCloud({ assemblyDir, dataDir, log: (line) => trouble.push(line) });
  clients = cloudClients(cloud.endpoints, cloud.region);
};

const stop = async () => {
  clients.close();
  await cloud.stop();
  expect(cloud.refusals).toEqual([]);
};

const nameOf = (names: Readonly<Record<string, string>>, id: string) => String(names[id]);

/** Puts changes 0 … count-1, in turn on `keys` keys called `<prefix>0`, `<prefix>1`, … */
const put = async (
  kinesis: KinesisClient,
  stream: string,
  prefix: string,
  count: number,
  keys: number,
) => {
  const Records = Array.from({ length: count }, (_, n) => ({
    Data: Buffer.from(JSON.stringify({ n })),
    PartitionKey: `${prefix}${n % keys}`,
  }));
  await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
};

const putHere = (prefix: string, count: number, keys: number) =>
  put(clients.kinesis, nameOf(cloud.names.streams, 'Changes'), prefix, count, keys);

/** The changes that a row has seen, in order, repetitions included. */
const seenBy = async (key: string): Promise<number[]> => {
  const { Item } = await clients.dynamodb.send(
    new GetItemCommand({
      TableName: nameOf(cloud.names.tables, 'Customer360'),
      Key: { pk: { S: `row#${key}` }, sk: { S: 'ROW' } },
      ConsistentRead: true,
    }),
  );
  return (Item?.['seen']?.L ?? []).map((it) => Number(it.N));
};

// While an engine starts again it refuses connections, for longer than the SDK repeats a request on a busy machine.
const unlessRefused = (error: { readonly code?: string }): undefined => {
  if (error.code !== 'ECONNREFUSED' && error.code !== 'ECONNRESET') throw error;
};

const eventually = async <Value>(
  ask: () => Promise<Value>,
  holds: (value: Value) => boolean,
): Promise<Value> => {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const value = await ask().catch(unlessRefused);
    if (value !== undefined && holds(value)) return value;
    await delay(50);
  }
  throw new Error(`it never came true: ${JSON.stringify(await ask())}`);
};

/** Waits until `keys` rows have seen every change of a put, and says what each of them saw. */
const allSeen = (prefix: string, count: number, keys: number) =>
  eventually(
    () => Promise.all(Array.from({ length: keys }, (_, key) => seenBy(`${prefix}${key}`))),
    (rows) => rows.reduce((sum, row) => sum + new Set(row).size, 0) === count,
  );

const read = async (path: string, token?: string) => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${cloud.endpoints.api}${path}`, { headers });
  const body = (await response.json()) as { message?: string; count?: number };
  return { status: response.status, body };
};

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

beforeAll(() => start(), 60_000);

afterAll(async () => {
  await stop();
  rmSync(root, { recursive: true, force: true });
}, 30_000);

describe('a tiny assembly', { timeout: 60_000 }, () => {
  test('carries changes from the stream to the API, in the order of each key', async () => {
    await putHere('a', 60, 5);
    const rows = await allSeen('a', 60, 5);
    expect(rows).toEqual(
      Array.from({ length: 5 }, (_, key) => Array.from({ length: 12 }, (_, n) => n * 5 + key)),
    );
    const token = await cloud.token(SCOPES);
    const answer = await eventually(
      () => read('/v1/rows/a3', token),
      ({ body }) => body.count === 12,
    );
    expect(answer.body).toMatchObject({ claims: 'local', secretLength: 64, stored: '{"id":1}' });
  });

  test('answers as API Gateway does to callers without a right', async () => {
    const answers = [
      await read('/v1/rows/a3'),
      await read('/v1/rows/a3', await cloud.token(['other'])),
      await read('/v2/rows/a3', await cloud.token(SCOPES)),
    ];
    expect(answers).toEqual([
      { status: 401, body: { message: 'Unauthorized' } },
      { status: 403, body: { message: 'Forbidden' } },
      { status: 404, body: { message: 'Not Found' } },
    ]);
  });

  test('gives up a poison record alone, whole, and goes on', async () => {
    const StreamName = nameOf(cloud.names.streams, 'Changes');
    const records = ['{"n":0}', '{"n":1}', 'poison', '{"n":2}', '{"n":3}'];
    await clients.kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: records.map((text) => ({ Data: Buffer.from(text), PartitionKey: 'p0' })),
      }),
    );
    await allSeen('p', 4, 1);
    const Bucket = nameOf(cloud.names.buckets, 'Failed');
    const Prefix = 'aws/lambda/';
    const listed = await eventually(
      () => clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix })),
      ({ Contents }) => (Contents ?? []).length > 0,
    );
    const Key = listed.Contents?.[0]?.Key;
    const object = await clients.s3.send(new GetObjectCommand({ Bucket, Key }));
    const record = JSON.parse(String(await object.Body?.transformToString()));
    const { Records } = JSON.parse(record.payload);
    expect(Records.map((it: { kinesis: { data: string } }) => atob(it.kinesis.data))).toEqual([
      'poison',
    ]);
    expect(record.KinesisBatchInfo.batchSize).toBe(1);
  });

  test('counts what the functions emit and what Lambda would count', () => {
    const FunctionName = nameOf(cloud.names.functions, 'Resolve');
    expect(cloud.metrics.sum('Handled')).toBeGreaterThanOrEqual(60);
    expect(cloud.metrics.count('Invocations', { FunctionName })).toBeGreaterThan(0);
    expect(cloud.metrics.percentile('IteratorAge', 50, { FunctionName })).toBeGreaterThanOrEqual(0);
  });

  test('loses nothing when engines are killed at work, and they come back where they were', async () => {
    const before = cloud.enginePids();
    await putHere('b', 200, 10);
    process.kill(Number(before.dynamodb), 'SIGKILL');
    await delay(200);
    process.kill(Number(before.kinesis), 'SIGKILL');
    await allSeen('b', 200, 10);
    const after = cloud.enginePids();
    expect([after.dynamodb, after.kinesis]).not.toEqual([before.dynamodb, before.kinesis]);
    expect(trouble.filter((line) => line.includes('starting it again'))).toHaveLength(2);
  });

  test('refuses a second user of its data folder', async () => {
    const other = fork(new URL('host.ts', import.meta.url), [assemblyDir, dataDir], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    let said = '';
    other.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    await once(other, 'exit');
    expect(said).toContain('is in use by process');
  });

  test('follows the template and continues with its data after a restart', async () => {
    await stop();
    await start({ route: '/v2/rows', batchSize: 7 });
    const token = await cloud.token(SCOPES);
    expect((await read('/v2/rows/a3', token)).body.count).toBe(12);
    expect((await read('/v1/rows/a3', token)).status).toBe(404);
    expect(cloud.plan.mappings.map((it) => it.batchSize)).toEqual([7, 7]);
    await putHere('c', 20, 2);
    await allSeen('c', 20, 2);
  });

  test('loses nothing when the whole process is killed at work, and leaves no engine behind', async () => {
    await stop();
    const host: ChildProcess = fork(new URL('host.ts', import.meta.url), [assemblyDir, dataDir], {
      execArgv: [],
    });
    const [there] = (await once(host, 'message')) as [
      { kinesis: string; stream: string; pids: number[] },
    ];
    const outside = cloudClients({ kinesis: there.kinesis, dynamodb: '', s3: '' }, 'ap-east-1');
    await put(outside.kinesis, there.stream, 'd', 200, 10);
    outside.close();
    await delay(300);
    host.kill('SIGKILL');
    await eventually(
      async () => there.pids.filter(isAlive),
      (alive) => alive.length === 0,
    );
    await start();
    await allSeen('d', 200, 10);
  });

  test('tells to reset when a table on disk has another key', async () => {
    await stop();
    writeTinyAssembly(assemblyDir, { sortKey: 'other' });
    await expect(startLocalCloud({ assemblyDir, dataDir, log: () => undefined })).rejects.toThrow(
      /table Tiny-Customer360 exists with .*start with --reset/,
    );
    await start();
  });
});
