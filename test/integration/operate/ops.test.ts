/**
 * `npm run ops` as an operator types it, against real engines described by an endpoints.json.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeQuarantine } from '#adapters/quarantine/quarantine.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { archiveChanges } from '#application/capture/archive-changes.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { loadMetrics } from '#application/profile/metrics-store.ts';
import { rowVersion } from '#domain/capture/row-version.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { party } from '../../support/builders/rows.ts';
import { createTable, startDynamo, startKinesis, startS3 } from '../../support/engines.ts';

const ROOT = join(import.meta.dirname, '../../..');
const HOUR_AGO = Date.now() - 3_600_000;
const encode = (text: string) => new TextEncoder().encode(text);

let engines: Awaited<ReturnType<typeof startEngines>>;
let data: string;

const startEngines = async () => {
  const [dynamodb, kinesis, s3] = await Promise.all([startDynamo(), startKinesis(), startS3()]);
  const tableName = await createTable(dynamodb.client);
  const auditName = await createTable(dynamodb.client);
  const objects = new S3ObjectStore(s3.client, s3.bucket);
  return { dynamodb, kinesis, s3, tableName, auditName, objects };
};

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tributary-ops-'));
  engines = await startEngines();
  const { dynamodb, kinesis, s3, tableName, auditName } = engines;
  const { bucket } = s3;
  // One bucket serves for all: their keys have nothing in common.
  const names = ['archive', 'failed', 'quarantine', 'definitions', 'drops'];
  const buckets = Object.fromEntries(names.map((name) => [name, bucket]));
  const endpoints = {
    region: 'ap-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
    kinesis: { endpoint: kinesis.endpoint, stream: kinesis.streamName },
    dynamodb: { endpoint: dynamodb.endpoint, table: tableName, audit: auditName },
    secrets: { endpoint: 'http://127.0.0.1:9', pepper: 'pepper', oneIdKey: 'key' },
    // The S3 engine knows one user, unlike the others.
    s3: { endpoint: s3.endpoint, accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', buckets },
  };
  writeFileSync(join(data, 'endpoints.json'), JSON.stringify(endpoints));
});

afterAll(async () => {
  await Promise.all([engines.dynamodb.stop(), engines.kinesis.stop(), engines.s3.stop()]);
  rmSync(data, { recursive: true });
});

const ops = (...args: readonly string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const command = ['tools/ops.ts', ...args, '--data', data];
    const child = execFile(process.execPath, command, { cwd: ROOT }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

const table = () =>
  new DynamoTable({ client: engines.dynamodb.client, tableName: engines.tableName });

/** A resolver on the table, with ids that show their anchor. */
const identityPorts = () => ({
  table: table(),
  mint: (anchor: string) => `one_${anchor}` as OneId,
  clock: Date.now,
  random: Math.random,
  sleep: async () => {},
});

/** Everything on the stream: partition keys with their texts, sorted. */
const onStream = async (): Promise<readonly string[]> => {
  const { client, streamName: StreamName } = engines.kinesis;
  const found: string[] = [];
  for (const ShardId of ['shardId-000000000000', 'shardId-000000000001']) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    const { ShardIterator } = await client.send(new GetShardIteratorCommand(start));
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    for (const { PartitionKey, Data } of Records)
      found.push(`${PartitionKey} ${new TextDecoder().decode(Data)}`);
  }
  return found.sort();
};

test('publish puts definitions in force', async () => {
  const { code, stdout, stderr } = await ops('publish', '--definitions', 'definitions');
  expect([code, stderr]).toEqual([0, expect.stringContaining(`the local cloud in ${data}`)]);
  const source = currentDefinitions({ table: table(), objects: engines.objects }, Date.now);
  const { hash, definitions } = await source.current();
  expect(stdout).toBe(`In force: ${hash}\n`);
  expect(Object.keys(definitions.sources).sort()).toEqual([
    'consents',
    'crm',
    'erp',
    'leads',
    'member',
    'pos',
    'shop',
    'web',
  ]);
});

