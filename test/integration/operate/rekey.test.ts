/**
 * The rotation of the pepper as an operator types it, on real engines: killed in its midst, and run again.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeOneIdMinter } from '#adapters/crypto/one-id-minter.ts';
import { parsePeppers } from '#adapters/crypto/peppers.ts';
import { makePseudonymiser } from '#adapters/crypto/pseudonym.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { MemoryQuarantine } from '#adapters/memory/quarantine.ts';
import { resolveBatch } from '#application/identity/resolve-batch.ts';
import type { Item } from '#application/shared/table.ts';
import type { MappingState } from '../../../local/cloud/engines/lambda-api.ts';
import { startSideServices } from '../../../local/cloud/engines/side-services.ts';
import { audit } from '../../support/audit.ts';
import { dmsText } from '../../support/builders/dms-record.ts';
import { createTable, startDynamo, startKinesis } from '../../support/engines.ts';
import { showCustomers } from '../../support/identity-store.ts';
import { batchOf } from '../../support/pipeline.ts';
import { writeScoredFolder } from '../../support/scored-definitions.ts';

const ROOT = join(import.meta.dirname, '../../..');
const PEPPER = 'a pepper that nobody could guess at all';
const KEY = 'a key of ids that nobody could guess';
const MEMBERS = 600;

let engines: Awaited<ReturnType<typeof startEngines>>;
let data: string;
/** The resolver's mapping, and each state that it was brought to. */
const mapping = { state: 'Enabled' as MappingState, log: [] as string[] };

const startEngines = async () => {
  const [dynamodb, kinesis] = await Promise.all([startDynamo(), startKinesis()]);
  const services = await startSideServices(join(data, 'secrets.json'), 0, (name) => name);
  services.secrets.create('pepper', 'pepper', PEPPER);
  services.secrets.create('key', 'key', KEY);
  const arn = `arn:aws:kinesis:ap-east-1:000000000000:stream/${kinesis.streamName}`;
  services.serveLambda({
    mappings: () => [
      { UUID: 'u1', State: mapping.state, EventSourceArn: arn, FunctionArn: 'arn:resolve' },
    ],
    setEnabled: (_uuid, enabled) => {
      mapping.state = enabled ? 'Enabled' : 'Disabled';
      mapping.log.push(mapping.state);
    },
    environment: () => ({ FUNCTION_ID: 'identity/resolve-identity' }),
  });
  return {
    dynamodb,
    kinesis,
    services,
    tableName: await createTable(dynamodb.client),
    auditName: await createTable(dynamodb.client),
  };
};

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'tributary-rekey-'));
  engines = await startEngines();
  const { dynamodb, kinesis, services, tableName, auditName } = engines;
  const endpoints = {
    region: 'ap-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
    kinesis: { endpoint: kinesis.endpoint, stream: kinesis.streamName },
    dynamodb: { endpoint: dynamodb.endpoint, table: tableName, audit: auditName },
    secrets: { endpoint: services.endpoint, pepper: 'pepper', oneIdKey: 'key' },
    s3: { endpoint: 'http://127.0.0.1:9', buckets: {} },
  };
  writeFileSync(join(data, 'endpoints.json'), JSON.stringify(endpoints));
  writeScoredFolder(join(data, 'definitions'));
}, 60_000);

afterAll(async () => {
  engines.services.close();
  await Promise.all([engines.dynamodb.stop(), engines.kinesis.stop()]);
  rmSync(data, { recursive: true });
});

const start = (...args: readonly string[]) => {
  const command = ['tools/ops.ts', ...args, '--data', data];
  let said = '';
  const child = execFile(process.execPath, command, { cwd: ROOT });
  const ended = new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    let stdout = '';
    child.stdout?.on('data', (text) => {
      stdout += text;
    });
    child.stderr?.on('data', (text) => {
      said += text;
    });
    child.on('close', () => resolve({ code: child.exitCode ?? -1, stdout, stderr: said }));
  });
  return { child, said: () => said, ended };
};
const ops = (...args: readonly string[]) => start(...args).ended;

