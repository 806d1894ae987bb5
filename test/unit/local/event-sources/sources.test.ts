/**
 * The event that a function gets, record for record, against the shapes that AWS documents.
 */
import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { dynamodbSource } from '../../../../local/cloud/event-sources/dynamodb-source.ts';
import { kinesisSource } from '../../../../local/cloud/event-sources/kinesis-source.ts';

const STREAM_ARN = 'arn:aws:kinesis:ap-east-1:000000000000:stream/changes';
const TABLE_STREAM_ARN =
  'arn:aws:dynamodb:ap-east-1:000000000000:table/customer360/stream/2026-01-01T00:00:00.000';
const AT = new Date('2026-11-22T07:09:32.987Z');

/** A client that answers every command alike and remembers what it was asked. */
const clientThat = <Client>(answer: object) => {
  const asked: object[] = [];
  const send = async (command: { input: object }) => {
    asked.push(command.input);
    return answer;
  };
  return { client: { send } as unknown as Client, asked };
};

test('a Kinesis record', async () => {
  const { client } = clientThat<KinesisClient>({
    NextShardIterator: 'next',
    Records: [
      {
        SequenceNumber: '4965',
        PartitionKey: 'erp.orders.1',
        Data: new TextEncoder().encode('{"a":"中"}'),
        ApproximateArrivalTimestamp: AT,
      },
    ],
  });
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  const page = await kinesisSource(client, source, 'ap-east-1').read('shardId-01', 'it', 10);
  const [record] = page.records;
  expect(page.next).toBe('next');
  expect(record).toMatchObject({
    sequence: '4965',
    key: 'erp.orders.1',
    arrivedAt: AT.getTime(),
  });
  expect(record?.view()).toMatchObject({ partitionKey: 'erp.orders.1', data: { a: '中' } });
  expect(JSON.parse(String(record?.json))).toEqual({
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: 'erp.orders.1',
      sequenceNumber: '4965',
      data: Buffer.from('{"a":"中"}').toString('base64'),
      approximateArrivalTimestamp: 1795331372.987,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: 'shardId-01:4965',
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
    awsRegion: 'ap-east-1',
    eventSourceARN: STREAM_ARN,
  });
});

test("a DynamoDB stream record, with the template's ARN and binary values as base64", async () => {
  const { client } = clientThat<DynamoDBStreamsClient>({
    Records: [
      {
        eventID: '1',
        eventName: 'MODIFY',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'elsewhere',
        dynamodb: {
          ApproximateCreationDateTime: new Date('2026-11-22T07:09:32Z'),
          Keys: { sk: { S: 'ROW' }, pk: { S: 'R#1' } },
          NewImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' }, b: { B: new Uint8Array([1, 2, 3]) } },
          OldImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' } },
          SequenceNumber: '7',
          SizeBytes: 95,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ],
  });
  const source = { kind: 'dynamodb', tableName: 'customer360', arn: TABLE_STREAM_ARN } as const;
  const { records, next } = await dynamodbSource(client, source, 'engine', 'ap-east-1').read(
    'shard',
    'it',
    10,
  );
  expect(next).toBeUndefined();
  expect(records[0]?.key).toBe('[["pk",{"S":"R#1"}],["sk",{"S":"ROW"}]]');
  expect(JSON.parse(String(records[0]?.json))).toEqual({
    eventID: '1',
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'ap-east-1',
    dynamodb: {
      ApproximateCreationDateTime: 1795331372,
      Keys: { sk: { S: 'ROW' }, pk: { S: 'R#1' } },
      NewImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' }, b: { B: 'AQID' } },
      OldImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' } },
      SequenceNumber: '7',
      SizeBytes: 95,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: TABLE_STREAM_ARN,
  });
});

test('shards name their parents, over pages', async () => {
  const pages = [
    { Shards: [{ ShardId: 's0' }], NextToken: 'more' },
    { Shards: [{ ShardId: 's1', ParentShardId: 's0', AdjacentParentShardId: 's9' }] },
  ];
  const client = { send: async () => pages.shift() } as unknown as KinesisClient;
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  expect(await kinesisSource(client, source, 'ap-east-1').shards()).toEqual([
    { id: 's0', parents: [] },
    { id: 's1', parents: ['s0', 's9'] },
  ]);
});

test.each([
  [{ kind: 'TRIM_HORIZON' } as const, { ShardIteratorType: 'TRIM_HORIZON' }],
  [
    { kind: 'after', sequence: '7' } as const,
    { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: '7' },
  ],
])('reading from %o', async (from, expected) => {
  const { client, asked } = clientThat<KinesisClient>({ ShardIterator: 'it' });
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  expect(await kinesisSource(client, source, 'ap-east-1').iterator('s0', from)).toBe('it');
  expect(asked).toEqual([{ StreamName: 'changes', ShardId: 's0', ...expected }]);
});
