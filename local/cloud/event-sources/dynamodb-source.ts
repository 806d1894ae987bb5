/**
 * Reads the stream of a DynamoDB table, and gives its records the form that Lambda gives them.
 *
 * dynoxide keeps one shard per table, names its own Region and stamps whole seconds; the event says the
 * Region and the stream ARN of the template.
 * @module
 */
import { must } from '#domain/shared/assert.ts';
import type { JsonObject } from '#domain/shared/json.ts';
import type { EventSource } from '../plan/model.ts';
import type { JsonCall } from './json-call.ts';
import type { Page, Shard, SourceRecord, StartingPoint, StreamSource } from './source.ts';

/** The parts of the service's answers that are read here. Source: DynamoDB Streams API reference. */
interface StreamPage {
  readonly StreamDescription?: {
    readonly Shards?: readonly { readonly ShardId: string; readonly ParentShardId?: string }[];
    readonly LastEvaluatedShardId?: string;
  };
  readonly ShardIterator?: string;
  readonly Records?: readonly TableRecord[];
  readonly NextShardIterator?: string;
}

interface TableRecord {
  readonly eventID: string;
  readonly eventName: string;
  readonly eventVersion?: string;
  readonly dynamodb: JsonObject & {
    readonly ApproximateCreationDateTime?: number;
    readonly Keys?: JsonObject;
    readonly SequenceNumber?: string;
  };
}

const MOST_RECORDS = 1000;

/**
 * The stream of a table as a source.
 * @param engineArn the ARN under which the engine knows the stream
 */
export const dynamodbSource = (
  call: JsonCall,
  source: Extract<EventSource, { kind: 'dynamodb' }>,
  engineArn: string,
  region: string,
): StreamSource => ({
  shards: () => listShards(call, engineArn),
  iterator: async (shardId, from) => {
    const answer: StreamPage = await call('GetShardIterator', {
      StreamArn: engineArn,
      ShardId: shardId,
      ...iteratorType(from),
    });
    return must(answer.ShardIterator, 'shard iterator');
  },
  read: async (_shardId, iterator, limit): Promise<Page> => {
    const page = (await call('GetRecords', {
      ShardIterator: iterator,
      Limit: Math.min(limit, MOST_RECORDS),
    })) as StreamPage;
    return {
      records: (page.Records ?? []).map((record) => sourceRecord(record, source.arn, region)),
      next: page.NextShardIterator,
    };
  },
});

const listShards = async (call: JsonCall, arn: string): Promise<Shard[]> => {
  const shards: Shard[] = [];
  let last: string | undefined;
  do {
    const page: StreamPage = await call('DescribeStream', {
      StreamArn: arn,
      ...(last === undefined ? {} : { ExclusiveStartShardId: last }),
    });
    for (const { ShardId, ParentShardId } of page.StreamDescription?.Shards ?? [])
      shards.push({ id: ShardId, parents: ParentShardId === undefined ? [] : [ParentShardId] });
    last = page.StreamDescription?.LastEvaluatedShardId;
  } while (last);
  return shards;
};

const iteratorType = (from: StartingPoint) =>
  from.kind === 'after'
    ? ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from.sequence } as const)
    : ({ ShardIteratorType: from.kind } as const);

const sourceRecord = (record: TableRecord, streamArn: string, region: string): SourceRecord => {
  const change = record.dynamodb;
  const event = {
    eventID: record.eventID,
    eventName: record.eventName,
    eventVersion: record.eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: region,
    dynamodb: change,
    eventSourceARN: streamArn,
  };
  return {
    sequence: must(change.SequenceNumber, 'sequence number'),
    key: JSON.stringify(Object.entries(change.Keys ?? {}).sort()),
    arrivedAt: (change.ApproximateCreationDateTime ?? 0) * 1000,
    view: () => event,
    get json() {
      return JSON.stringify(event);
    },
  };
};
