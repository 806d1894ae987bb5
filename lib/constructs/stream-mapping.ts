/**
 * Stream mappings: how every function reads its stream, Kinesis or DynamoDB.
 *
 * The defaults of Lambda would let one bad record block a shard until it expires. Here a batch is answered in part,
 * halved on a crash, retried a finite number of times and then kept whole in the failed bucket, from where
 * `npm run ops -- redrive` brings it back.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type {
  DlqDestinationConfig,
  IEventSourceDlq,
  IEventSourceMapping,
  IFunction,
} from 'aws-cdk-lib/aws-lambda';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { StreamEventSourceProps } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { FAILED_BATCHES } from './object-prefixes.ts';

/** Bucket as on-failure destination, with only the three permissions that Lambda asks of the function's role. */
class FailedBatches implements IEventSourceDlq {
  private readonly bucket: IBucket;

  constructor(bucket: IBucket) {
    this.bucket = bucket;
  }

  bind(_mapping: IEventSourceMapping, reader: IFunction): DlqDestinationConfig {
    const { bucketArn, encryptionKey } = this.bucket;
    const allow = (action: string, resource: string) =>
      reader.addToRolePolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    allow('s3:ListBucket', bucketArn);
    allow('s3:PutObject', this.bucket.arnForObjects(`${FAILED_BATCHES}*`));
    if (encryptionKey) allow('kms:GenerateDataKey', encryptionKey.keyArn);
    return { destination: bucketArn };
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
  onFailure: new FailedBatches(failed),
});
