/**
 * Plans of the stateful resources: tables, streams, buckets, secrets.
 * @module
 */
import { z } from 'zod';
import type { Resolver } from '../template/resolver.ts';
import type { LocatedResource } from '../template/types.ts';
import type {
  BucketPlan,
  IndexPlan,
  KeyAttribute,
  SecretPlan,
  SecretValue,
  StreamPlan,
  TablePlan,
} from './model.ts';
import { flag, identityOf, integer, readProperties } from './reader.ts';

const KEY_SCHEMA = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);

const INDEX = z.object({
  IndexName: z.string(),
  KeySchema: KEY_SCHEMA,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).default('ALL'),
    NonKeyAttributes: z.array(z.string()).default([]),
  }),
});

const TABLE = z.object({
  KeySchema: KEY_SCHEMA,
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  GlobalSecondaryIndexes: z.array(INDEX).default([]),
  LocalSecondaryIndexes: z.array(INDEX).default([]),
  StreamSpecification: z
    .object({
      StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']),
    })
    .optional(),
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: flag })
    .optional(),
});

/** The plan of an AWS::DynamoDB::Table or ::GlobalTable (which TableV2 makes). */
export const planTable = (resolver: Resolver, located: LocatedResource): TablePlan => {
  const table = readProperties(resolver, located, TABLE);
  const timeToLive = table.TimeToLiveSpecification;
  return {
    ...identityOf(resolver, located),
    keys: keysOf(table.KeySchema),
    attributes: Object.fromEntries(
      table.AttributeDefinitions.map((it) => [it.AttributeName, it.AttributeType]),
    ),
    indexes: [
      ...table.GlobalSecondaryIndexes.map((index) => indexOf('global', index)),
      ...table.LocalSecondaryIndexes.map((index) => indexOf('local', index)),
    ],
    streamViewType: table.StreamSpecification?.StreamViewType,
    streamArn: resolver.attributeOf(located, 'StreamArn') ?? '',
    timeToLiveAttribute: timeToLive?.Enabled ? timeToLive.AttributeName : undefined,
  };
};

const keysOf = (schema: z.infer<typeof KEY_SCHEMA>): KeyAttribute[] =>
  schema.map((key) => ({ name: key.AttributeName, role: key.KeyType }));

const indexOf = (scope: IndexPlan['scope'], index: z.infer<typeof INDEX>): IndexPlan => ({
  name: index.IndexName,
  scope,
  keys: keysOf(index.KeySchema),
  projection: {
    type: index.Projection.ProjectionType,
    attributes: index.Projection.NonKeyAttributes,
  },
});

const STREAM = z.object({
  ShardCount: integer.optional(),
  RetentionPeriodHours: integer.default(24),
  StreamModeDetails: z.object({ StreamMode: z.enum(['ON_DEMAND', 'PROVISIONED']) }).optional(),
});

/** The plan of an AWS::Kinesis::Stream. */
export const planStream = (resolver: Resolver, located: LocatedResource): StreamPlan => {
  const stream = readProperties(resolver, located, STREAM);
  const onDemand = stream.StreamModeDetails?.StreamMode === 'ON_DEMAND';
  return {
    ...identityOf(resolver, located),
    shardCount: onDemand ? undefined : (stream.ShardCount ?? 1),
    retentionHours: stream.RetentionPeriodHours,
  };
};

const BUCKET = z.object({
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.object({ EventBridgeEnabled: flag }).optional(),
    })
    .optional(),
});

/** The plan of an AWS::S3::Bucket. */
export const planBucket = (resolver: Resolver, located: LocatedResource): BucketPlan => {
  const { NotificationConfiguration: events } = readProperties(resolver, located, BUCKET);
  return {
    ...identityOf(resolver, located),
    sendsEvents: events?.EventBridgeConfiguration?.EventBridgeEnabled === true,
  };
};

const SECRET = z.object({
  SecretString: z.string().optional(),
  GenerateSecretString: z
    .object({
      PasswordLength: integer.default(32),
      ExcludeCharacters: z.string().default(''),
      ExcludeLowercase: flag.default(false),
      ExcludeUppercase: flag.default(false),
      ExcludeNumbers: flag.default(false),
      ExcludePunctuation: flag.default(false),
      IncludeSpace: flag.default(false),
      RequireEachIncludedType: flag.default(true),
      SecretStringTemplate: z.string().optional(),
      GenerateStringKey: z.string().optional(),
    })
    .optional(),
});

/** The plan of an AWS::SecretsManager::Secret. */
export const planSecret = (resolver: Resolver, located: LocatedResource): SecretPlan => ({
  ...identityOf(resolver, located),
  value: secretValue(readProperties(resolver, located, SECRET)),
});

const secretValue = (secret: z.infer<typeof SECRET>): SecretValue => {
  const rules = secret.GenerateSecretString;
  if (!rules) return { kind: 'literal', text: secret.SecretString ?? '' };
  const { SecretStringTemplate: json, GenerateStringKey: key } = rules;
  return {
    kind: 'generated',
    rules: {
      length: rules.PasswordLength,
      excludeCharacters: rules.ExcludeCharacters,
      excludeLowercase: rules.ExcludeLowercase,
      excludeUppercase: rules.ExcludeUppercase,
      excludeNumbers: rules.ExcludeNumbers,
      excludePunctuation: rules.ExcludePunctuation,
      includeSpace: rules.IncludeSpace,
      requireEachIncludedType: rules.RequireEachIncludedType,
      template: json !== undefined && key !== undefined ? { json, key } : undefined,
    },
  };
};
