/**
 * Plans of the functions and of the event source mappings that feed them.
 * @module
 */
import { z } from 'zod';
import type { Json } from '#domain/shared/json.ts';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import { checkMapping } from './mapping-rights.ts';
import type { EventSource, FunctionPlan, MappingPlan } from './model.ts';
import { flag, identityOf, integer, readProperties, stableUuid } from './reader.ts';
import { planRole } from './role-plans.ts';

const FUNCTION = z.object({
  Code: z.object({ S3Key: z.string().optional() }),
  Handler: z.string().default('index.handler'),
  Runtime: z.string().default(''),
  Environment: z
    .object({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
    .optional(),
  Timeout: integer.default(3),
  MemorySize: integer.default(128),
  ReservedConcurrentExecutions: integer.optional(),
  Role: z.string(),
});

/**
 * The plan of an AWS::Lambda::Function.
 * @throws {@link TemplateError} when the assembly holds no folder for its code, or a policy of its role is not evaluated here
 */
export const planFunction = (
  resolver: Resolver,
  located: LocatedResource,
  everything: readonly LocatedResource[],
): FunctionPlan => {
  const it = readProperties(resolver, located, FUNCTION);
  return {
    ...identityOf(resolver, located),
    codeDirectory: codeDirectory(located, it.Code.S3Key),
    handler: it.Handler,
    runtime: it.Runtime,
    environment: it.Environment?.Variables ?? {},
    timeoutMs: it.Timeout * 1000,
    memoryMb: it.MemorySize,
    reservedConcurrency: it.ReservedConcurrentExecutions,
    statements: planRole(resolver, located, it.Role, everything),
  };
};

const codeDirectory = ({ stack, logicalId }: LocatedResource, key: string | undefined): string => {
  const directory = key === undefined ? undefined : stack.assets.get(key);
  if (directory !== undefined) return directory;
  const place = { stack: stack.name, logicalId, path: ['Properties', 'Code'] };
  throw new TemplateError(place, 'its code is no asset of this assembly');
};

const MAPPING = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  Enabled: flag.default(true),
  BatchSize: integer.default(100),
  MaximumBatchingWindowInSeconds: integer.default(0),
  ParallelizationFactor: integer.default(1),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  BisectBatchOnFunctionError: flag.default(false),
  MaximumRetryAttempts: integer.default(-1),
  MaximumRecordAgeInSeconds: integer.default(-1),
  DestinationConfig: z
    .object({ OnFailure: z.object({ Destination: z.string() }).optional() })
    .optional(),
  FilterCriteria: z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })).default([]) })
    .optional(),
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  // Tumbling windows change what a batch is; refusing them is better than running without.
  TumblingWindowInSeconds: z.literal(0).optional(),
});

/**
 * The plan of an AWS::Lambda::EventSourceMapping on a Kinesis or DynamoDB stream.
 * @param keys of KMS, by ARN of what is encrypted
 * @throws {@link TemplateError} for what does not run here, or when the role of the function may not be fed
 */
export const planMapping = (
  resolver: Resolver,
  located: LocatedResource,
  functions: readonly FunctionPlan[],
  keys: Readonly<Record<string, string>>,
): MappingPlan => {
  const it = readProperties(resolver, located, MAPPING);
  const target = functionOf(located, it.FunctionName, functions);
  const mapping = mappingOf(located, it, target);
  checkMapping(located, mapping, target, keys);
  return mapping;
};

const mappingOf = (
  located: LocatedResource,
  it: z.infer<typeof MAPPING>,
  target: FunctionPlan,
): MappingPlan => ({
  stackName: located.stack.name,
  logicalId: located.logicalId,
  uuid: stableUuid(`${located.stack.name}/${located.logicalId}`),
  source: sourceOf(located, it.EventSourceArn),
  functionName: target.name,
  functionArn: target.arn,
  enabled: it.Enabled,
  batchSize: it.BatchSize,
  windowMs: it.MaximumBatchingWindowInSeconds * 1000,
  parallelizationFactor: it.ParallelizationFactor,
  partialResponses: it.FunctionResponseTypes.length > 0,
  bisect: it.BisectBatchOnFunctionError,
  maximumRetries: it.MaximumRetryAttempts < 0 ? undefined : it.MaximumRetryAttempts,
  maximumAgeMs: it.MaximumRecordAgeInSeconds < 0 ? undefined : it.MaximumRecordAgeInSeconds * 1000,
  failureBucket: bucketOf(located, it.DestinationConfig?.OnFailure?.Destination),
  filters: (it.FilterCriteria?.Filters ?? []).map((filter) => JSON.parse(filter.Pattern) as Json),
  startingPosition: it.StartingPosition,
});

/** Finds a function by name or ARN; a qualifier (`:live`) would need versions, which nothing here has. */
export const functionOf = (
  located: LocatedResource,
  nameOrArn: string,
  functions: readonly FunctionPlan[],
): FunctionPlan => {
  const found = functions.find((it) => it.name === nameOrArn || it.arn === nameOrArn);
  if (found) return found;
  const place = { stack: located.stack.name, logicalId: located.logicalId, path: [] };
  throw new TemplateError(place, `no function of the assembly is called "${nameOrArn}"`);
};

const sourceOf = ({ stack, logicalId }: LocatedResource, arn: string): EventSource => {
  const stream = /^arn:[^:]+:kinesis:[^:]*:[^:]*:stream\/(.+)$/.exec(arn)?.[1];
  if (stream !== undefined) return { kind: 'kinesis', streamName: stream, arn };
  const table = /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/([^/]+)\/stream\/.+$/.exec(arn)?.[1];
  if (table !== undefined) return { kind: 'dynamodb', tableName: table, arn };
  const place = { stack: stack.name, logicalId, path: ['Properties', 'EventSourceArn'] };
  throw new TemplateError(place, `"${arn}" is neither a Kinesis nor a DynamoDB stream`);
};

const bucketOf = (
  { stack, logicalId }: LocatedResource,
  arn: string | undefined,
): string | undefined => {
  if (arn === undefined) return undefined;
  const bucket = /^arn:[^:]+:s3:::(.+)$/.exec(arn)?.[1];
  if (bucket !== undefined) return bucket;
  const place = { stack: stack.name, logicalId, path: ['Properties', 'DestinationConfig'] };
  throw new TemplateError(place, `only S3 on-failure destinations run locally, not "${arn}"`);
};
