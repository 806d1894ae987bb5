/**
 * What Lambda writes to an S3 on-failure destination when it gives up records: the whole invocation record.
 *
 * Source: Lambda Developer Guide, "Retain discarded batch records for a Kinesis Data Streams event source".
 * The guide shows the condition RetryAttemptsExhausted only; the one for aged records is our name for it.
 * @module
 */
import type { MappingPlan } from '../plan/model.ts';
import type { Batch, DiscardReason } from './lane.ts';
import { eventOf } from './record.ts';

/** An object for the failure bucket. */
export interface FailureObject {
  readonly key: string;
  readonly body: string;
}

/** Where and when a batch was given up. */
export interface Discard {
  readonly mapping: MappingPlan;
  readonly shardId: string;
  readonly batch: Batch;
  readonly reason: DiscardReason;
  readonly requestId: string;
  /** Random; makes the key unique. */
  readonly objectId: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Composes the object; pure. */
export const failureObject = (discard: Discard): FailureObject => {
  const { mapping, shardId, batch, reason, now } = discard;
  const invoked = batch.failures > 0;
  const record = {
    requestContext: {
      requestId: discard.requestId,
      functionArn: mapping.functionArn,
      condition: reason,
      approximateInvokeCount: batch.failures,
    },
    ...(invoked && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        functionError: 'Unhandled',
      },
    }),
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    [mapping.source.kind === 'kinesis' ? 'KinesisBatchInfo' : 'DDBStreamBatchInfo']: {
      shardId,
      startSequenceNumber: batch.records[0]?.sequence,
      endSequenceNumber: batch.records.at(-1)?.sequence,
      approximateArrivalOfFirstRecord: isoTime(batch.records[0]?.arrivedAt),
      approximateArrivalOfLastRecord: isoTime(batch.records.at(-1)?.arrivedAt),
      batchSize: batch.records.length,
      streamArn: mapping.source.arn,
    },
    payload: eventOf(batch.records),
  };
  return { key: keyOf(discard), body: JSON.stringify(record) };
};

const isoTime = (epochMs: number | undefined): string => new Date(epochMs ?? 0).toISOString();

/** `aws/lambda/<mapping>/<shard>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<random UUID>` */
const keyOf = ({ mapping, shardId, now, objectId }: Discard): string => {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '.');
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mapping.uuid}/${shardId}/${day}/${time}-${objectId}`;
};
