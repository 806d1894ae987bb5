/**
 * A Kinesis stream for tests: starts the engine on a free port and reads back everything that was put.
 * @module
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateStreamCommand,
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { KinesisOptions } from '../../../local/capture/kinesis-target.ts';

/** One record as the stream holds it. */
export interface PutRecord {
  readonly shard: string;
  readonly partitionKey: string;
  readonly text: string;
}

/** A stream and its engine. */
export interface TestStream {
  readonly options: KinesisOptions;
  readAll(): Promise<readonly PutRecord[]>;
  stop(): Promise<void>;
}

const STREAM = 'changes';
const SHARDS = 4;

/** Starts the engine with one stream of four shards. */
export const startTestStream = async (): Promise<TestStream> => {
  const script = fileURLToPath(new URL('./kinesalite-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = await Promise.race([
    once(child.stdout, 'data') as Promise<[Buffer]>,
    once(child, 'exit').then(() => Promise.reject(new Error('kinesalite did not start'))),
  ]);
  const options: KinesisOptions = {
    stream: STREAM,
    endpoint: `http://127.0.0.1:${Number(String(port))}`,
    region: 'us-east-1',
    accessKeyId: 'local',
    secretAccessKey: 'local',
  };
  const client = new KinesisClient({
    ...options,
    credentials: options,
    requestHandler: new NodeHttpHandler(),
  });
  await client.send(new CreateStreamCommand({ StreamName: STREAM, ShardCount: SHARDS }));
  while ((await describe(client)).StreamStatus !== 'ACTIVE') await sleep(20);
  const stop = async () => {
    client.destroy();
    child.stdin.end();
    await once(child, 'exit');
  };
  return { options, readAll: () => readAll(client), stop };
};

const describe = async (client: KinesisClient) => {
  const { StreamDescription } = await client.send(
    new DescribeStreamCommand({ StreamName: STREAM }),
  );
  return StreamDescription ?? { StreamStatus: 'CREATING', Shards: [] };
};

const readAll = async (client: KinesisClient): Promise<readonly PutRecord[]> => {
  const { Shards: shards = [] } = await describe(client);
  const ids = shards.map((shard) => shard.ShardId ?? '');
  return (await Promise.all(ids.map((shard) => readShard(client, shard)))).flat();
};

const readShard = async (client: KinesisClient, shard: string): Promise<readonly PutRecord[]> => {
  const where = { StreamName: STREAM, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(where));
  const read: PutRecord[] = [];
  for (;;) {
    const page = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }),
    );
    for (const record of page.Records ?? []) {
      const text = Buffer.from(record.Data ?? []).toString();
      read.push({ shard, partitionKey: record.PartitionKey ?? '', text });
    }
    if ((page.Records ?? []).length === 0) return read;
    iterator = page.NextShardIterator;
  }
};
