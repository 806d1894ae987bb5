/**
 * Handler events: the JSON that Lambda hands to the two functions for a batch.
 * @module
 */
import { toAttributes } from '#adapters/dynamodb/marshal.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { StreamRecord } from '#application/shared/ports.ts';

const ACCOUNT = '111122223333:stream/changes';

/** The event of a Kinesis mapping. */
export const kinesisEvent = (records: readonly StreamRecord[]): string =>
  JSON.stringify({
    Records: records.map(({ bytes, partitionKey, sequenceNumber, shardId, arrivedAt }) => ({
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey,
        sequenceNumber,
        data: Buffer.from(bytes).toString('base64'),
        approximateArrivalTimestamp: arrivedAt / 1000,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `${shardId}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::111122223333:role/resolve',
      awsRegion: 'ap-east-1',
      eventSourceARN: `arn:aws:kinesis:ap-east-1:${ACCOUNT}`,
    })),
  });

/** The event of a mapping of the table's stream. */
export const tableEvent = (changes: readonly TableChange[]): string =>
  JSON.stringify({
    Records: changes.map(({ before, after, sequence }) => ({
      eventID: sequence,
      eventName: before ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'ap-east-1',
      dynamodb: {
        ...(before ? { OldImage: toAttributes(before) } : {}),
        ...(after ? { NewImage: toAttributes(after) } : {}),
        SequenceNumber: sequence,
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    })),
  });
