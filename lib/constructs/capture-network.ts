/**
 * CaptureNetwork: where the replications run. Either an existing network, or a minimal one without a way to the internet:
 * two subnets, an endpoint for each service that DMS calls, and no NAT.
 *
 * DMS calls Kinesis and Secrets Manager from inside the network; the logs and the keys are used by the services
 * themselves, so they need no endpoint.
 * @module
 */
import { RemovalPolicy } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../config/environments.ts';

/** What the network is made of. */
export interface CaptureNetworkProps {
  readonly settings: EnvironmentSettings;
  readonly logsKey: IKey;
}

/** Network, subnets and security group of the replications. */
export class CaptureNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnetIds: readonly string[];
  /** Of the replications; nothing may connect to them, and they may connect only where a rule says. */
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, props: CaptureNetworkProps) {
    super(scope, id);
    const imported = props.settings.vpc;
    this.vpc = imported
      ? Vpc.fromVpcAttributes(this, 'Vpc', {
          vpcId: imported.id,
          availabilityZones: [...imported.availabilityZones],
        })
      : this.makeVpc(props);
    this.subnetIds =
      imported?.subnetIds ?? this.vpc.isolatedSubnets.map((subnet) => subnet.subnetId);
    this.securityGroup = this.makeGroup('Replications', 'DMS replications');
    if (imported) this.allowOut(Peer.anyIpv4(), 443, 'service endpoints of the existing network');
    else this.addEndpoints();
  }

  /** Lets the replications connect to a source database. */
  allowSource(network: string, port: number): void {
    this.allowOut(Peer.ipv4(network), port, 'source databases');
  }

  private allowOut(peer: ReturnType<typeof Peer.ipv4>, port: number, why: string): void {
    this.securityGroup.addEgressRule(peer, Port.tcp(port), why);
  }

  private makeVpc({ settings, logsKey }: CaptureNetworkProps): Vpc {
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.90.0.0/24'),
      maxAzs: 2,
      subnetConfiguration: [
        { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
      natGateways: 0,
      // It would add a custom resource; nothing uses the default group.
      restrictDefaultSecurityGroup: false,
    });
    const flowLog = new LogGroup(this, 'FlowLog', {
      retention: settings.logRetentionDays,
      encryptionKey: logsKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs(flowLog) });
    return vpc;
  }

  private makeGroup(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, {
      vpc: this.vpc,
      description,
      allowAllOutbound: false,
    });
  }

  private addEndpoints(): void {
    const group = this.makeGroup('Endpoints', 'Service endpoints of the capture network');
    group.addIngressRule(this.securityGroup, Port.tcp(443), 'replications');
    this.securityGroup.addEgressRule(group, Port.tcp(443), 'service endpoints');
    const services = {
      Kinesis: InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
      SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    };
    for (const [id, service] of Object.entries(services)) {
      this.vpc.addInterfaceEndpoint(id, { service, open: false, securityGroups: [group] });
    }
  }
}
