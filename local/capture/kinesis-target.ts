/**
 * Kinesis target: puts batches on the stream until every record is on it.
 *
 * PutRecords may take some records of a batch and refuse others. Only the refused ones are sent again; no batch holds
 * two records of one key, and the next batch waits, so the order per key holds.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { StreamRecord } from './dms-records.ts';

/** Which stream, and how to reach it. */
export interface KinesisOptions {
  readonly stream: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Sends a batch; gives the records that were refused. Fails when the stream cannot be reached. */
export type PutBatch = (batch: readonly StreamRecord[]) => Promise<readonly StreamRecord[]>;

/** Most records of one PutRecords call. */
const MAX_RECORDS = 500;
/** Most bytes of one PutRecords call, a little below the limit of 5 MiB. */
const MAX_BYTES = 4_500_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** PutRecords on a stream. The SDK's own handler speaks HTTP/2, which local engines do not. */
export const kinesisTarget = (options: KinesisOptions): PutBatch => {
  const client = new KinesisClient({
    endpoint: options.endpoint,
    region: options.region,
    credentials: options,
    requestHandler: new NodeHttpHandler({ connectionTimeout: 2_000, requestTimeout: 20_000 }),
  });
  return async (batch) => {
    const answer = await client.send(
      new PutRecordsCommand({
        StreamName: options.stream,
        Records: batch.map(({ partitionKey, text }) => ({
          PartitionKey: partitionKey,
          Data: Buffer.from(text),
        })),
      }),
    );
    return batch.filter((_, index) => answer.Records?.[index]?.ErrorCode !== undefined);
  };
};

/** Puts a batch until nothing is refused, however long the stream is away; `onTrouble` hears of every attempt that failed. */
export const putAll = async (
  put: PutBatch,
  batch: readonly StreamRecord[],
  onTrouble: (reason: string) => void,
): Promise<void> => {
  let rest = batch;
  for (let pause = FIRST_PAUSE_MS; rest.length > 0; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const refused = await attempt(put, rest, onTrouble);
    if (refused.length > 0) await sleep(pause);
    rest = refused;
  }
};

const attempt = async (
  put: PutBatch,
  batch: readonly StreamRecord[],
  onTrouble: (reason: string) => void,
): Promise<readonly StreamRecord[]> => {
  try {
    const refused = await put(batch);
    if (refused.length > 0) onTrouble(`${refused.length} of ${batch.length} records refused`);
    return refused;
  } catch (error) {
    onTrouble(error instanceof Error ? error.message : String(error));
    return batch;
  }
};

/** How many records from the front make the next batch: within the limits, and one per key. */
export const batchLength = (records: Iterable<StreamRecord>): number => {
  const keys = new Set<string>();
  let bytes = 0;
  for (const { partitionKey, text } of records) {
    bytes += Buffer.byteLength(text) + Buffer.byteLength(partitionKey);
    if (keys.size === MAX_RECORDS || keys.has(partitionKey)) break;
    if (bytes > MAX_BYTES && keys.size > 0) break;
    keys.add(partitionKey);
  }
  return keys.size;
};
