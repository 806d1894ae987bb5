/**
 * Reads the stream of a DynamoDB table, and gives its records the form that Lambda gives them.
 *
 * dynoxide keeps one shard per table, names its own Region and stamps whole seconds; the event says the
 * Region and the stream ARN of the template.
 * @module
 */
import {
  type _Record,
  DescribeStreamCommand,
  type DescribeStreamCommandOutput,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { must } from '#domain/shared/assert.ts';
import type { Json } from '#domain/shared/json.ts';
import type { EventSource } from '../plan/model.ts';
import type { Shard, SourceRecord, StartingPoint, StreamSource } from './source.ts';

/**
 * The stream of a table as a source.
 * @param engineArn the ARN under which the engine knows the stream
 */
export const dynamodbSource = (
  client: DynamoDBStreamsClient,
  source: Extract<EventSource, { kind: 'dynamodb' }>,
  engineArn: string,
  region: string,
): StreamSource => ({
  shards: () => listShards(client, engineArn),
  iterator: async (shardId, from) => {
    const answer = await client.send(
      new GetShardIteratorCommand({
        StreamArn: engineArn,
        ShardId: shardId,
        ...iteratorType(from),
      }),
    );
    return must(answer.ShardIterator, 'shard iterator');
  },
  read: async (_shardId, iterator, limit) => {
    const page = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: Math.min(limit, 1000) }),
    );
    return {
      records: (page.Records ?? []).map((record) => sourceRecord(record, source.arn, region)),
      next: page.NextShardIterator,
    };
  },
});

const listShards = async (client: DynamoDBStreamsClient, arn: string): Promise<Shard[]> => {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const page: DescribeStreamCommandOutput = await client.send(
      new DescribeStreamCommand({ StreamArn: arn, ExclusiveStartShardId: last }),
    );
    for (const shard of page.StreamDescription?.Shards ?? [])
      shards.push({
        id: must(shard.ShardId, 'shard id'),
        parents: shard.ParentShardId === undefined ? [] : [shard.ParentShardId],
      });
    last = page.StreamDescription?.LastEvaluatedShardId;
  } while (last);
  return shards;
};

const iteratorType = (from: StartingPoint) =>
  from.kind === 'after'
    ? ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from.sequence } as const)
    : ({ ShardIteratorType: from.kind } as const);

const sourceRecord = (record: _Record, streamArn: string, region: string): SourceRecord => {
  const change = must(record.dynamodb, 'stream record');
  const sequence = must(change.SequenceNumber, 'sequence number');
  const arrivedAt = change.ApproximateCreationDateTime?.getTime() ?? 0;
  const json = JSON.stringify(
    {
      eventID: record.eventID,
      eventName: record.eventName,
      eventVersion: record.eventVersion ?? '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      dynamodb: { ...change, ApproximateCreationDateTime: arrivedAt / 1000 },
      eventSourceARN: streamArn,
    },
    binaryAsBase64,
  );
  return {
    sequence,
    key: itemKey(change.Keys),
    arrivedAt,
    view: () => JSON.parse(json) as Json,
    json,
  };
};

/** Attribute values of type B are base64 text in an event. */
const binaryAsBase64 = (_name: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;

const itemKey = (
  keys: _Record['dynamodb'] extends { Keys?: infer Keys } | undefined ? Keys : never,
) => JSON.stringify(Object.entries(keys ?? {}).sort(), binaryAsBase64);