const definitions = () => {
  const read = readDefinitions(join(data, 'definitions'));
  if (!read.ok) throw new Error('the definitions do not compile');
  return read.value;
};

const resolve = async (...texts: readonly string[]) => {
  const current = definitions();
  const secret = engines.services.secrets.find('pepper')?.value ?? '';
  const ports = {
    table: new DynamoTable({ client: engines.dynamodb.client, tableName: engines.tableName }),
    quarantine: new MemoryQuarantine(),
    definitions: async () => current,
    pseudonymise: makePseudonymiser(secret, KEY),
    mint: makeOneIdMinter(KEY),
    clock: Date.now,
    random: Math.random,
    sleep: async (ms: number) => void (await delay(ms)),
  };
  for (let at = 0; at < texts.length; at += 100)
    expect(await resolveBatch(ports, batchOf(...texts.slice(at, at + 100)))).toMatchObject({
      failed: [],
      quarantined: 0,
    });
};

const stored = async (): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for await (const page of makeScan(engines.dynamodb.client, engines.tableName)())
    items.push(...page);
  return items;
};

/** Two of three members share a phone with the one before; receipts on their cards. */
const texts = Array.from({ length: MEMBERS }, (_, n) => [
  dmsText({
    table: 'member',
    operation: 'load',
    data: {
      id: String(n),
      nm: '张伟',
      born: '1990-05-17',
      mobile: String(91_000_000 + Math.floor(n / 3)),
      card_no: `C${n}`,
    },
  }),
  dmsText({ table: 'receipt', operation: 'load', data: { no: `R${n}`, card_no: `C${n}` } }),
]).flat();

test('a rotation that was killed goes on, and nobody is another customer after it', async () => {
  await resolve(...texts);
  const before = await stored();
  expect(audit(before, definitions().definitions.namespaces)).toEqual([]);

  const killed = start('rekey', '--settle', '0');
  await expect.poll(() => killed.said(), { timeout: 20_000, interval: 5 }).toContain('copy');
  await delay(150);
  killed.child.kill('SIGKILL');
  await killed.ended;
  const status = await ops('rekey', 'status', '--json');
  expect(JSON.parse(status.stdout)).toMatchObject({ current: 1, to: 2, phase: 'copy' });
  expect(mapping.log).toEqual(['Disabled']);
  expect(await ops('decide', 'never', 'a', 'b', '--actor', 'k', '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('The pepper is being rotated'),
  });

  const again = await ops('rekey', '--settle', '0');
  expect(again).toMatchObject({ code: 0, stdout: 'In force: version 2 of the pepper\n' });
  expect(mapping.log).toEqual(['Disabled', 'Enabled']);
  expect(parsePeppers(engines.services.secrets.find('pepper')?.value ?? '')).toMatchObject({
    current: 2,
    peppers: [PEPPER, expect.stringMatching(/^[\w-]{64}$/)],
  });
  const after = await stored();
  const policy = definitions().definitions.namespaces;
  expect(audit(after, policy)).toEqual([]);
  expect(showCustomers(after).toSorted()).toEqual(showCustomers(before).toSorted());
  const kinds = (items: readonly Item[]) =>
    Object.entries(Object.groupBy(items, ({ pk }) => pk.split('#')[0] ?? ''))
      .filter(([kind]) => kind !== 'UPKEEP' && kind !== 'FRESHNESS')
      .map(([kind, some]) => [kind, some?.length])
      .toSorted();
  // Lookups are the view's matter, and nobody has made any here but the rotation.
  expect(kinds(after).filter(([kind]) => kind !== 'L')).toEqual(kinds(before));

  await resolve(...texts);
  expect(showCustomers(await stored()).toSorted()).toEqual(showCustomers(before).toSorted());
  expect(audit(await stored(), policy)).toEqual([]);
}, 180_000);
