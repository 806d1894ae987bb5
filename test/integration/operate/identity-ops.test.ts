/**
 * Review, explanations and changed rules as an operator types them, on the real engine: rows go through the use case of
 * the function, and `npm run ops` reads and decides.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { currentDefinitions } from '#adapters/definitions/current-definitions.ts';
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { MemoryQuarantine } from '#adapters/memory/quarantine.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { resolveBatch } from '#application/identity/resolve-batch.ts';
import type { Item } from '#application/shared/table.ts';
import { startSideServices } from '../../../local/cloud/engines/side-services.ts';
import { audit } from '../../support/audit.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { createTable, startDynamo, startS3 } from '../../support/engines.ts';
import { batchOf } from '../../support/pipeline.ts';
import { SCORED_FILES, writeScoredFolder } from '../../support/scored-definitions.ts';

const ROOT = join(import.meta.dirname, '../../..');
const [PEPPER, KEY] = [
  'a pepper that nobody could guess at all',
  'a key of ids that nobody could guess',
];

let engines: Awaited<ReturnType<typeof startEngines>>;
let data: string;

const startEngines = async () => {
  const [dynamodb, s3] = await Promise.all([startDynamo(), startS3()]);
  const secrets = await startSideServices(join(data, 'secrets.json'), 0, (name) => name);
  secrets.secrets.create('pepper', 'pepper', PEPPER);
  secrets.secrets.create('key', 'key', KEY);
  return {
    dynamodb,
    s3,
    secrets,
    tableName: await createTable(dynamodb.client),
    auditName: await createTable(dynamodb.client),
  };
};

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tributary-identity-ops-'));
  engines = await startEngines();
  const { dynamodb, s3, secrets, tableName, auditName } = engines;
  const { bucket } = s3;
  const endpoints = {
    region: 'ap-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
    kinesis: { endpoint: 'http://127.0.0.1:9', stream: 'none' },
    dynamodb: { endpoint: dynamodb.endpoint, table: tableName, audit: auditName },
    secrets: { endpoint: secrets.endpoint, pepper: 'pepper', oneIdKey: 'key' },
    s3: {
      endpoint: s3.endpoint,
      accessKeyId: 'S3RVER',
      secretAccessKey: 'S3RVER',
      buckets: { archive: bucket, failed: bucket, quarantine: bucket, definitions: bucket },
    },
  };
  writeFileSync(join(data, 'endpoints.json'), JSON.stringify(endpoints));
  writeScoredFolder(join(data, 'definitions'));
  // Whatever two rows say, it is too little.
  const strict = SCORED_FILES['identity.yaml']
    .replace('link: 1', 'link: 60')
    .replace('uncorroborated: 4', 'uncorroborated: 60');
  writeScoredFolder(join(data, 'strict'), { 'identity.yaml': strict });
  writeScoredFolder(join(data, 'blocking'), {
    'identity.yaml': strict.replace('+85290000000', '+85291234567'),
  });
  writeScoredFolder(join(data, 'without'), {
    'identity.yaml': SCORED_FILES['identity.yaml'].replace(/ {2}phone: .*\n/, ''),
    'sources/pos.yaml': SCORED_FILES['sources/pos.yaml'].replace(/ {6}- .*mobile }\n/, ''),
  });
});

afterAll(async () => {
  engines.secrets.close();
  await Promise.all([engines.dynamodb.stop(), engines.s3.stop()]);
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

const definitionsNow = () => {
  const { client, bucket } = engines.s3;
  return currentDefinitions(
    { table: table(), objects: new S3ObjectStore(client, bucket) },
    Date.now,
  );
};

const members = async (...rows: readonly Record<string, string>[]) => {
  const ports = {
    table: table(),
    quarantine: new MemoryQuarantine(),
    definitions: definitionsNow().current,
    pseudonymise: makePseudonymiser(PEPPER, KEY),
    mint: makeOneIdMinter(KEY),
    clock: Date.now,
    random: Math.random,
    sleep: async (ms: number) => void (await delay(ms)),
  };
  const texts = rows.map((row) => dmsText({ table: 'member', operation: 'load', data: row }));
  expect(await resolveBatch(ports, batchOf(...texts))).toMatchObject({
    applied: rows.length,
    failed: [],
  });
};

const problems = async (): Promise<readonly string[]> => {
  const items: Item[] = [];
  for await (const page of makeScan(engines.dynamodb.client, engines.tableName)())
    items.push(...page);
  const { definitions } = await definitionsNow().current();
  return audit(items, definitions.namespaces);
};

test('rows that are alike are one customer, and why says by what, masked', async () => {
  expect(await ops('publish', '--definitions', join(data, 'definitions'))).toMatchObject({
    code: 0,
  });
  await members(
    { id: '1', nm: '张伟', born: '1990-05-17', mobile: '91234567' },
    { id: '2', nm: '張偉', born: '1990-05-17' },
    { id: '3', nm: '张伟' },
    { id: '4', nm: 'Robert Smith', born: '1971-06-24', mobile: '91234567' },
  );
  const { code, stdout } = await ops('why', 'pos.member.1', 'pos.member.2');
  expect(code).toBe(0);
  expect(stdout).toMatch(/score \d+\.\d+ \(links from 1, review from -2\), model [0-9a-f]{12}/);
  expect(stdout).toContain('张** / 张**');
  expect(stdout).toContain('birth-date same: 1990-**-** / 1990-**-**');
  expect(stdout).not.toContain('张伟');
});

test('what is not enough waits for review with its weight, and why-not says so', async () => {
  const listed = JSON.parse((await ops('held', '--json')).stdout);
  expect(listed).toContainEqual(
    expect.objectContaining({
      namespace: 'score',
      reasons: ['review'],
      weight: expect.any(Number),
    }),
  );
  const { stdout } = await ops('why-not', 'pos.member.1', 'pos.member.3');
  expect(stdout).toMatch(/held {2}review {2}score -?\d/);
  const contradicted = await ops('why-not', 'pos.member.1', 'pos.member.4');
  expect(contradicted.stdout).toContain('held  contradicted  phone +852****4567');
});

test('a decision joins them, is what why names, and can be taken back', async () => {
  const by = ['--actor', 'kim', '--reason', 'known at the counter'];
  const decided = await ops('decide', 'always', 'pos.member.1', 'pos.member.3', ...by);
  expect(decided).toMatchObject({ code: 0, stdout: expect.stringContaining('always-link') });
  expect((await ops('why', 'pos.member.1', 'pos.member.3')).stdout).toContain('decided by kim');
  expect(await problems()).toEqual([]);
  const [id = ''] = decided.stdout.split(' ');
  expect(await ops('decide', 'revoke', id, ...by)).toMatchObject({ code: 0 });
  expect(await ops('why', 'pos.member.1', 'pos.member.3')).toMatchObject({ code: 1 });
  expect(await problems()).toEqual([]);
});

test('applying other rules comes to what the preview lists', async () => {
  const strict = ['--definitions', join(data, 'strict')];
  const before = JSON.parse((await ops('preview', ...strict, '--json')).stdout);
  expect(before).toMatchObject({ readAnew: [], customers: [3, 4] });
  expect(before.events).toContainEqual(expect.objectContaining({ type: 'identity.split' }));
  const told = (await ops('preview', ...strict)).stdout;
  expect(told).toMatch(
    /1 identity\.split\n {2}one_\S+ leaves one_\S+\n {4}one_\S+, 1 units: pos\.member\.\d/,
  );
  expect(told).toMatch(/held {2}review {2}score \d/);
  expect(told).toMatch(/1 ids change\n {2}one_\S+ becomes one_\S+ for 1 units/);
  expect(told).not.toContain('张伟');
  expect(await ops('apply', ...strict, '--settle', '0')).toMatchObject({ code: 0 });
  expect(await ops('why', 'pos.member.1', 'pos.member.2')).toMatchObject({ code: 1 });
  const after = JSON.parse((await ops('preview', ...strict, '--json')).stdout);
  expect(after).toMatchObject({ events: [], unaffected: 4, customers: [4, 4] });
  expect(await problems()).toEqual([]);
});

test('of rows that would say other values, the archive tells; those that it does not hold are named', async () => {
  const blocking = ['--definitions', join(data, 'blocking')];
  const { stdout, stderr } = await ops('preview', ...blocking, '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    readAnew: ['namespace phone'],
    ...{ events: [], reread: 0, unknown: 4, passing: 0 },
  });
  expect(stderr).toContain('4 rows are not in the archive as they are stored');
  expect(stderr).toContain('pos.member.4');
});

test('a namespace that goes is refused, and nothing is published', async () => {
  const without = ['--definitions', join(data, 'without')];
  const refused = await ops('apply', ...without, '--settle', '0');
  expect(refused).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('namespace phone is gone: keep it'),
  });
});
