/**
 * DataStack: everything that holds state. The stage stacks use it and can be deleted and made again without it.
 *
 * Nothing here has a physical name, so that a second copy can stand beside the first during a rebuild; nothing here is
 * deleted with the stack.
 * @module
 */
import { Aws, CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import {
  AttributeType,
  Billing,
  CfnGlobalTable,
  StreamViewType,
  TableV2,
} from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import { Key } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { EXTRACT_DAYS, EXTRACT_LISTS, EXTRACTS } from '#application/shared/extracts.ts';
import type { EnvironmentSettings } from '../config/environments.ts';
import { PrivateBucket } from '../constructs/private-bucket.ts';

/** Props of every stack of the app. */
export interface TributaryStackProps extends StackProps {
  readonly settings: EnvironmentSettings;
}

/** Keys, stream, buckets, table and secrets. */
export class DataStack extends Stack {
  /** Encrypts customer data. */
  readonly dataKey = this.makeKey('DataKey', 'Customer data: stream, table, buckets, secrets');
  /** Encrypts what operations see: logs and alarms. Apart, so that reading logs gives no access to customers. */
  readonly operationsKey = this.makeOperationsKey();
  /** Change records of all sources. */
  readonly changes = this.makeStream();
  readonly archive: PrivateBucket;
  readonly failed: PrivateBucket;
  readonly quarantine: PrivateBucket;
  readonly definitions: PrivateBucket;
  /** Files that sources drop, and the reports on them. */
  readonly drops: PrivateBucket;
  /** What is handed out: certificates of erasures, which stay, and extracts, which expire. */
  readonly rights: PrivateBucket;
  /** Items of the pipeline, `customer360` in the documents. */
  readonly table = this.makeTable('Customer360', StreamViewType.NEW_AND_OLD_IMAGES);
  /** Who read what of whom. Apart, so that other people can be let at it than at customers. */
  readonly audit = this.makeTable('Audit', StreamViewType.NEW_IMAGE);
  /** Keys the hashes of identifiers; `npm run ops -- rekey` adds to it. Any other new value would orphan every claim. */
  readonly pepper = this.makeSecret('Pepper', 'HMAC key of identifiers');
  /** Keys the OneIDs; a new value would rename every customer. */
  readonly oneIdKey = this.makeSecret('OneIdKey', 'HMAC key of OneIDs');
  /** Keys the marks of erased rows; a new value would let them come back. */
  readonly erasureKey = this.makeSecret('ErasureKey', 'HMAC key of erasure marks');

  constructor(scope: Construct, id: string, props: TributaryStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const { archiveRetentionDays } = props.settings;
    const shared = { key: this.dataKey, accessLogs: this.makeAccessLogs() };
    this.archive = new PrivateBucket(this, 'Archive', {
      ...shared,
      versioned: true,
      lifecycle: {
        transitions: [
          { storageClass: StorageClass.INTELLIGENT_TIERING, transitionAfter: Duration.days(30) },
        ],
        expiration: Duration.days(archiveRetentionDays),
      },
    });
    this.failed = new PrivateBucket(this, 'Failed', {
      ...shared,
      versioned: false,
      lifecycle: { expiration: Duration.days(30) },
      requestMetrics: true,
    });
    this.quarantine = new PrivateBucket(this, 'Quarantine', {
      ...shared,
      versioned: false,
      lifecycle: { expiration: Duration.days(90) },
    });
    this.definitions = new PrivateBucket(this, 'Definitions', { ...shared, versioned: true });
    this.drops = new PrivateBucket(this, 'Drops', {
      ...shared,
      versioned: false,
      lifecycle: { expiration: Duration.days(90) },
      events: true,
    });
    this.rights = new PrivateBucket(this, 'Rights', { ...shared, versioned: false });
    for (const prefix of [EXTRACTS, EXTRACT_LISTS])
      this.rights.addLifecycleRule({ prefix, expiration: Duration.days(EXTRACT_DAYS) });
    this.addOutputs();
  }

  private makeKey(id: string, description: string): Key {
    return new Key(this, id, {
      description,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private makeOperationsKey(): Key {
    const key = this.makeKey('OperationsKey', 'Logs and alarms');
    const logs = new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`);
    const groups = this.formatArn({ service: 'logs', resource: 'log-group:*' });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [logs],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups } },
      }),
    );
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    return key;
  }

  private makeStream(): Stream {
    const stream = new Stream(this, 'Changes', {
      streamMode: StreamMode.ON_DEMAND,
      encryption: StreamEncryption.KMS,
      encryptionKey: this.dataKey,
      retentionPeriod: Duration.days(7),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const resource = stream.node.defaultChild;
    if (!(resource instanceof CfnStream)) throw new Error('the stream has no resource');
    // AUTO would spread the changes of one row over shards, and with them their order.
    resource.recordDistributionStrategy = 'USER_PARTITION_KEY';
    // A Lambda invocation carries 6 MB after base64, so a larger record could be accepted but never delivered.
    resource.maxRecordSizeInKiB = 4096;
    return stream;
  }

  private makeTable(id: string, dynamoStream: StreamViewType): TableV2 {
    const table = new TableV2(this, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billing: Billing.onDemand(),
      dynamoStream,
      timeToLiveAttribute: 'expiresAt',
      pointInTimeRecoverySpecification: {
        pointInTimeRecoveryEnabled: true,
        recoveryPeriodInDays: 35,
      },
      // Contributor Insights would write keys to CloudWatch, and row keys may hold card numbers.
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // The library refuses a customer managed key in a template that names no region, though CloudFormation does not.
    const resource = table.node.defaultChild;
    if (!(resource instanceof CfnGlobalTable)) throw new Error('the table has no resource');
    resource.sseSpecification = { sseEnabled: true, sseType: 'KMS' };
    resource.addPropertyOverride('Replicas.0.SSESpecification', {
      KMSMasterKeyId: this.dataKey.keyArn,
    });
    return table;
  }

  private makeSecret(id: string, description: string): Secret {
    return new Secret(this, id, {
      description,
      encryptionKey: this.dataKey,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** S3 delivers access logs only into buckets with its own encryption. */
  private makeAccessLogs(): Bucket {
    return new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          expiration: Duration.days(365),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
      ],
    });
  }

  /** What `npm run ops` looks up. */
  private addOutputs(): void {
    const outputs = {
      TableName: this.table.tableName,
      AuditTableName: this.audit.tableName,
      StreamName: this.changes.streamName,
      ArchiveBucket: this.archive.bucketName,
      FailedBucket: this.failed.bucketName,
      QuarantineBucket: this.quarantine.bucketName,
      DefinitionsBucket: this.definitions.bucketName,
      DropsBucket: this.drops.bucketName,
      RightsBucket: this.rights.bucketName,
      PepperSecretArn: this.pepper.secretArn,
      OneIdKeySecretArn: this.oneIdKey.secretArn,
      ErasureKeySecretArn: this.erasureKey.secretArn,
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}
