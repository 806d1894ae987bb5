import { expect, test } from 'vitest';
import { MemoryObjectStore } from '#adapters/memory/object-store.ts';
import type { ImportReport } from '#application/capture/import-file.ts';
import type { StreamMessage } from '#application/operate/ports.ts';
import { redriveFailed } from '#application/operate/redrive-failed.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** An invocation record as the Lambda Developer Guide shows it. */
const invocation = (info: object, payload: unknown) => ({
  requestContext: {
    requestId: 'c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5',
    functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:reader',
    condition: 'RetryAttemptsExhausted',
    approximateInvokeCount: 9,
  },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  version: '1.0',
  timestamp: '2026-11-22T08:00:00.000Z',
  ...info,
  payload: JSON.stringify(payload),
});

const CHANGES = invocation(
  { KinesisBatchInfo: { shardId: 'shardId-000000000001', batchSize: 2 } },
  {
    Records: [
      { eventID: 's:1', kinesis: { partitionKey: 'pos.receipt.1', data: btoa('first') } },
      { eventID: 's:2', kinesis: { partitionKey: 'pos.receipt.2', data: btoa('') } },
    ],
  },
);
const ITEMS = { Records: [{ eventName: 'INSERT', dynamodb: { Keys: { pk: { S: 'C#one' } } } }] };
const TABLE_CHANGES = invocation({ DDBStreamBatchInfo: { shardId: 'shardId-1' } }, ITEMS);

const NOTE = 'RetryAttemptsExhausted of arn:aws:lambda:us-east-2:123456789012:function:reader';

/** What Lambda keeps of an event that S3 sent for a dropped file. */
const fileEvent = (key: string) => ({
  version: '1.0',
  timestamp: '2026-11-22T08:00:00.000Z',
  requestContext: {
    requestId: 'c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5',
    functionArn: 'arn:aws:lambda:us-east-2:123456789012:function:import:$LATEST',
    condition: 'RetriesExhausted',
    approximateInvokeCount: 3,
  },
  requestPayload: { detail: { bucket: { name: 'drops' }, object: { key } } },
  responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
  responsePayload: { errorType: 'ImportUnfinishedError', errorMessage: '500 rows are in' },
});

const aReport = (file: string): ImportReport => ({
  file,
  modifiedAt: '2026-11-22T07:00:00.000Z',
  state: 'done',
  rows: 7,
  published: 6,
  rejected: 1,
  rejectedLines: [],
  startedAt: '2026-11-22T07:00:01.000Z',
});

const aFailedBucket = async (objects: Readonly<Record<string, unknown>>) => {
  const failed = new MemoryObjectStore();
  for (const [key, value] of Object.entries(objects)) {
    await failed.put(key, encode(typeof value === 'string' ? value : JSON.stringify(value)));
  }
  const sent: StreamMessage[] = [];
  const recomputed: unknown[] = [];
  const imported: string[] = [];
  return {
    failed,
    sent,
    recomputed,
    publish: async (messages: readonly StreamMessage[]) => void sent.push(...messages),
    recompute: async (event: unknown) => recomputed.push(event),
    imported,
    importFile: async (key: string) => {
      imported.push(key);
      return key.endsWith('gone.csv') ? undefined : aReport(key);
    },
    keys: () => Array.fromAsync(failed.list('')),
  };
};

test('changes go back on the stream, with their keys and bytes, and the object goes', async () => {
  const bucket = await aFailedBucket({ 'aws/lambda/a/1': CHANGES });
  expect(await Array.fromAsync(redriveFailed(bucket))).toEqual([
    { key: 'aws/lambda/a/1', outcome: 'published', records: 2, note: NOTE },
  ]);
  expect(bucket.sent).toEqual([
    { partitionKey: 'pos.receipt.1', bytes: encode('first') },
    { partitionKey: 'pos.receipt.2', bytes: encode('') },
  ]);
  expect(await bucket.keys()).toEqual([]);
});

test('an event that is not packed into text is understood as well', async () => {
  const object = { ...CHANGES, payload: JSON.parse(CHANGES.payload) };
  const bucket = await aFailedBucket({ 'aws/lambda/a/1': object });
  expect(await Array.fromAsync(redriveFailed(bucket))).toMatchObject([{ outcome: 'published' }]);
});

