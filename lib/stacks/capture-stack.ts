/**
 * CaptureStack: brings the changes of every source onto the stream, and keeps what was on it in the archive.
 * @module
 */
import { Aws, Duration, Fn, Stack } from 'aws-cdk-lib';
import { CfnEndpoint, CfnReplicationSubnetGroup } from 'aws-cdk-lib/aws-dms';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { KinesisEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { CaptureSource } from '../config/capture-sources.ts';
import { endpointOf } from '../config/environments.ts';
import { CaptureNetwork } from '../constructs/capture-network.ts';
import {
  grantDefinitions,
  grantDrops,
  grantPublish,
  grantPutObject,
  grantSecret,
  grantTable,
} from '../constructs/grants.ts';
import { DROPS } from '../constructs/object-prefixes.ts';
import { ERASED, ERASED_ROWS } from '../constructs/partitions.ts';
import { RECORD_FORMAT } from '../constructs/replication-settings.ts';
import { SourceReplication } from '../constructs/source-replication.ts';
import { StageFunction } from '../constructs/stage-function.ts';
import { eventInvocation, streamMapping } from '../constructs/stream-mapping.ts';
import type { StageStackProps } from './identity-stack.ts';

/** Props of the capture stack. */
export interface CaptureStackProps extends StageStackProps {
  readonly sources: readonly CaptureSource[];
}

/** Roles that DMS looks for under exactly these names, once per account. */
const ACCOUNT_ROLES = {
  'dms-vpc-role': 'service-role/AmazonDMSVPCManagementRole',
  'dms-cloudwatch-logs-role': 'service-role/AmazonDMSCloudWatchLogsRole',
} as const;

/** Context that makes the account's DMS roles; set it in the first environment of an account only. */
const MAKE_ACCOUNT_ROLES = 'createDmsAccountRoles';

/** Replications, archive function and import of files. */
export class CaptureStack extends Stack {
  readonly archiveChanges: StageFunction;
  readonly importFile: StageFunction;
  /** Has every new file imported. */
  readonly fileDropped: Rule;
  readonly replications: readonly SourceReplication[];

  constructor(scope: Construct, id: string, props: CaptureStackProps) {
    super(scope, id, props);
    this.archiveChanges = this.makeArchive(props);
    this.importFile = this.makeImport(props);
    this.fileDropped = this.makeRule(props);
    this.replications = this.makeReplications(props);
  }

  /** By position, not by name: names need a look-up in the account, and synthesis works without one. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }

  private makeArchive({ data, settings }: CaptureStackProps): StageFunction {
    const archive = new StageFunction(this, 'capture/archive-changes', {
      settings,
      logsKey: data.operationsKey,
      description: 'keeps every batch of the change stream as it came',
      memoryMb: 512,
      timeoutSeconds: 60,
      environment: {
        ARCHIVE_BUCKET: data.archive.bucketName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        ERASURE_KEY_SECRET_ARN: data.erasureKey.secretArn,
        TABLE_NAME: data.table.tableName,
      },
    });
    grantPutObject(archive, data.archive);
    grantTable(archive, data, ['BatchGetItem'], [ERASED, ERASED_ROWS]);
    grantTable(archive, data, ['PutItem'], [ERASED_ROWS]);
    grantDefinitions(archive, data);
    grantSecret(archive, data.erasureKey);
    const changes = new KinesisEventSource(data.changes, {
      ...streamMapping(data.failed),
      // Nobody waits for the archive, and an object costs the same however little is in it.
      maxBatchingWindow: Duration.seconds(5),
      parallelizationFactor: 1,
    });
    archive.lambda.addEventSource(changes);
    return archive;
  }

  private makeImport({ data, settings }: CaptureStackProps): StageFunction {
    const importFile = new StageFunction(this, 'capture/import-file', {
      settings,
      logsKey: data.operationsKey,
      description: 'puts the rows of dropped files on the change stream',
      memoryMb: 1024,
      timeoutSeconds: 900,
      environment: {
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        DROPS_BUCKET: data.drops.bucketName,
        STREAM_NAME: data.changes.streamName,
        TABLE_NAME: data.table.tableName,
      },
    });
    grantDefinitions(importFile, data);
    grantDrops(importFile, data);
    grantPublish(importFile, data);
    importFile.lambda.configureAsyncInvoke(eventInvocation(data.failed));
    return importFile;
  }

  private makeRule({ data }: CaptureStackProps): Rule {
    return new Rule(this, 'FileDropped', {
      description: 'A new file in the drops bucket is imported',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [data.drops.bucketName] },
          object: { key: [{ prefix: DROPS }] },
        },
      },
      targets: [new LambdaFunction(this.importFile.lambda)],
    });
  }

  private makeReplications(props: CaptureStackProps): readonly SourceReplication[] {
    const { data, settings, sources } = props;
    rejectUnknownSources(props);
    const network = new CaptureNetwork(this, 'Network', { settings, logsKey: data.operationsKey });
    const subnetGroup = new CfnReplicationSubnetGroup(this, 'Subnets', {
      replicationSubnetGroupDescription: `Tributary ${settings.name}`,
      subnetIds: [...network.subnetIds],
    });
    for (const role of this.makeAccountRoles()) subnetGroup.node.addDependency(role);
    const shared = {
      environment: settings.name,
      multiAz: settings.capture.multiAz,
      network,
      subnetGroup,
      target: this.makeTarget(props),
      dataKey: data.dataKey,
    };
    return sources.map((source) => {
      const endpoint = endpointOf(settings, source.source);
      return new SourceReplication(this, source.source, { ...shared, source, endpoint });
    });
  }

  private makeAccountRoles(): readonly Role[] {
    const wanted: unknown = this.node.tryGetContext(MAKE_ACCOUNT_ROLES);
    if (wanted !== true && wanted !== 'true') return [];
    return Object.entries(ACCOUNT_ROLES).map(
      ([roleName, policy]) =>
        new Role(this, roleName, {
          roleName,
          assumedBy: new ServicePrincipal('dms.amazonaws.com'),
          managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
        }),
    );
  }

  private makeTarget({ data }: CaptureStackProps): CfnEndpoint {
    const role = new Role(this, 'StreamRole', {
      assumedBy: new ServicePrincipal('dms.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    const allow = (resource: string, ...actions: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
    // The library's grantWrite has no DescribeStream, without which DMS refuses the endpoint.
    allow(
      data.changes.streamArn,
      'kinesis:DescribeStream',
      'kinesis:PutRecord',
      'kinesis:PutRecords',
    );
    allow(data.dataKey.keyArn, 'kms:GenerateDataKey');
    const target = new CfnEndpoint(this, 'StreamEndpoint', {
      endpointType: 'target',
      engineName: 'kinesis',
      kmsKeyId: data.dataKey.keyArn,
      kinesisSettings: {
        ...RECORD_FORMAT,
        streamArn: data.changes.streamArn,
        serviceAccessRoleArn: role.roleArn,
      },
    });
    target.node.addDependency(role);
    return target;
  }
}

/** A setting for a source that has no definition is a typing error that would leave the source on its defaults. */
const rejectUnknownSources = ({ settings, sources }: CaptureStackProps): void => {
  const known = sources.map(({ source }) => source);
  const unknown = Object.keys(settings.capture.sources).filter((id) => !known.includes(id));
  if (unknown.length > 0) {
    throw new Error(
      `Environment ${settings.name} has endpoint settings for ${unknown.join(', ')}, but definitions/sources has only ${known.join(', ')}.`,
    );
  }
};
