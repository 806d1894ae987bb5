import type { KinesisStreamEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { streamRecords } from '../../../../lambdas/shared/kinesis-records.ts';
import { hasTimeLeft } from '../../../../lambdas/shared/time-left.ts';

test('records are decoded in their order', () => {
  const record = (n: number, data: string) => ({
    eventID: `shardId-000000000006:4959033827149025660855969253836157109592157598913658889${n}`,
    kinesis: {
      data,
      partitionKey: 'pos.receipt.HK01-7',
      sequenceNumber: `4959033827149025660855969253836157109592157598913658889${n}`,
      approximateArrivalTimestamp: 1_795_332_567.483,
    },
  });
  const event = {
    Records: [record(1, '6YeRAP8='), record(2, '')],
  } as unknown as KinesisStreamEvent;
  expect(streamRecords(event)).toEqual([
    {
      bytes: new Uint8Array([0xe9, 0x87, 0x91, 0x00, 0xff]),
      partitionKey: 'pos.receipt.HK01-7',
      sequenceNumber: '49590338271490256608559692538361571095921575989136588891',
      shardId: 'shardId-000000000006',
      arrivedAt: 1_795_332_567_483,
    },
    {
      bytes: new Uint8Array(),
      partitionKey: 'pos.receipt.HK01-7',
      sequenceNumber: '49590338271490256608559692538361571095921575989136588892',
      shardId: 'shardId-000000000006',
      arrivedAt: 1_795_332_567_483,
    },
  ]);
});

test.each([
  [10_000, true],
  [2_001, true],
  [2_000, false],
  [0, false],
])('with %s ms to go there is time for more: %s', (left, more) => {
  expect(hasTimeLeft({ getRemainingTimeInMillis: () => left })()).toBe(more);
});
