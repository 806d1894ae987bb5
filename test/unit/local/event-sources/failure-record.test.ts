import { expect, test } from 'vitest';
import { failureObject } from '../../../../local/cloud/event-sources/failure-record.ts';
import type { MappingPlan } from '../../../../local/cloud/plan/model.ts';
import { recordAt } from './streams.ts';

const NOW = Date.UTC(2026, 10, 22, 7, 9, 32, 500);
const STREAM_ARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/changes';

const discardOf = (kind: 'kinesis' | 'dynamodb', failures: number) =>
  failureObject({
    mapping: {
      uuid: '11111111-2222-4333-8444-555555555555',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:resolve',
      source: { kind, arn: STREAM_ARN },
    } as MappingPlan,
    shardId: 'shardId-000000000001',
    batch: {
      records: [recordAt(1, 'a', 1_000), recordAt(2, 'b', 2_000)],
      retries: failures,
      failures,
      notBefore: 0,
    },
    reason: 'RetryAttemptsExhausted',
    requestId: 'request',
    objectId: 'random',
    now: NOW,
  });

test('a given-up batch is kept with its whole event', () => {
  const { key, body } = discardOf('kinesis', 3);
  expect(key).toBe(
    'aws/lambda/11111111-2222-4333-8444-555555555555/shardId-000000000001/2026/11/22/2026-11-22T07.09.32-random',
  );
  expect(JSON.parse(body)).toEqual({
    requestContext: {
      requestId: 'request',
      functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:resolve',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 3,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2026-11-22T07:09:32.500Z',
    KinesisBatchInfo: {
      shardId: 'shardId-000000000001',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: '1970-01-01T00:00:01.000Z',
      approximateArrivalOfLastRecord: '1970-01-01T00:00:02.000Z',
      batchSize: 2,
      streamArn: STREAM_ARN,
    },
    payload: '{"Records":[{"sequence":1,"key":"a"},{"sequence":2,"key":"b"}]}',
  });
});

test('a batch of a DynamoDB stream that was never invoked says so', () => {
  const body = JSON.parse(discardOf('dynamodb', 0).body);
  expect(body).toHaveProperty('DDBStreamBatchInfo');
  expect(body).not.toHaveProperty('responseContext');
});
