/**
 * Capture: the DMS settings that the decoder relies on, for every source that is defined.
 * @module
 */
import { describe, expect, test } from 'vitest';
import { readCaptureSources } from '../../lib/config/capture-sources.ts';
import { loadEnvironment } from '../../lib/config/environments.ts';
import { tableMappings } from '../../lib/constructs/table-mappings.ts';
import { CaptureStack } from '../../lib/stacks/capture-stack.ts';
import { DataStack } from '../../lib/stacks/data-stack.ts';
import { newApp, resourcesOf, synthesize, type Template, withFolder } from './synthesized.ts';

const { app, templates } = synthesize();
const { Capture } = templates;
const sources = readCaptureSources(app.node);
const replications = resourcesOf(Capture, 'AWS::DMS::ReplicationConfig');
const endpoints = resourcesOf(Capture, 'AWS::DMS::Endpoint').map(
  ([, { Properties }]) => Properties,
);

describe('every source', () => {
  test('has one replication, and there is no other', () => {
    const identifiers = replications.map(([, r]) => r.Properties['ReplicationConfigIdentifier']);
    expect(identifiers.sort()).toEqual(sources.map(({ source }) => `tributary-dev-${source}`));
    expect(sources.length).toBeGreaterThan(0);
  });

  test.each(replications)('%s loads, then follows the log', (_id, { Properties }) => {
    expect(Properties).toMatchObject({ ReplicationType: 'full-load-and-cdc' });
  });

  test.each(replications)('%s loses nothing silently', (_id, { Properties }) => {
    expect(Properties['ReplicationSettings']).toMatchObject({
      TargetMetadata: {
        SupportLobs: true,
        FullLobMode: false,
        LimitedSizeLobMode: true,
        LobMaxSize: 512,
        BatchApplyEnabled: false,
        ParallelApplyThreads: 0,
      },
      FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      BeforeImageSettings: {
        EnableBeforeImage: true,
        FieldName: 'before-image',
        ColumnFilter: 'all',
      },
      ControlTablesSettings: {
        StatusTableEnabled: true,
        HistoryTableEnabled: true,
        SuspendedTablesTableEnabled: true,
      },
      Logging: { EnableLogging: true },
    });
  });

  test.each(replications)('%s has numbered rules', (_id, { Properties }) => {
    const { rules } = Properties['TableMappings'] as { rules: { 'rule-id': string }[] };
    expect(rules.map((rule) => rule['rule-id'])).toEqual(rules.map((_, index) => `${index + 1}`));
  });

  test('reads its credentials from a secret over TLS', () => {
    const readers = endpoints.filter((endpoint) => endpoint['EndpointType'] === 'source');
    expect(readers).toHaveLength(sources.length);
    for (const reader of readers) {
      expect(JSON.stringify(reader)).toContain('SecretsManagerSecretId');
      expect(reader).not.toHaveProperty('Password');
      expect(reader['SslMode']).not.toBe('none');
    }
  });
});

describe('the endpoint of an engine', () => {
  const engines = ['postgresql', 'mysql', 'oracle', 'sqlserver'] as const;
  const made = withFolder((outdir) => {
    const inner = newApp(outdir);
    const settings = loadEnvironment(inner.node);
    const data = new DataStack(inner, 'Data', { env: settings.env, settings });
    const ofEveryEngine = engines.map((engine) => ({
      source: engine,
      engine,
      generation: 1,
      tables: { customer: { key: ['id'] } },
    }));
    new CaptureStack(inner, 'Capture', {
      env: settings.env,
      settings,
      data,
      sources: ofEveryEngine,
    });
    return inner.synth().getStackByName('Capture').template as Template;
  });

  test.each([
    [
      'postgres',
      'PostgreSqlSettings',
      { CaptureDdls: false, HeartbeatEnable: false, PluginName: 'test-decoding' },
    ],
    ['mysql', 'MySqlSettings', {}],
    ['oracle', 'OracleSettings', { AddSupplementalLogging: false }],
    ['sqlserver', 'MicrosoftSqlServerSettings', {}],
  ])('%s makes nothing in the source', (engine, property, settings) => {
    const [endpoint, ...others] = resourcesOf(made, 'AWS::DMS::Endpoint')
      .map(([, { Properties }]) => Properties)
      .filter(({ EngineName }) => EngineName === engine);
    expect(others).toEqual([]);
    expect(endpoint?.[property]).toEqual({
      SecretsManagerSecretId: expect.anything(),
      SecretsManagerAccessRoleArn: expect.anything(),
      ...(engine === 'postgres' ? { MapBooleanAsBoolean: true } : {}),
      ...settings,
    });
    expect(endpoint?.['ExtraConnectionAttributes']).toBe(
      engine === 'sqlserver' ? 'activateSafeguard=false;setUpMsCdcForTables=false' : undefined,
    );
  });
});

