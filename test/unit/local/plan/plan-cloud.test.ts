import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '#domain/shared/json.ts';
import { planCloud } from '../../../../local/cloud/plan/plan-cloud.ts';
import type { TemplateResource } from '../../../../local/cloud/template/types.ts';
import { assemblyOf, stackOf } from '../template/assemblies.ts';

/** Of a function that may read any stream, and keep what is given up. */
const roleFor = (...actions: readonly string[]): TemplateResource => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [
      {
        PolicyName: 'Own',
        PolicyDocument: {
          Statement: [{ Effect: 'Allow', Action: [...actions], Resource: '*' }],
        },
      },
    ],
  },
});
const ROLE = roleFor('kinesis:*', 's3:*', 'kms:*');

const planOf = (resources: Record<string, TemplateResource>) =>
  planCloud(assemblyOf(stackOf('Data', { Resources: { Role: ROLE, ...resources } })), 'ap-east-1');

const FUNCTION: TemplateResource = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Key: 'code.zip' },
    Handler: 'index.handler',
    Timeout: '7',
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
  },
};

const mappingOn = (arn: string, more: TemplateResource['Properties'] = {}): TemplateResource => ({
  Type: 'AWS::Lambda::EventSourceMapping',
  Properties: {
    EventSourceArn: arn,
    FunctionName: { Ref: 'Fn' },
    StartingPosition: 'TRIM_HORIZON',
    ...more,
  },
});

const STREAM_ARN = 'arn:aws:kinesis:ap-east-1:000000000000:stream/changes';

describe('tables', () => {
  test('keep keys, indexes, stream and time to live', () => {
    const { tables } = planOf({
      Table: {
        Type: 'AWS::DynamoDB::GlobalTable',
        Properties: {
          TableName: 'customer360',
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
          AttributeDefinitions: [
            { AttributeName: 'pk', AttributeType: 'S' },
            { AttributeName: 'due', AttributeType: 'N' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byDue',
              KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'KEYS_ONLY' },
            },
          ],
          StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
          TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        },
      },
    });
    expect(tables).toEqual([
      expect.objectContaining({
        name: 'customer360',
        constructId: 'Table',
        keys: [{ name: 'pk', role: 'HASH' }],
        attributes: { pk: 'S', due: 'N' },
        indexes: [
          {
            name: 'byDue',
            scope: 'global',
            keys: [{ name: 'due', role: 'HASH' }],
            projection: { type: 'KEYS_ONLY', attributes: [] },
          },
        ],
        streamViewType: 'NEW_IMAGE',
        timeToLiveAttribute: 'expiresAt',
      }),
    ]);
  });
});

describe('streams', () => {
  test.each([
    ['on demand', { StreamModeDetails: { StreamMode: 'ON_DEMAND' } }, undefined],
    ['provisioned', { ShardCount: 3 }, 3],
    ['nothing said', {}, 1],
  ])('%s', (_, properties, shardCount) => {
    const plan = planOf({ S: { Type: 'AWS::Kinesis::Stream', Properties: properties } });
    expect(plan.streams[0]?.shardCount).toBe(shardCount);
  });
});

describe('functions', () => {
  test('have AWS defaults where the template is silent', () => {
    expect(planOf({ Fn: FUNCTION }).functions[0]).toMatchObject({
      name: 'Data-Fn',
      codeDirectory: '/assets/code',
      timeoutMs: 7_000,
      memoryMb: 128,
      environment: {},
      reservedConcurrency: undefined,
    });
  });

  test('whose code is elsewhere are refused', () => {
    const elsewhere = {
      ...FUNCTION,
      Properties: { ...FUNCTION.Properties, Code: { S3Key: 'other.zip' } },
    };
    expect(() => planOf({ Fn: elsewhere })).toThrow('its code is no asset of this assembly');
  });
});

test('keys of KMS are known by what is encrypted with them', () => {
  const { keys } = planOf({
    Key: { Type: 'AWS::KMS::Key' },
    Bucket: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            {
              ServerSideEncryptionByDefault: {
                SSEAlgorithm: 'aws:kms',
                KMSMasterKeyID: { 'Fn::GetAtt': ['Key', 'Arn'] },
              },
            },
          ],
        },
      },
    },
    Stream: {
      Type: 'AWS::Kinesis::Stream',
      Properties: { StreamEncryption: { EncryptionType: 'KMS', KeyId: { Ref: 'Key' } } },
    },
    Plain: { Type: 'AWS::S3::Bucket' },
  });
  const key = 'arn:aws:kms:ap-east-1:000000000000:key/Data-Key';
  expect(keys).toEqual({
    'arn:aws:s3:::data-bucket': key,
    'arn:aws:kinesis:ap-east-1:000000000000:stream/Data-Stream': key,
  });
});