test('who publishes, and what, is in the audit log', async () => {
  const { client } = engines.dynamodb;
  const entries = [];
  for await (const items of makeScan(client, engines.auditName)()) entries.push(...items);
  const [begun, done] = entries.sort((a, b) => (String(a['state']) < String(b['state']) ? -1 : 1));
  expect(begun).toMatchObject({ operation: 'ops publish', state: 'begun', concern: 'changes' });
  expect(done).toMatchObject({
    client: `os:${userInfo().username}`,
    requestId: begun?.['requestId'],
    state: 'done',
    exit: 0,
    objects: [expect.stringMatching(/^definitions:[0-9a-f]{64}$/)],
  });
});

test('metrics folds the figures of all customers at once', async () => {
  const { code, stdout } = await ops('metrics');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Metrics folded from \d+ items; /)]);
  const stored = await loadMetrics(table());
  expect(stored?.definitions).toMatch(/^[0-9a-f]{64}$/);
});

test('replay puts archived records back, with their keys', async () => {
  await archiveChanges({ objects: engines.objects, compression: gzipCompression }, [
    {
      bytes: encode('archived'),
      partitionKey: 'pos.receipt.1',
      sequenceNumber: '1',
      shardId: 'shardId-000000000000',
      arrivedAt: HOUR_AGO,
    },
  ]);
  expect(await ops('replay')).toMatchObject({ code: 0, stdout: '1 records replayed\n' });
  expect(await onStream()).toEqual(['pos.receipt.1 archived']);
});

test('quarantine lists, and puts back by reason', async () => {
  const origin = { shard: 'shardId-000000000000', sequence: '7', arrivedAt: HOUR_AGO };
  const text = '{"metadata":{"schema-name":"pos","table-name":"\\u001b[2Jtill"}}';
  const record = { bytes: encode(text), reason: 'unknown-table', detail: 'no such table', origin };
  await makeQuarantine(engines.objects, table()).hold(record);

  const listed = await ops('quarantine');
  expect(listed.stdout).toContain('1 records in quarantine\n       1  unknown-table\n');
  expect(listed.stdout).toContain('unknown-table  pos.\u{FFFD}[2Jtill\n  no such table\n');

  const redriven = await ops('quarantine', '--redrive', '--reason', 'unknown-table');
  expect(redriven).toMatchObject({ code: 0, stdout: '1 records put back\n' });
  expect(await onStream()).toContainEqual(expect.stringContaining(text));
  expect((await ops('quarantine')).stdout).toBe('0 records in quarantine\n');
});

test('redrive puts failed changes back and leaves what it cannot read', async () => {
  const data64 = Buffer.from('failed').toString('base64');
  const payload = { Records: [{ kinesis: { partitionKey: 'crm.member.1', data: data64 } }] };
  const failed = { KinesisBatchInfo: {}, payload: JSON.stringify(payload) };
  await engines.objects.put('aws/lambda/m/s/1', encode(JSON.stringify(failed)));
  await engines.objects.put('aws/lambda/m/s/2', encode('cut off {'));
  const item = { pk: { S: 'C#one_nobody' }, sk: { S: 'CUSTOMER' } };
  const event = {
    Records: [{ eventName: 'INSERT', dynamodb: { NewImage: item, SequenceNumber: '1' } }],
  };
  const views = { DDBStreamBatchInfo: {}, payload: JSON.stringify(event) };
  await engines.objects.put('aws/lambda/v/s/1', encode(JSON.stringify(views)));
  const dropped = { requestPayload: { detail: { object: { key: 'drops/crm/contact/gone.csv' } } } };
  await engines.objects.put('aws/lambda/async/i/1', encode(JSON.stringify(dropped)));
  expect(await ops('redrive')).toMatchObject({
    code: 1,
    stdout: 'Failed batches: 1 published, 1 recomputed, 1 imported, 0 discarded, 1 left\n',
  });
  expect(await onStream()).toContain('crm.member.1 failed');
  expect(await engines.objects.get('aws/lambda/m/s/1')).toBeUndefined();
  expect(await engines.objects.get('aws/lambda/m/s/2')).toBeDefined();
});

