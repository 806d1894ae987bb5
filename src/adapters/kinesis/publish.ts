/**
 * Publishing to the change stream, at least once and in order per partition key.
 *
 * PutRecords may refuse one message and take a later one of the same key. Then the refused one and all later ones of
 * its key are sent again: some arrive twice, and whoever reads to the end has seen every key in order.
 * @module
 */
import {
  type KinesisClient,
  PutRecordsCommand,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { type Backoff, jitteredBackoff } from '../shared/backoff.ts';

/** A message for the stream. */
export interface StreamMessage {
  /** The row key: all changes of a row travel through one shard. */
  readonly partitionKey: string;
  readonly bytes: Uint8Array;
}

/** Puts messages on the stream, in order; done when the stream has all of them. */
export type Publish = (messages: readonly StreamMessage[]) => Promise<void>;

/** The stream did not take all messages, after every retry. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  /** Messages that the stream did not take. */
  readonly left: number;

  constructor(left: number, reason: string | undefined) {
    super(`the stream did not take ${left} messages: ${reason ?? 'no reason given'}`);
    this.left = left;
  }
}

/** Limits of one request. Source: Kinesis API reference, PutRecords. */
const MAX_MESSAGES = 500;
const MAX_BYTES = 5 * 1024 * 1024;

const MAX_ATTEMPTS = 10;

/**
 * Makes the publisher of a stream. One request is in flight at a time, which keeps the order between requests.
 * It throws {@link PublishError} when the stream keeps refusing, and any other failure of the service as it is.
 */
export const makePublish = (
  client: Pick<KinesisClient, 'send'>,
  streamName: string,
  backoff: Backoff = jitteredBackoff,
): Publish => {
  const publishBatch = async (batch: readonly StreamMessage[], attempt: number): Promise<void> => {
    const answers = await putRecords(client, streamName, batch);
    const again = toSendAgain(batch, answers);
    if (again.length === 0) return;
    if (attempt === MAX_ATTEMPTS) throw new PublishError(again.length, firstReason(answers));
    await backoff(attempt);
    await publishBatch(again, attempt + 1);
  };
  return async (messages) => {
    for (const batch of batchesOf(messages)) await publishBatch(batch, 1);
  };
};

const putRecords = async (
  client: Pick<KinesisClient, 'send'>,
  streamName: string,
  messages: readonly StreamMessage[],
): Promise<readonly PutRecordsResultEntry[]> => {
  const Records = messages.map(({ partitionKey, bytes }) => {
    return { PartitionKey: partitionKey, Data: bytes };
  });
  const answer = await client.send(new PutRecordsCommand({ StreamName: streamName, Records }));
  return answer.Records ?? [];
};

const firstReason = (answers: readonly PutRecordsResultEntry[]): string | undefined =>
  answers.find((answer) => answer.ErrorCode !== undefined)?.ErrorCode;

/** Cuts messages into requests within the limits, in order. A message above the limit goes alone, to be refused. */
export const batchesOf = (
  messages: readonly StreamMessage[],
): readonly (readonly StreamMessage[])[] => {
  const batches: StreamMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = message.bytes.byteLength + Buffer.byteLength(message.partitionKey);
    const last = batches.at(-1);
    const fits = last && last.length < MAX_MESSAGES && bytes + size <= MAX_BYTES;
    if (fits) last.push(message);
    else batches.push([message]);
    bytes = fits ? bytes + size : size;
  }
  return batches;
};

const toSendAgain = (
  sent: readonly StreamMessage[],
  answers: readonly PutRecordsResultEntry[],
): readonly StreamMessage[] => {
  const refused = new Set<string>();
  return sent.filter(({ partitionKey }, index) => {
    if (answers[index]?.SequenceNumber === undefined) refused.add(partitionKey);
    return refused.has(partitionKey);
  });
};
