/**
 * What Lambda asks of a function's role to read a stream in its name, and to keep what it gives up.
 *
 * No request of the function shows it, so it is asked for when the mapping is planned.
 * Source: Lambda Developer Guide, "Process Amazon Kinesis Data Streams records with Lambda", "Using AWS Lambda with Amazon
 * DynamoDB" and "Retaining discarded batches", each under permissions.
 * @module
 */
import { type Call, compilePolicy } from '../permissions/policy.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import type { FunctionPlan, MappingPlan } from './model.ts';

const READS = {
  kinesis: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListShards'],
  dynamodb: ['DescribeStream', 'GetRecords', 'GetShardIterator'],
} as const;

/**
 * Checks that a function may be fed by a mapping.
 * @param keys of KMS, by ARN of what is encrypted
 * @throws {@link TemplateError} naming the first action that its role does not allow
 */
export const checkMapping = (
  { stack, logicalId }: LocatedResource,
  mapping: MappingPlan,
  { statements, constructId }: FunctionPlan,
  keys: Readonly<Record<string, string>>,
): void => {
  const isAllowed = compilePolicy(statements);
  const refused = callsOf(mapping, keys).find((call) => !isAllowed(call));
  if (!refused) return;
  const place = { stack: stack.name, logicalId, path: ['Properties', 'FunctionName'] };
  const { action, resource } = refused;
  throw new TemplateError(place, `the role of ${constructId} may not do ${action} on ${resource}`);
};

const callsOf = (
  { source, failureBucket }: MappingPlan,
  keys: Readonly<Record<string, string>>,
): readonly Call[] => [
  ...READS[source.kind].map((name) => ({ action: `${source.kind}:${name}`, resource: source.arn })),
  ...useOf('kms:Decrypt', keys[source.arn.split('/stream/')[0] ?? '']),
  ...(failureBucket === undefined ? [] : keepingIn(`arn:aws:s3:::${failureBucket}`, keys)),
];

const keepingIn = (bucket: string, keys: Readonly<Record<string, string>>): readonly Call[] => [
  { action: 's3:ListBucket', resource: bucket },
  { action: 's3:PutObject', resource: `${bucket}/aws/lambda/batch.json` },
  ...useOf('kms:GenerateDataKey', keys[bucket]),
];

const useOf = (action: string, key: string | undefined): readonly Call[] =>
  key === undefined ? [] : [{ action, resource: key }];
