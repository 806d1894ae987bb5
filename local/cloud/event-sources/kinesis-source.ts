/**
 * Reads a Kinesis stream, and gives its records the form that Lambda gives them.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { EventSource } from '../plan/model.ts';
import { kinesisView } from './filter.ts';
import type { JsonCall } from './json-call.ts';
import type { Shard, SourceRecord, StartingPoint, StreamSource } from './source.ts';

/** The parts of the service's answers that are read here. Source: Kinesis Data Streams API reference. */
interface StreamPage {
  readonly Shards?: readonly ShardText[];
  readonly NextToken?: string;
  readonly ShardIterator?: string;
  readonly Records?: readonly KinesisRecord[];
  readonly NextShardIterator?: string | null;
}

interface ShardText {
  readonly ShardId: string;
  readonly ParentShardId?: string;
  readonly AdjacentParentShardId?: string;
}

interface KinesisRecord {
  readonly SequenceNumber: string;
  readonly PartitionKey: string;
  /** Base64. */
  readonly Data: string;
  /** Epoch seconds. */
  readonly ApproximateArrivalTimestamp?: number;
}

/** A Kinesis stream as a source. */
export const kinesisSource = (
  call: JsonCall,
  source: Extract<EventSource, { kind: 'kinesis' }>,
  region: string,
): StreamSource => ({
  shards: () => listShards(call, source.streamName),
  iterator: async (shardId, from) => {
    const answer: StreamPage = await call('GetShardIterator', {
      StreamName: source.streamName,
      ShardId: shardId,
      ...iteratorType(from),
    });
    return must(answer.ShardIterator, 'shard iterator');
  },
  read: async (shardId, iterator, limit) => {
    const page = (await call('GetRecords', {
      ShardIterator: iterator,
      Limit: limit,
    })) as unknown as StreamPage;
    return {
      records: (page.Records ?? []).map((record) =>
        sourceRecord(record, shardId, source.arn, region),
      ),
      next: page.NextShardIterator ?? undefined,
    };
  },
});

const listShards = async (call: JsonCall, stream: string): Promise<Shard[]> => {
  const shards: Shard[] = [];
  let token: string | undefined;
  do {
    const page = (await call(
      'ListShards',
      token ? { NextToken: token } : { StreamName: stream },
    )) as unknown as StreamPage;
    for (const { ShardId, ParentShardId, AdjacentParentShardId } of page.Shards ?? [])
      shards.push({
        id: ShardId,
        parents: [ParentShardId, AdjacentParentShardId].filter((id) => id !== undefined),
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
  record: KinesisRecord,
  shardId: string,
  streamArn: string,
  region: string,
): SourceRecord => {
  const { SequenceNumber: sequenceNumber, PartitionKey: partitionKey, Data: data } = record;
  const approximateArrivalTimestamp = record.ApproximateArrivalTimestamp ?? 0;
  const leading = { kinesisSchemaVersion: '1.0', partitionKey, sequenceNumber };
  return {
    sequence: sequenceNumber,
    key: partitionKey,
    arrivedAt: Math.round(approximateArrivalTimestamp * 1000),
    view: () =>
      kinesisView(
        { ...leading, approximateArrivalTimestamp },
        Buffer.from(data, 'base64').toString('utf8'),
      ),
    get json() {
      return JSON.stringify({
        kinesis: { ...leading, data, approximateArrivalTimestamp },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${shardId}:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
        awsRegion: region,
        eventSourceARN: streamArn,
      });
    },
  };
};
