/**
 * Stream mappings: how every function reads its stream, Kinesis or DynamoDB; and what becomes of an event that a function
 * was sent and did not take.
 *
 * The defaults of Lambda would let one bad record block a shard until it expires. Here a batch is answered in part,
 * halved on a crash, retried a finite number of times and then kept whole in the failed bucket, from where
 * `npm run ops -- redrive` brings it back.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import type {
  EventInvokeConfigOptions,
  IDestination,
  IEventSourceDlq,
  IEventSourceMapping,
  IFunction,
} from 'aws-cdk-lib/aws-lambda';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { StreamEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { grantFailed } from './grants.ts';

/** Bucket as on-failure destination, of a stream mapping and of invocations that nobody waits for. */
class FailedBucket implements IEventSourceDlq, IDestination {
  private readonly bucket: IBucket;

  constructor(bucket: IBucket) {
    this.bucket = bucket;
  }

  bind(_from: IEventSourceMapping | Construct, failing: IFunction) {
    grantFailed(failing, this.bucket);
    return { destination: this.bucket.bucketArn };
  }
}

/**
 * Settings of a stream mapping whose batches, when given up, go to this bucket.
 * Records are given up after 20 hours, before DynamoDB drops them from its stream (24 hours).
 */
export const streamMapping = (failed: IBucket): StreamEventSourceProps => ({
  batchSize: 500,
  maxBatchingWindow: Duration.seconds(0),
  parallelizationFactor: 2,
  startingPosition: StartingPosition.TRIM_HORIZON,
  reportBatchItemFailures: true,
  bisectBatchOnError: true,
  retryAttempts: 8,
  maxRecordAge: Duration.hours(20),
  onFailure: new FailedBucket(failed),
});

/**
 * Settings of a function that events are sent to: an event that it did not take in three attempts, or within six hours,
 * is kept in this bucket.
 */
export const eventInvocation = (failed: IBucket): EventInvokeConfigOptions => ({
  retryAttempts: 2,
  maxEventAge: Duration.hours(6),
  onFailure: new FailedBucket(failed),
});