describe('roles', () => {
  const policy = (
    statement: Json,
    more: TemplateResource['Properties'] = {},
  ): TemplateResource => ({
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyDocument: { Version: '2012-10-17', Statement: [statement] },
      Roles: [{ Ref: 'Role' }],
      ...more,
    },
  });
  const allow = (action: string, more: JsonObject = {}): JsonObject => ({
    Effect: 'Allow',
    Action: action,
    Resource: '*',
    ...more,
  });
  const like = (keys: Json): JsonObject => ({
    Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
  });

  test('say what all policies on them say, and nothing of other roles', () => {
    const role: TemplateResource = {
      Type: 'AWS::IAM::Role',
      Properties: {
        Policies: [{ PolicyName: 'P', PolicyDocument: { Statement: [allow('s3:GetObject')] } }],
      },
    };
    const { functions } = planOf({
      Role: role,
      Fn: FUNCTION,
      One: policy(allow('dynamodb:PutItem', like('A#*'))),
      Others: policy(allow('s3:PutObject'), { Roles: ['Other'] }),
    });
    expect(functions[0]?.statements).toEqual([
      { effect: 'Allow', actions: ['s3:GetObject'], resources: ['*'], conditions: [] },
      {
        effect: 'Allow',
        actions: ['dynamodb:PutItem'],
        resources: ['*'],
        conditions: [
          { operator: 'ForAllValues:StringLike', key: 'dynamodb:LeadingKeys', values: ['A#*'] },
        ],
      },
    ]);
  });

  test.each<[string, Record<string, TemplateResource>, string]>([
    [
      'a condition that nobody has used so far',
      { P: policy(allow('a:b', { Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o' } } })) },
      'StringEquals',
    ],
    [
      'what is not an action',
      { P: policy({ Effect: 'Allow', NotAction: 'a:b', Resource: '*' }) },
      'Action',
    ],
    [
      'a managed policy of AWS',
      { Role: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: ['arn:aws:x'] } } },
      'ManagedPolicyArns',
    ],
    [
      'no role',
      { Fn: { ...FUNCTION, Properties: { ...FUNCTION.Properties, Role: 'arn:r' } } },
      'no stack of the assembly has the role "arn:r"',
    ],
  ])('with %s are refused', (_, resources, message) => {
    expect(() => planOf({ Fn: FUNCTION, ...resources })).toThrow(message);
  });
});

describe('mappings', () => {
  test('have AWS defaults where the template is silent', () => {
    const { mappings } = planOf({ Fn: FUNCTION, M: mappingOn(STREAM_ARN) });
    expect(mappings[0]).toMatchObject({
      source: { kind: 'kinesis', streamName: 'changes', arn: STREAM_ARN },
      functionName: 'Data-Fn',
      batchSize: 100,
      windowMs: 0,
      parallelizationFactor: 1,
      partialResponses: false,
      bisect: false,
      maximumRetries: undefined,
      maximumAgeMs: undefined,
      failureBucket: undefined,
      filters: [],
    });
  });

  test.each([
    ['kinesis:GetRecords', ['kinesis:D*', 'kinesis:GetShard*', 'kinesis:L*', 's3:*', 'kms:*']],
    ['s3:PutObject', ['kinesis:*', 's3:ListBucket', 'kms:*']],
    ['kms:Decrypt', ['kinesis:*', 's3:*', 'kms:GenerateDataKey']],
  ])('whose function may not do %s are refused', (missing, actions) => {
    const resources = {
      Fn: FUNCTION,
      Key: { Type: 'AWS::KMS::Key' },
      S: {
        Type: 'AWS::Kinesis::Stream',
        Properties: { Name: 'changes', StreamEncryption: { KeyId: { Ref: 'Key' } } },
      },
      M: mappingOn(STREAM_ARN, {
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failed' } },
      }),
    };
    expect(() => planOf({ ...resources, Role: roleFor(...actions) })).toThrow(
      `the role of Fn may not do ${missing} on`,
    );
    expect(planOf(resources).mappings).toHaveLength(1);
  });

  test('take what the template says', () => {
    const { mappings } = planOf({
      Fn: FUNCTION,
      M: mappingOn(STREAM_ARN, {
        BatchSize: 500,
        MaximumBatchingWindowInSeconds: 2,
        MaximumRetryAttempts: 8,
        MaximumRecordAgeInSeconds: 60,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:s3:::failed' } },
        FilterCriteria: { Filters: [{ Pattern: '{"data":{"a":[1]}}' }] },
      }),
    });
    expect(mappings[0]).toMatchObject({
      batchSize: 500,
      windowMs: 2_000,
      maximumRetries: 8,
      maximumAgeMs: 60_000,
      bisect: true,
      partialResponses: true,
      failureBucket: 'failed',
      filters: [{ data: { a: [1] } }],
    });
  });

  test.each([
    [
      'a queue as a source',
      mappingOn('arn:aws:sqs:ap-east-1:0:q'),
      'neither a Kinesis nor a DynamoDB',
    ],
    [
      'a queue as a destination',
      mappingOn(STREAM_ARN, { DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:x' } } }),
      'only S3 on-failure destinations run locally',
    ],
    [
      'tumbling windows',
      mappingOn(STREAM_ARN, { TumblingWindowInSeconds: 30 }),
      'TumblingWindowInSeconds',
    ],
  ])('%s is refused', (_, mapping, message) => {
    expect(() => planOf({ Fn: FUNCTION, M: mapping })).toThrow(message);
  });
});

describe('schedules', () => {
  const rule = (more: TemplateResource['Properties']): TemplateResource => ({
    Type: 'AWS::Events::Rule',
    Properties: { Targets: [{ Id: 'T', Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] } }], ...more },
  });

  test.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 minutes)', 300_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('%s is %i ms', (ScheduleExpression, everyMs) => {
    const { schedules } = planOf({ Fn: FUNCTION, R: rule({ ScheduleExpression }) });
    expect(schedules).toMatchObject([
      {
        name: 'Data-R',
        arn: 'arn:aws:events:ap-east-1:000000000000:rule/Data-R',
        everyMs,
        enabled: true,
        targets: [{ functionName: 'Data-Fn' }],
      },
    ]);
  });

  test('take state and input from the template', () => {
    const Targets = [{ Id: 'T', Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, Input: '{"a":[1]}' }];
    const resource = rule({ ScheduleExpression: 'rate(1 minute)', State: 'DISABLED', Targets });
    expect(planOf({ Fn: FUNCTION, R: resource }).schedules).toMatchObject([
      { enabled: false, targets: [{ input: { a: [1] } }] },
    ]);
  });

  test.each([
    ['a cron expression', { ScheduleExpression: 'cron(0 3 * * ? *)' }, 'only rates run locally'],
    ['no rate at all', { ScheduleExpression: 'rate(0 minutes)' }, 'only rates run locally'],
    [
      'a queue as a target',
      {
        ScheduleExpression: 'rate(1 minute)',
        Targets: [{ Id: 'T', Arn: 'arn:aws:sqs:ap-east-1:000000000000:q' }],
      },
      'no function of the assembly is called',
    ],
  ])('%s is refused', (_, properties, message) => {
    expect(() => planOf({ Fn: FUNCTION, R: rule(properties) })).toThrow(message);
  });
});

