import type { KinesisClient } from '@aws-sdk/client-kinesis';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchesOf, makePublish, type StreamMessage } from '#adapters/kinesis/publish.ts';

const message = (partitionKey: string, n: number, size = 1): StreamMessage => ({
  partitionKey,
  bytes: new Uint8Array(size).fill(n),
});

/** A stream that takes or refuses each message as told, in order. */
const streamThat = (takes: (call: number, index: number) => boolean) => {
  const taken: string[] = [];
  let calls = 0;
  const client = {
    send: async ({
      input,
    }: {
      input: { Records: { PartitionKey: string; Data: Uint8Array }[] };
    }) => {
      const call = calls++;
      const Records = input.Records.map(({ PartitionKey, Data }, index) => {
        if (!takes(call, index)) return { ErrorCode: 'ProvisionedThroughputExceededException' };
        taken.push(`${PartitionKey}${Data[0]}`);
        return { SequenceNumber: String(taken.length), ShardId: 's' };
      });
      return { Records };
    },
  } as unknown as KinesisClient;
  return { publish: makePublish(client, 'changes', async () => {}), taken, calls: () => calls };
};

test.each([
  ['none', [], []],
  ['501 small ones', Array.from({ length: 501 }, (_, n) => message('a', n % 256)), [500, 1]],
  ['eleven of 1 MB', Array.from({ length: 11 }, (_, n) => message('a', n, 1_000_000)), [5, 5, 1]],
  [
    'one above the limit',
    [message('a', 1), message('b', 2, 6_000_000), message('c', 3)],
    [1, 1, 1],
  ],
  [
    'keys that fill the request',
    Array.from({ length: 3 }, () => message('k'.repeat(3_000_000), 0)),
    [1, 1, 1],
  ],
])('requests for %s', (_, messages, lengths) => {
  const batches = batchesOf(messages);
  expect(batches.map((batch) => batch.length)).toEqual(lengths);
  expect(batches.flat()).toEqual(messages);
});

test('a refused message goes again, with all later ones of its key', async () => {
  const { publish, taken } = streamThat((call, index) => call > 0 || index !== 1);
  await publish([message('a', 1), message('b', 1), message('a', 2), message('b', 2)]);
  expect(taken).toEqual(['a1', 'a2', 'b2', 'b1', 'b2']);
});

test('a stream that keeps refusing is reported, after ten attempts', async () => {
  const { publish, calls } = streamThat((_, index) => index > 0);
  await expect(publish([message('a', 1), message('b', 1)])).rejects.toMatchObject({
    name: 'PublishError',
    left: 1,
    message: expect.stringContaining('ProvisionedThroughputExceededException'),
  });
  expect(calls()).toBe(10);
});

test('whatever is refused, every key ends in its order and nothing is missing', async () => {
  const faults = fc.array(fc.boolean(), { minLength: 50, maxLength: 50 });
  const keys = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(keys, faults, async (sent, refuse) => {
      const { publish, taken } = streamThat(
        (call, index) => call > 3 || !refuse[call * 11 + index],
      );
      await publish(sent.map((key, n) => message(key, n)));
      for (const key of new Set(sent)) {
        const expected = sent.flatMap((each, n) => (each === key ? [`${key}${n}`] : []));
        const lastSeen = [...new Set(taken.filter((each) => each.startsWith(key)).reverse())];
        expect(lastSeen.reverse()).toEqual(expected);
      }
    }),
  );
});
