/**
 * Kinesis records: the event of a Kinesis event source mapping, as the use cases read it.
 * @module
 */
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { StreamRecord } from '#application/shared/ports.ts';

/** Decodes the records of an event, in their order. */
export const streamRecords = (event: KinesisStreamEvent): readonly StreamRecord[] =>
  event.Records.map(streamRecord);

const streamRecord = ({ eventID, kinesis }: KinesisStreamRecord): StreamRecord => ({
  bytes: new Uint8Array(Buffer.from(kinesis.data, 'base64')),
  partitionKey: kinesis.partitionKey,
  sequenceNumber: kinesis.sequenceNumber,
  // `shardId-000000000006:49590338271490256608559692538361571095921575989136588898`
  shardId: eventID.slice(0, eventID.indexOf(':')),
  // Seconds with fractions.
  arrivedAt: Math.round(kinesis.approximateArrivalTimestamp * 1000),
});
