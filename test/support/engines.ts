/**
 * Local engines for tests: each on a free port of 127.0.0.1, with data of its own, stopped by its process id.
 * @module
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListStreamsCommand,
} from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, type S3Client } from '@aws-sdk/client-s3';
import { makeDynamoClient } from '#adapters/dynamodb/client.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makeS3Client } from '#adapters/s3/client.ts';

/** A running engine. */
export interface Engine {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** Settings that a local engine accepts. */
const LOCAL = {
  region: 'ap-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
} as const;

/** Starts a DynamoDB engine in memory and waits until it answers. */
export const startDynamo = async (): Promise<Engine & { readonly client: DynamoDBClient }> => {
  const program = join(require.resolve('@dynoxide/linux-x64/package.json'), '..', 'dynoxide');
  const port = await freePort();
  const child = spawn(program, ['serve', '--port', String(port)], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  const client = makeDynamoClient({ endpoint, ...LOCAL });
  await untilAnswering(child, () => client.send(new ListTablesCommand({})));
  return {
    endpoint,
    client,
    stop: async () => {
      client.destroy();
      await stopChild(child);
    },
  };
};

let tables = 0;

/** Creates a table with the product's keys; returns its name. */
export const createTable = async (client: DynamoDBClient): Promise<string> => {
  const TableName = `customer360-${++tables}`;
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  return TableName;
};

/** Starts the S3 engine of the local cloud on a folder of its own, with one empty bucket. */
export const startS3 = async (): Promise<
  Engine & { readonly client: S3Client; readonly bucket: string }
> => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-s3-'));
  const host = await startHost('s3-host', {
    path: join(folder, 'objects'),
    incoming: join(folder, 'incoming'),
  });
  const client = makeS3Client({ ...LOCAL, endpoint: host.endpoint, forcePathStyle: true });
  const bucket = 'tributary-test';
  await untilAnswering(host.child, () => client.send(new CreateBucketCommand({ Bucket: bucket })));
  return { ...engineOf(host, client, folder), client, bucket };
};

/** Starts the Kinesis engine of the local cloud on a folder of its own, with one stream of two shards. */
export const startKinesis = async (): Promise<
  Engine & { readonly client: KinesisClient; readonly streamName: string }
> => {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-kinesis-'));
  const host = await startHost('kinesis-host', { path: join(folder, 'kinesis') });
  const client = makeKinesisClient({ ...LOCAL, endpoint: host.endpoint });
  await untilAnswering(host.child, () => client.send(new ListStreamsCommand({})));
  const streamName = 'changes';
  await client.send(new CreateStreamCommand({ StreamName: streamName, ShardCount: 2 }));
  await untilActive(client, streamName);
  return { ...engineOf(host, client, folder), client, streamName };
};

interface Host {
  readonly child: ChildProcess;
  readonly endpoint: string;
}

const startHost = async (name: string, settings: object): Promise<Host> => {
  const port = await freePort();
  const module = new URL(`../../local/cloud/engines/hosts/${name}.ts`, import.meta.url);
  const child = fork(module, [JSON.stringify({ port, ...settings })], {
    // s3rver encrypts the tokens of its pages with a cipher of OpenSSL's legacy provider.
    execArgv: ['--openssl-legacy-provider'],
    stdio: 'ignore',
  });
  return { child, endpoint: `http://127.0.0.1:${port}` };
};

const engineOf = (host: Host, client: { destroy(): void }, folder: string): Engine => ({
  endpoint: host.endpoint,
  stop: async () => {
    client.destroy();
    await stopChild(host.child);
    await rm(folder, { recursive: true, force: true });
  },
});

const untilActive = async (client: KinesisClient, StreamName: string): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await client.send(new DescribeStreamSummaryCommand({ StreamName }));
    if (answer.StreamDescriptionSummary?.StreamStatus === 'ACTIVE') return;
    await sleep(20);
  }
  throw new Error('stream did not become active in time');
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const untilAnswering = async (child: ChildProcess, ask: () => Promise<unknown>): Promise<void> => {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (child.exitCode !== null) throw new Error(`engine ended with ${child.exitCode}`);
    const answered = await ask().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  throw new Error('engine did not answer in time');
};

const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
};
