/**
 * The local cloud from the synthesized templates with the demo's definitions in force, without source databases: records
 * are put on the stream by hand, and asked for through the API.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '#adapters/crypto/sha256.ts';
import { publishDefinitions } from '#adapters/definitions/current-definitions.ts';
import { readDefinitions } from '#adapters/definitions/read-folder.ts';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makeScan } from '#adapters/dynamodb/scan.ts';
import { DynamoTable } from '#adapters/dynamodb/table.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import type { Item, Table } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud/index.ts';
import { synthesize } from '../../local/run/synthesize.ts';
import { ASSEMBLIES_VARIABLE } from './shared-assemblies.ts';

const DEFINITIONS = join(import.meta.dirname, '../../definitions');
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/** A cloud that serves. */
export interface ServingCloud {
  readonly cloud: LocalCloud;
  readonly dataDir: string;
  readonly api: string;
  /** What the cloud itself has said. */
  readonly lines: readonly string[];
  table(id: string): Table;
  bucket(id: string): S3ObjectStore;
  /** Every item of a table. */
  items(id: string): Promise<readonly Item[]>;
  /** Puts records (JSON text) on the change stream, each under its row key. */
  publish(records: readonly { readonly key: string; readonly data: string }[]): Promise<void>;
  /** Lets a function work now, as its schedule would within a minute. */
  work(functionId: string): Promise<void>;
  /** Asks a route; a body makes it a POST. */
  ask(path: string, asked?: Asked): Promise<Answered>;
  stop(): Promise<void>;
}

/** What is asked besides the path. */
export interface Asked {
  readonly method?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer, its body read. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
}

/**
 * Starts the cloud; takes some seconds, most of them for the first synthesis of a context.
 * @param context that of the app
 * @param inForce folder of the definitions that are published; the cloud is that of the demo's
 * @param prepare puts into the data folder what shall be there at the start
 */
export const startServingCloud = async (
  context: Readonly<Record<string, string>> = {},
  inForce = DEFINITIONS,
  prepare: (dataDir: string) => void = () => undefined,
): Promise<ServingCloud> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tributary-serving-'));
  prepare(dataDir);
  const assemblies = assembliesOf(context) ?? dataDir;
  const assemblyDir = await synthesize(assemblies, DEFINITIONS, () => undefined, context);
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const cloud = await startLocalCloud({ assemblyDir, dataDir, log });
  const { endpoints, names, region } = cloud;
  const s3 = makeS3Client({ endpoint: endpoints.s3, region, credentials, forcePathStyle: true });
  const dynamo = makeDynamoClient({ endpoint: endpoints.dynamodb, region, credentials });
  const kinesis = makeKinesisClient({ endpoint: endpoints.kinesis, region, credentials });
  const table = (id: string) =>
    new DynamoTable({ client: dynamo, tableName: String(names.tables[id]) });
  const bucket = (id: string) => new S3ObjectStore(s3, String(names.buckets[id]));
  const read = readDefinitions(inForce);
  if (!read.ok) throw new Error('the definitions do not compile');
  const stores = { table: table('Customer360'), objects: bucket('Definitions') };
  await publishDefinitions(stores, read.value.definitions);
  const put = makePublish(kinesis, String(names.streams['Changes']));
  const api = String(endpoints.api);
  return {
    cloud,
    dataDir,
    api,
    lines,
    table,
    bucket,
    items: async (id) => {
      const items: Item[] = [];
      for await (const page of makeScan(dynamo, String(names.tables[id]))()) items.push(...page);
      return items;
    },
    publish: async (records) => {
      await put(records.map(({ key, data }) => ({ partitionKey: key, bytes: Buffer.from(data) })));
    },
    work: async (functionId) => {
      const found = Object.entries(names.functions).find(([id]) => id.endsWith(functionId));
      await cloud.invoke(must(found, `function ${functionId}`)[1], {});
    },
    ask: (path, asked) => ask(cloud, api, path, asked),
    stop: async () => {
      for (const client of [s3, dynamo, kinesis]) client.destroy();
      await cloud.stop();
      rmSync(dataDir, { recursive: true, force: true });
      // What a role does not allow here fails on AWS, even where nobody waits for the function.
      if (cloud.refusals.length > 0) throw new Error(cloud.refusals.join('\n'));
    },
  };
};

// A folder keeps one assembly, so each context has its own. Outside of a test run a cloud makes its assembly itself.
const assembliesOf = (context: Readonly<Record<string, string>>): string | undefined => {
  const folder = process.env[ASSEMBLIES_VARIABLE];
  return folder && join(folder, sha256(JSON.stringify(context)).slice(0, 12));
};

const ask = async (
  cloud: LocalCloud,
  api: string,
  path: string,
  { method, claims, scopes, headers, body }: Asked = {},
): Promise<Answered> => {
  const token = await cloud.token(scopes, {
    subject: 'local',
    claims: claims ?? { c360_role: 'admin' },
  });
  const response = await fetch(`${api}${path}`, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
};

/** Waits until something holds. */
export const until = async (
  holds: () => Promise<boolean>,
  patienceMs = 20_000,
  pauseMs = 100,
): Promise<void> => {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs} ms`);
    await sleep(pauseMs);
  }
};

/** Records (JSON text, as DMS writes them) under the keys of the rows that they are about. */
export const keyed = (texts: readonly string[]) =>
  texts.map((text) => {
    const { metadata, data: row } = JSON.parse(text);
    const key = String(Object.values(row as object)[0]);
    return { key: `${metadata['schema-name']}.${metadata['table-name']}.${key}`, data: text };
  });
