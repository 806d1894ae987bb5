/**
 * State: what must never be lost, exposed or replaced by accident.
 * @module
 */
import { describe, expect, test } from 'vitest';
import { resourcesOf, synthesize } from './synthesized.ts';

const synthesized = synthesize();
const { Data } = synthesized.templates;

/** A changed logical id replaces the resource: an empty table, a new key. Change this list only with a migration. */
const LOCKED = [
  ['AccessLogs8B620ECA', 'AWS::S3::Bucket'],
  ['ArchiveDA4CB258', 'AWS::S3::Bucket'],
  ['Audit3D8ADE0A', 'AWS::DynamoDB::GlobalTable'],
  ['Changes510ED4B0', 'AWS::Kinesis::Stream'],
  ['Customer360A71A6F8F', 'AWS::DynamoDB::GlobalTable'],
  ['DataKey17AFBB84', 'AWS::KMS::Key'],
  ['DefinitionsE678EDEB', 'AWS::S3::Bucket'],
  ['Drops4D66B0FE', 'AWS::S3::Bucket'],
  ['ErasureKey1FB4F832', 'AWS::SecretsManager::Secret'],
  ['Failed178E83A2', 'AWS::S3::Bucket'],
  ['OneIdKey668193DE', 'AWS::SecretsManager::Secret'],
  ['OperationsKey2329F47A', 'AWS::KMS::Key'],
  ['Pepper2B9638F2', 'AWS::SecretsManager::Secret'],
  ['Quarantine23FF09FE', 'AWS::S3::Bucket'],
  ['Rights5C0D4A1B', 'AWS::S3::Bucket'],
] as const;

const STATEFUL = new Set<string>(LOCKED.map(([, type]) => type));
const stateful = Object.entries(Data.Resources).filter(([, { Type }]) => STATEFUL.has(Type));
const byId = (id: string) => Data.Resources[id];
const dataKeyArn = { 'Fn::GetAtt': ['DataKey17AFBB84', 'Arn'] };

describe('stateful resources', () => {
  test('keep their logical ids', () => {
    expect(stateful.map(([id, { Type }]) => [id, Type]).sort()).toEqual(LOCKED);
  });

  test('stand in the data stack alone', () => {
    const { Data: _, ...others } = synthesized.templates;
    const types = Object.values(others).flatMap(({ Resources }) =>
      Object.values(Resources).map(({ Type }) => Type),
    );
    expect(types.filter((type) => STATEFUL.has(type))).toEqual([]);
  });

  test.each(stateful)('%s outlives its stack', (_id, resource) => {
    expect(resource).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test.each(stateful)('%s has no physical name', (_id, { Properties }) => {
    const names = ['BucketName', 'TableName', 'Name', 'StreamName', 'AliasName'];
    expect(Object.keys(Properties).filter((name) => names.includes(name))).toEqual([]);
  });

  test('cannot be deleted with their stack', () => {
    expect(synthesized.protectedStacks).toEqual(['Tributary-dev-Data']);
  });
});

describe('table', () => {
  const table = byId('Customer360A71A6F8F')?.Properties;

  test('has one string key pair, a stream with both images and a time to live', () => {
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  test('can be restored to any second of 35 days, and not be deleted', () => {
    expect(table?.['Replicas']).toMatchObject([
      {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: {
          PointInTimeRecoveryEnabled: true,
          RecoveryPeriodInDays: 35,
        },
      },
    ]);
  });

  test('is encrypted with the data key', () => {
    expect(table).toMatchObject({
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      Replicas: [{ SSESpecification: { KMSMasterKeyId: dataKeyArn } }],
    });
  });
});

describe('stream', () => {
  test('keeps the order of a row, delivers what it accepts, and is encrypted with the data key', () => {
    expect(byId('Changes510ED4B0')?.Properties).toMatchObject({
      StreamModeDetails: { StreamMode: 'ON_DEMAND' },
      RecordDistributionStrategy: 'USER_PARTITION_KEY',
      MaxRecordSizeInKiB: 4096,
      RetentionPeriodHours: 168,
      StreamEncryption: { EncryptionType: 'KMS', KeyId: dataKeyArn },
    });
  });
});

describe('keys and secrets', () => {
  test.each(resourcesOf(Data, 'AWS::KMS::Key'))('%s rotates', (_id, { Properties }) => {
    expect(Properties).toMatchObject({ EnableKeyRotation: true });
  });

  test.each(resourcesOf(Data, 'AWS::SecretsManager::Secret'))(
    '%s is generated and encrypted with the data key',
    (_id, { Properties }) => {
      expect(Properties).toMatchObject({
        GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
        KmsKeyId: dataKeyArn,
      });
    },
  );
});

describe('buckets', () => {
  const buckets = resourcesOf(Data, 'AWS::S3::Bucket');
  const policies = resourcesOf(Data, 'AWS::S3::BucketPolicy');

  test.each(buckets)('%s is closed to the public', (_id, { Properties }) => {
    expect(Properties['PublicAccessBlockConfiguration']).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
  });

  test.each(buckets)('%s refuses requests without TLS', (id) => {
    const own = policies.filter(
      ([, { Properties }]) => JSON.stringify(Properties['Bucket']) === JSON.stringify({ Ref: id }),
    );
    expect(own).toHaveLength(1);
    expect(own[0]?.[1].Properties['PolicyDocument']).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Deny',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      ]),
    });
  });

  test.each(buckets.filter(([id]) => !id.startsWith('AccessLogs')))(
    '%s is encrypted with the data key, its accesses logged',
    (_id, { Properties }) => {
      const byDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: dataKeyArn };
      expect(Properties).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: byDefault },
          ],
        },
        LoggingConfiguration: { DestinationBucketName: { Ref: 'AccessLogs8B620ECA' } },
      });
    },
  );

  test('the failed bucket counts its requests, so that an alarm can', () => {
    expect(byId('Failed178E83A2')?.Properties).toMatchObject({
      MetricsConfigurations: [{ Id: 'AllObjects' }],
    });
  });
});