test('reconcile names a view that is missing, and heals it', async () => {
  const { definitions } = await currentDefinitions(
    { table: table(), objects: engines.objects },
    Date.now,
  ).current();
  const rows = [1, 2, 3].map((n) => party(`crm.contact.${n}`, n, `member-card#${n}`));
  await applyRows(identityPorts(), definitions.namespaces, rows, []);
  const named = await ops('reconcile', '--settle', '0', '--json');
  expect(named.code).toBe(1);
  expect(JSON.parse(named.stdout)).toMatchObject({
    tables: { 'crm.contact': { stored: { rows: 3 }, shown: { rows: 0 }, unowned: 0 } },
    differences: [1, 2, 3].map(() => ({ problem: 'missing', outcome: 'named' })),
  });
  const healed = await ops('reconcile', '--settle', '0', '--heal', '--source', 'crm');
  expect(healed.code).toBe(0);
  expect(healed.stdout).toContain(
    'C#one_crm.contact.2 SUMMARY  missing: view of a customer · healed',
  );
  const again = await ops('reconcile', '--settle', '0');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining(' 0 differences\n') });
  expect(again.stdout).toMatch(/crm\.contact +3 stored, 3 shown, 0 of nobody .* equal/);
});

test('sweep names rows that a load did not bring, and puts tombstones on the stream', async () => {
  const { definitions } = await currentDefinitions(
    { table: table(), objects: engines.objects },
    Date.now,
  ).current();
  const old = { ...party('crm.contact.4', 1), version: rowVersion(0, 'load', '', 0) };
  await applyRows(identityPorts(), definitions.namespaces, [old], []);
  const sweep = ['sweep', '--source', 'crm', '--table', 'contact', '--generation', '1'];
  expect(await ops(...sweep)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('more than a fifth of the table'),
  });
  expect((await ops(...sweep, '--dry-run')).stdout).toBe(
    'crm.contact.4\n1 rows of crm.contact would be tombstoned\n',
  );
  expect((await ops(...sweep, '--all')).stdout).toBe('1 rows of crm.contact are tombstoned\n');
  expect(await onStream()).toContainEqual(
    expect.stringMatching(/^crm\.contact\.4 \{"tributary":"tombstone","source":"crm"/),
  );
});

test.each([
  ['an unknown command', ['frobnicate'], 2, 'Usage: npm run ops'],
  ['an unknown flag', ['publish', '--force'], 1, "Unknown option '--force'"],
  ['no selection', ['quarantine', '--redrive'], 1, 'Say which'],
  ['two intentions', ['quarantine', '--redrive', '--delete'], 1, 'Either --redrive or --delete'],
  ['no time', ['replay', '--from', 'yesterday'], 1, '--from takes a time'],
  ['a folder without definitions', ['publish', '--definitions', 'docs'], 1, 'to correct'],
  ['an unknown source', ['reconcile', '--source', 'x'], 1, 'know no source x'],
  ['a sweep of no table', ['sweep', '--source', 'pos', '--table', 'x'], 1, 'know no pos.x'],
  [
    'a sweep after another load',
    ['sweep', '--source', 'pos', '--table', 'receipt', '--generation', '9'],
    1,
    'generation 1 of pos is in force',
  ],
  ['no such database', ['reconcile', '--against', 'oracle'], 1, '--against takes postgres'],
  ['no seconds', ['reconcile', '--settle', 'long'], 1, '--settle takes a number'],
  ['two places', ['publish', '--stack', 'Tributary-dev-Data'], 1, 'not both'],
])('%s is answered with a sentence', async (_name, args, code, sentence) => {
  const answer = await ops(...args);
  expect([answer.code, answer.stdout]).toEqual([code, '']);
  expect(answer.stderr).toContain(sentence);
  expect(answer.stderr).not.toContain('    at ');
});
