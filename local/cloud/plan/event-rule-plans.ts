/**
 * Plans of rules of the event bus. The one kind that runs locally is S3's "Object Created" for functions; a rule of
 * any other kind is refused, because it would otherwise be missing in silence.
 * @module
 */
import { z } from 'zod';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import type { FunctionPlan, ObjectRulePlan } from './model.ts';
import { integer, readProperties } from './reader.ts';

const RULE = z.object({
  EventPattern: z.strictObject({
    source: z.tuple([z.literal('aws.s3')]),
    'detail-type': z.tuple([z.literal('Object Created')]),
    detail: z.strictObject({
      bucket: z.strictObject({ name: z.array(z.string()).min(1) }),
      object: z
        .strictObject({ key: z.array(z.strictObject({ prefix: z.string() })).default([]) })
        .optional(),
    }),
  }),
  Targets: z.array(
    z.object({
      Arn: z.string(),
      RetryPolicy: z.object({ MaximumRetryAttempts: integer.default(185) }).optional(),
    }),
  ),
});

/** Lambda tries an event again twice, whatever the rule says of its own deliveries. */
const LAMBDA_RETRIES = 2;

/**
 * The plan of an AWS::Events::Rule.
 * @throws {@link TemplateError} for another kind of rule, or a target that is no function of the plan
 */
export const planObjectRule = (
  resolver: Resolver,
  located: LocatedResource,
  functions: readonly FunctionPlan[],
): ObjectRulePlan => {
  const { stack, logicalId } = located;
  const rule = readProperties(resolver, located, RULE);
  const { bucket, object } = rule.EventPattern.detail;
  const functionNames = rule.Targets.map(({ Arn }, index) => {
    const found = functions.find(({ arn }) => arn === Arn);
    if (found) return found.name;
    const path = ['Properties', 'Targets', String(index), 'Arn'];
    throw new TemplateError({ stack: stack.name, logicalId, path }, 'this is no function');
  });
  return {
    stackName: stack.name,
    logicalId,
    bucketNames: bucket.name,
    keyPrefixes: (object?.key ?? []).map(({ prefix }) => prefix),
    functionNames,
    maximumRetries: LAMBDA_RETRIES,
  };
};
