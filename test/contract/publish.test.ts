/**
 * Publishing against a real stream: HTTP/1.1, bytes as they were, order per key.
 * @module
 */
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { afterAll, expect, test } from 'vitest';
import { makePublish } from '#adapters/kinesis/publish.ts';
import { startKinesis } from '../support/engines.ts';

const { client, streamName: StreamName, stop } = await startKinesis();
afterAll(stop);

const readAll = async () => {
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName }));
  const records = [];
  for (const { ShardId } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    const { ShardIterator } = await client.send(new GetShardIteratorCommand(start));
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    records.push(...Records);
  }
  return records.map(({ PartitionKey, Data }) => [PartitionKey, new TextDecoder().decode(Data)]);
};

test('1 200 messages arrive whole, and in order per key', async () => {
  const messages = Array.from(
    { length: 1_200 },
    (_, n) => [`pos.receipt.${n % 50}`, `第${n}`] as const,
  );
  await makePublish(
    client,
    StreamName,
  )(
    messages.map(([partitionKey, text]) => ({
      partitionKey,
      bytes: new TextEncoder().encode(text),
    })),
  );
  const read = await readAll();
  expect(read).toHaveLength(1_200);
  for (const key of new Set(messages.map(([each]) => each))) {
    expect(read.filter(([each]) => each === key)).toEqual(
      messages.filter(([each]) => each === key),
    );
  }
});