test('the customers of table changes are computed again', async () => {
  const bucket = await aFailedBucket({ 'aws/lambda/b/1': TABLE_CHANGES });
  expect(await Array.fromAsync(redriveFailed(bucket))).toEqual([
    { key: 'aws/lambda/b/1', outcome: 'recomputed', records: 1, note: `${NOTE}, 1 summaries` },
  ]);
  expect(bucket.recomputed).toEqual([ITEMS]);
  expect(await bucket.keys()).toEqual([]);
});

test('a dropped file is imported, and its event goes', async () => {
  const bucket = await aFailedBucket({
    'aws/lambda/async/import/2026/11/22/1': fileEvent('drops/mall/visit/a.csv'),
    'aws/lambda/async/import/2026/11/22/2': fileEvent('drops/mall/visit/gone.csv'),
  });
  const redriven = await Array.fromAsync(redriveFailed(bucket));
  expect(redriven.map(({ outcome, records, note }) => [outcome, records, note])).toEqual([
    ['imported', 6, 'drops/mall/visit/a.csv: done'],
    ['imported', 0, 'drops/mall/visit/gone.csv: nothing left to import'],
  ]);
  expect(bucket.imported).toEqual(['drops/mall/visit/a.csv', 'drops/mall/visit/gone.csv']);
  expect(await bucket.keys()).toEqual([]);
});

test('a dropped file that cannot be imported again keeps its event', async () => {
  const bucket = await aFailedBucket({ 'aws/lambda/async/i/1': fileEvent('drops/m/v/a.csv') });
  const importFile = () => Promise.reject(new Error('throttled'));
  await expect(Array.fromAsync(redriveFailed({ ...bucket, importFile }))).rejects.toThrow(
    'throttled',
  );
  expect(await bucket.keys()).toEqual(['aws/lambda/async/i/1']);
});

test('table changes can be discarded instead, changes of sources never', async () => {
  const bucket = await aFailedBucket({
    'aws/lambda/a/1': CHANGES,
    'aws/lambda/b/1': TABLE_CHANGES,
  });
  const outcomes = (await Array.fromAsync(redriveFailed(bucket, true))).map((it) => it.outcome);
  expect(outcomes).toEqual(['published', 'discarded']);
  expect(bucket.recomputed).toEqual([]);
  expect(await bucket.keys()).toEqual([]);
});

test.each([
  ['not JSON', '{"payload":'],
  ['a list', '[]'],
  ['without payload', { ...CHANGES, payload: undefined }],
  ['a payload that is cut', { ...CHANGES, payload: '{"Records":[' }],
  ['a payload without records', { ...CHANGES, payload: '{}' }],
  [
    'a record without data',
    { ...CHANGES, payload: '{"Records":[{"kinesis":{"partitionKey":"a"}}]}' },
  ],
  ['a record that is null', { ...CHANGES, payload: '{"Records":[null]}' }],
])('an object that is %s stays, and the next one is redriven', async (_name, object) => {
  const bucket = await aFailedBucket({ 'aws/lambda/a/1': object, 'aws/lambda/a/2': CHANGES });
  const outcomes = (await Array.fromAsync(redriveFailed(bucket))).map((it) => it.outcome);
  expect(outcomes).toEqual(['left', 'published']);
  expect(await bucket.keys()).toEqual(['aws/lambda/a/1']);
});

test('only what Lambda wrote is looked at', async () => {
  const bucket = await aFailedBucket({ 'notes.txt': 'mine', 'aws/other/1': CHANGES });
  expect(await Array.fromAsync(redriveFailed(bucket))).toEqual([]);
  expect(await bucket.keys()).toHaveLength(2);
});

test('a batch that fails again while the redrive runs waits for the next one', async () => {
  const bucket = await aFailedBucket({ 'aws/lambda/a/1': CHANGES });
  const publish = () => bucket.failed.put('aws/lambda/a/2', encode(JSON.stringify(CHANGES)));
  expect(await Array.fromAsync(redriveFailed({ ...bucket, publish }))).toHaveLength(1);
  expect(await bucket.keys()).toEqual(['aws/lambda/a/2']);
});

test('a batch that the stream refuses stays', async () => {
  const bucket = await aFailedBucket({ 'aws/lambda/a/1': CHANGES });
  const publish = () => Promise.reject(new Error('throttled'));
  await expect(Array.fromAsync(redriveFailed({ ...bucket, publish }))).rejects.toThrow('throttled');
  expect(await bucket.keys()).toEqual(['aws/lambda/a/1']);
});
