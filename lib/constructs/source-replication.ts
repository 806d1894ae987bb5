/**
 * SourceReplication: reads one source database with DMS serverless, first its rows, then its log, onto the change stream.
 * @module
 */
import { Aws } from 'aws-cdk-lib';
import {
  CfnEndpoint,
  type CfnEndpointProps,
  CfnReplicationConfig,
  type CfnReplicationSubnetGroup,
} from 'aws-cdk-lib/aws-dms';
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { assertNever } from '#domain/shared/assert.ts';
import type { CaptureSource } from '../config/capture-sources.ts';
import type { EndpointSettings } from '../config/environments.ts';
import type { CaptureNetwork } from './capture-network.ts';
import { REPLICATION_SETTINGS } from './replication-settings.ts';
import { tableMappings } from './table-mappings.ts';

/** What all replications of an environment share. */
export interface ReplicationContext {
  readonly environment: string;
  readonly multiAz: boolean;
  readonly network: CaptureNetwork;
  readonly subnetGroup: CfnReplicationSubnetGroup;
  /** Endpoint that writes to the change stream. */
  readonly target: CfnEndpoint;
  readonly dataKey: IKey;
}

/** One source: where it is, and what is read of it. */
export interface SourceReplicationProps extends ReplicationContext {
  readonly source: CaptureSource;
  readonly endpoint: EndpointSettings;
}

/** How DMS names the engines. */
const ENGINE_NAMES = {
  postgresql: 'postgres',
  mysql: 'mysql',
  oracle: 'oracle',
  sqlserver: 'sqlserver',
} as const;

/** Endpoint, access to its secret, and replication of one source. */
export class SourceReplication extends Construct {
  /** Id of the source. */
  readonly source: string;
  /** Identifier of the replication, a dimension of its metrics. */
  readonly identifier: string;

  constructor(scope: Construct, id: string, props: SourceReplicationProps) {
    super(scope, id);
    const { source, endpoint, network } = props;
    this.source = source.source;
    this.identifier = `tributary-${props.environment}-${source.source}`;
    network.allowSource(endpoint.network, endpoint.port);
    new CfnReplicationConfig(this, 'Replication', {
      replicationConfigIdentifier: this.identifier,
      replicationType: 'full-load-and-cdc',
      sourceEndpointArn: this.makeEndpoint(props).ref,
      targetEndpointArn: props.target.ref,
      replicationSettings: REPLICATION_SETTINGS,
      tableMappings: tableMappings(source, endpoint.schema),
      computeConfig: {
        minCapacityUnits: endpoint.minCapacityUnits,
        maxCapacityUnits: endpoint.maxCapacityUnits,
        multiAz: props.multiAz,
        // The ARN: with the id, drift detection reports a change that is none.
        kmsKeyId: props.dataKey.keyArn,
        replicationSubnetGroupId: props.subnetGroup.ref,
        vpcSecurityGroupIds: [network.securityGroup.securityGroupId],
      },
    });
  }

  private makeEndpoint({ source, endpoint, dataKey }: SourceReplicationProps): CfnEndpoint {
    const secret = this.findSecret(endpoint.secret);
    const role = this.makeSecretRole(secret, endpoint.secretKeyArn);
    const made = new CfnEndpoint(this, 'Endpoint', {
      endpointType: 'source',
      engineName: ENGINE_NAMES[source.engine],
      databaseName: endpoint.database,
      sslMode: endpoint.sslMode,
      kmsKeyId: dataKey.keyArn,
      ...(endpoint.certificateArn === undefined ? {} : { certificateArn: endpoint.certificateArn }),
      ...engineSettings(source.engine, {
        secretsManagerSecretId: endpoint.secret,
        secretsManagerAccessRoleArn: role.roleArn,
      }),
    });
    made.node.addDependency(role);
    return made;
  }

  private findSecret(nameOrArn: string): ISecret {
    return nameOrArn.startsWith('arn:')
      ? Secret.fromSecretCompleteArn(this, 'Secret', nameOrArn)
      : Secret.fromSecretNameV2(this, 'Secret', nameOrArn);
  }

  private makeSecretRole(secret: ISecret, keyArn: string | undefined): IRole {
    const role = new Role(this, 'SecretRole', {
      // For secrets DMS assumes the role as its regional principal.
      assumedBy: new ServicePrincipal(`dms.${Aws.REGION}.${Aws.URL_SUFFIX}`),
    });
    secret.grantRead(role);
    if (keyArn) {
      role.addToPolicy(new PolicyStatement({ actions: ['kms:Decrypt'], resources: [keyArn] }));
    }
    return role;
  }
}

/**
 * Access to the secret stands in the settings of the engine, together with what the engine needs for whole records and
 * what keeps DMS from writing into the source: its defaults make tables, triggers and log groups there. What the owner
 * of the database does instead is in docs/how-to/connect-a-database.md.
 */
const engineSettings = (
  engine: CaptureSource['engine'],
  access: { secretsManagerSecretId: string; secretsManagerAccessRoleArn: string },
): Partial<CfnEndpointProps> => {
  switch (engine) {
    case 'postgresql':
      // test_decoding gives whole before images. The owner's heartbeat table moves the slot of a quiet database.
      return {
        postgreSqlSettings: {
          ...access,
          pluginName: 'test-decoding',
          mapBooleanAsBoolean: true,
          captureDdls: false,
          heartbeatEnable: false,
        },
      };
    case 'mysql':
      return { mySqlSettings: access };
    case 'oracle':
      return { oracleSettings: { ...access, addSupplementalLogging: false } };
    case 'sqlserver':
      // Two settings that CloudFormation has no property for.
      return {
        microsoftSqlServerSettings: access,
        extraConnectionAttributes: 'activateSafeguard=false;setUpMsCdcForTables=false',
      };
    default:
      return assertNever(engine);
  }
};
