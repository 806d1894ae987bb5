/**
 * The event that a function gets, record for record, against the shapes that AWS documents.
 */
import { expect, test } from 'vitest';
import type { JsonObject } from '#domain/shared/json.ts';
import { dynamodbSource } from '../../../../local/cloud/event-sources/dynamodb-source.ts';
import type { JsonCall } from '../../../../local/cloud/event-sources/json-call.ts';
import { kinesisSource } from '../../../../local/cloud/event-sources/kinesis-source.ts';

const STREAM_ARN = 'arn:aws:kinesis:ap-east-1:000000000000:stream/changes';
const TABLE_STREAM_ARN =
  'arn:aws:dynamodb:ap-east-1:000000000000:table/customer360/stream/2026-01-01T00:00:00.000';
const AT = 1795331372.987;

/** A service that answers every call alike and remembers what it was asked. */
const serviceThat = (answer: object) => {
  const asked: object[] = [];
  const call: JsonCall = async (_operation, input) => {
    asked.push(input);
    return answer as JsonObject;
  };
  return { call, asked };
};

test('a Kinesis record', async () => {
  const { call } = serviceThat({
    NextShardIterator: 'next',
    Records: [
      {
        SequenceNumber: '4965',
        PartitionKey: 'erp.orders.1',
        Data: Buffer.from('{"a":"中"}').toString('base64'),
        ApproximateArrivalTimestamp: AT,
      },
    ],
  });
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  const page = await kinesisSource(call, source, 'ap-east-1').read('shardId-01', 'it', 10);
  const [record] = page.records;
  expect(page.next).toBe('next');
  expect(record).toMatchObject({
    sequence: '4965',
    key: 'erp.orders.1',
    arrivedAt: 1795331372987,
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
  const { call } = serviceThat({
    Records: [
      {
        eventID: '1',
        eventName: 'MODIFY',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'elsewhere',
        dynamodb: {
          ApproximateCreationDateTime: 1795331372,
          Keys: { sk: { S: 'ROW' }, pk: { S: 'R#1' } },
          NewImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' }, b: { B: 'AQID' } },
          OldImage: { pk: { S: 'R#1' }, sk: { S: 'ROW' } },
          SequenceNumber: '7',
          SizeBytes: 95,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
      },
    ],
  });
  const source = { kind: 'dynamodb', tableName: 'customer360', arn: TABLE_STREAM_ARN } as const;
  const { records, next } = await dynamodbSource(call, source, 'engine', 'ap-east-1').read(
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
  const call: JsonCall = async () => pages.shift() as unknown as JsonObject;
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  expect(await kinesisSource(call, source, 'ap-east-1').shards()).toEqual([
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
  const { call, asked } = serviceThat({ ShardIterator: 'it' });
  const source = { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN } as const;
  expect(await kinesisSource(call, source, 'ap-east-1').iterator('s0', from)).toBe('it');
  expect(asked).toEqual([{ StreamName: 'changes', ShardId: 's0', ...expected }]);
});
