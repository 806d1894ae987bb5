/**
 * Reads a Kinesis stream, and gives its records the form that Lambda gives them.
 * @module
 */
import {
  type _Record,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsCommandOutput,
} from '@aws-sdk/client-kinesis';
import { must } from '#domain/shared/assert.ts';
import type { EventSource } from '../plan/model.ts';
import { kinesisView } from './filter.ts';
import type { Shard, SourceRecord, StartingPoint, StreamSource } from './source.ts';

/** A Kinesis stream as a source. */
export const kinesisSource = (
  client: KinesisClient,
  source: Extract<EventSource, { kind: 'kinesis' }>,
  region: string,
): StreamSource => ({
  shards: () => listShards(client, source.streamName),
  iterator: async (shardId, from) => {
    const answer = await client.send(
      new GetShardIteratorCommand({
        StreamName: source.streamName,
        ShardId: shardId,
        ...iteratorType(from),
      }),
    );
    return must(answer.ShardIterator, 'shard iterator');
  },
  read: async (shardId, iterator, limit) => {
    const page = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }),
    );
    const records = page.Records ?? [];
    return {
      records: records.map((record) => sourceRecord(record, shardId, source.arn, region)),
      next: page.NextShardIterator,
    };
  },
});

const listShards = async (client: KinesisClient, stream: string): Promise<Shard[]> => {
  const shards: Shard[] = [];
  let token: string | undefined;
  do {
    const page: ListShardsCommandOutput = await client.send(
      new ListShardsCommand(token ? { NextToken: token } : { StreamName: stream }),
    );
    for (const shard of page.Shards ?? [])
      shards.push({
        id: must(shard.ShardId, 'shard id'),
        parents: [shard.ParentShardId, shard.AdjacentParentShardId].filter(
          (id) => id !== undefined,
        ),
      });
    token = page.NextToken;
  } while (token);
  return shards;
};

const iteratorType = (from: StartingPoint) =>
  from.kind === 'after'
    ? ({
        ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
        StartingSequenceNumber: from.sequence,
      } as const)
    : ({ ShardIteratorType: from.kind } as const);

const sourceRecord = (
  record: _Record,
  shardId: string,
  streamArn: string,
  region: string,
): SourceRecord => {
  const sequence = must(record.SequenceNumber, 'sequence number');
  const arrivedAt = record.ApproximateArrivalTimestamp?.getTime() ?? 0;
  const data = Buffer.from(record.Data ?? []);
  const members = {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.PartitionKey ?? '',
    sequenceNumber: sequence,
    approximateArrivalTimestamp: arrivedAt / 1000,
  };
  const { approximateArrivalTimestamp, ...leading } = members;
  return {
    sequence,
    key: members.partitionKey,
    arrivedAt,
    view: () => kinesisView(members, data.toString('utf8')),
    json: JSON.stringify({
      kinesis: { ...leading, data: data.toString('base64'), approximateArrivalTimestamp },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${sequence}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
      awsRegion: region,
      eventSourceARN: streamArn,
    }),
  };
};