describe('other resources', () => {
  test('that nothing local needs are listed', () => {
    const { leftOut } = planOf({
      Key: { Type: 'AWS::KMS::Key' },
      Alarm: { Type: 'AWS::CloudWatch::Alarm' },
    });
    expect(leftOut.map((it) => it.type)).toEqual(['AWS::KMS::Key', 'AWS::CloudWatch::Alarm']);
  });

  test('that nobody decided about are refused by name', () => {
    expect(() => planOf({ Queue: { Type: 'AWS::SQS::Queue' } })).toThrow(
      'Data › Queue: the local cloud does not know the resource type AWS::SQS::Queue',
    );
  });
});

describe('rules of the event bus', () => {
  const rule = (pattern: object, target: unknown = { 'Fn::GetAtt': ['Fn', 'Arn'] }) => ({
    Fn: FUNCTION,
    Drops: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'drops',
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: { EventPattern: pattern, Targets: [{ Arn: target, Id: 'Target0' }] },
    } as TemplateResource,
  });
  const created = {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: ['drops'] }, object: { key: [{ prefix: 'in/' }] } },
  };

  test('have a function invoked for new objects of a bucket that sends events', () => {
    const { objectRules, buckets, functions } = planOf(rule(created));
    expect(buckets).toMatchObject([{ name: 'drops', sendsEvents: true }]);
    expect(objectRules).toMatchObject([
      { bucketNames: ['drops'], keyPrefixes: ['in/'], functionNames: [functions[0]?.name] },
    ]);
  });

  test.each([
    ['of another kind', { ...created, 'detail-type': ['Object Deleted'] }, undefined],
    ['that look at what is not looked at here', { ...created, account: ['1'] }, undefined],
    ['for no function', created, 'arn:aws:sqs:ap-east-1:000000000000:queue'],
  ])('%s are refused', (_, pattern, target) => {
    expect(() => planOf(rule(pattern, target))).toThrow();
  });
});
