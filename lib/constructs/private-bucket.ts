/**
 * PrivateBucket: a bucket for customer data. Encrypted with the data key, reachable over TLS only, closed to the
 * public, its accesses logged, kept when its stack goes.
 * @module
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** What one bucket has of its own. */
export interface PrivateBucketProps {
  readonly key: IKey;
  readonly accessLogs: IBucket;
  /** Whether overwritten and deleted objects stay readable for 30 days. */
  readonly versioned: boolean;
  readonly lifecycle?: LifecycleRule;
  /** Whether S3 counts requests per minute, so that an alarm can. */
  readonly requestMetrics?: boolean;
  /** Whether S3 sends an event for every new object. */
  readonly events?: boolean;
}

/** Filter id of the request metrics, a dimension of theirs. */
export const ALL_OBJECTS = 'AllObjects';

/** A bucket with the protections that all have. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.KMS,
      encryptionKey: props.key,
      bucketKeyEnabled: true,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      versioned: props.versioned,
      serverAccessLogsBucket: props.accessLogs,
      serverAccessLogsPrefix: `${id.toLowerCase()}/`,
      lifecycleRules: lifecycleOf(props),
      metrics: props.requestMetrics ? [{ id: ALL_OBJECTS }] : [],
    });
    if (props.events) this.sendEvents();
  }

  /** The library would do this with a function of its own; the template can say it. */
  private sendEvents(): void {
    const resource = this.node.defaultChild;
    if (!(resource instanceof CfnBucket)) throw new Error('the bucket has no resource');
    resource.notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
  }
}

const lifecycleOf = (props: PrivateBucketProps): LifecycleRule[] => [
  {
    ...props.lifecycle,
    abortIncompleteMultipartUploadAfter: Duration.days(7),
    ...(props.versioned ? { noncurrentVersionExpiration: Duration.days(30) } : {}),
  },
];