describe('stream endpoint', () => {
  const writers = endpoints.filter((endpoint) => endpoint['EndpointType'] === 'target');

  test('writes whole records, partitioned by row', () => {
    expect(writers).toMatchObject([
      {
        EngineName: 'kinesis',
        KinesisSettings: {
          MessageFormat: 'json-unformatted',
          IncludeTransactionDetails: true,
          IncludeNullAndEmpty: true,
          IncludePartitionValue: true,
          IncludeTableAlterOperations: true,
          IncludeControlDetails: true,
          PartitionIncludeSchemaTable: true,
          NoHexPrefix: true,
        },
      },
    ]);
  });

  test('may describe the stream, without which DMS refuses it', () => {
    const policy = resourcesOf(Capture, 'AWS::IAM::Policy').find(([id]) =>
      id.startsWith('StreamRole'),
    );
    expect(policy?.[1].Properties['PolicyDocument']).toMatchObject({
      Statement: [
        { Action: ['kinesis:DescribeStream', 'kinesis:PutRecord', 'kinesis:PutRecords'] },
        { Action: 'kms:GenerateDataKey' },
      ],
    });
  });
});

describe('table mappings', () => {
  const { rules } = tableMappings(
    {
      source: 'erp',
      engine: 'postgresql',
      generation: 3,
      tables: { receipt_line: { key: ['receipt_no', 'line'] } },
    },
    'public',
  );
  const locator = { 'schema-name': 'public', 'table-name': 'receipt_line' };

  test.each([
    ['includes the table', { 'rule-type': 'selection', 'object-locator': locator }],
    [
      'renames the schema to the source id',
      { 'rule-action': 'rename', 'rule-target': 'schema', value: 'erp' },
    ],
    [
      'adds the load generation',
      { 'rule-action': 'add-column', value: '_c360_gen', expression: "'0003'" },
    ],
    [
      'makes the first key column text',
      {
        'rule-action': 'change-data-type',
        'object-locator': { ...locator, 'column-name': 'receipt_no' },
        'data-type': { type: 'string', length: 255 },
      },
    ],
    [
      'makes the second key column text',
      {
        'rule-action': 'change-data-type',
        'object-locator': { ...locator, 'column-name': 'line' },
      },
    ],
    [
      'partitions by primary key',
      {
        'rule-type': 'object-mapping',
        'rule-action': 'map-record-to-record',
        'object-locator': locator,
        'mapping-parameters': { 'partition-key-type': 'primary-key' },
      },
    ],
  ])('%s', (_what, rule) => {
    expect(rules).toContainEqual(expect.objectContaining(rule));
  });
});

describe('network', () => {
  test('can be an existing one', () => {
    const existing = withFolder((outdir) => {
      const inner = newApp(outdir, { account: '123456789012', region: 'ap-east-1' });
      const vpc = {
        id: 'vpc-0a1b2c3d',
        availabilityZones: ['a', 'b'],
        subnetIds: ['subnet-0a1b2c3d', 'subnet-1a2b3c4d'],
      };
      const settings = { ...loadEnvironment(inner.node), vpc };
      const props = { env: settings.env, settings };
      const data = new DataStack(inner, 'Data', props);
      new CaptureStack(inner, 'Capture', { ...props, data, sources });
      return inner.synth().getStackByName('Capture').template as Template;
    });
    const ec2 = Object.values(existing.Resources).filter(({ Type }) => Type.startsWith('AWS::EC2'));
    const [group] = resourcesOf(existing, 'AWS::DMS::ReplicationSubnetGroup');
    expect(ec2).toMatchObject([
      { Type: 'AWS::EC2::SecurityGroup', Properties: { VpcId: 'vpc-0a1b2c3d' } },
    ]);
    expect(group?.[1].Properties).toMatchObject({
      SubnetIds: ['subnet-0a1b2c3d', 'subnet-1a2b3c4d'],
    });
  });

  test('has no way to the internet', () => {
    const types = Object.values(Capture.Resources).map(({ Type }) => Type);
    expect(types).not.toContain('AWS::EC2::NatGateway');
    expect(types).not.toContain('AWS::EC2::InternetGateway');
  });

  test.each(['kinesis-streams', 'secretsmanager'])('reaches %s inside', (service) => {
    const names = resourcesOf(Capture, 'AWS::EC2::VPCEndpoint').map(([, { Properties }]) =>
      JSON.stringify(Properties['ServiceName']),
    );
    expect(names.filter((name) => name.includes(service))).toHaveLength(1);
  });
});

describe('dropped files', () => {
  test('are not forgotten when their import fails for good', () => {
    const [config, ...others] = resourcesOf(Capture, 'AWS::Lambda::EventInvokeConfig');
    expect(others).toEqual([]);
    expect(config?.[1].Properties).toMatchObject({
      FunctionName: { Ref: expect.stringContaining('importfile') },
      MaximumRetryAttempts: 2,
      MaximumEventAgeInSeconds: 6 * 3600,
      DestinationConfig: {
        OnFailure: {
          Destination: { 'Fn::ImportValue': expect.stringMatching(/ExportsOutput.*Failed/) },
        },
      },
    });
  });

  test('are announced by their bucket, and only they invoke the import', () => {
    const [bucket] = resourcesOf(templates.Data, 'AWS::S3::Bucket').filter(([id]) =>
      id.startsWith('Drops'),
    );
    expect(bucket?.[1].Properties).toMatchObject({
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    const [rule, ...others] = resourcesOf(Capture, 'AWS::Events::Rule');
    expect(others).toEqual([]);
    expect(rule?.[1].Properties).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { object: { key: [{ prefix: 'drops/' }] } },
      },
      State: 'ENABLED',
      Targets: [{ Arn: { 'Fn::GetAtt': [expect.stringContaining('importfile'), 'Arn'] } }],
    });
  });
});
