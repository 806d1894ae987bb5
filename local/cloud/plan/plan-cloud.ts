/**
 * From an assembly to the plan of everything that runs locally. Pure: nothing is created here.
 * @module
 */

import { Resolver } from '../template/resolver.ts';
import { fateOf } from '../template/resource-types.ts';
import { type Assembly, type LocatedResource, TemplateError } from '../template/types.ts';
import { planApi } from './api-plans.ts';
import { planBucket, planSecret, planStream, planTable } from './data-plans.ts';
import { planObjectRule } from './event-rule-plans.ts';
import { planFunction, planMapping } from './function-plans.ts';
import { planKeys } from './key-plans.ts';
import type { CloudPlan } from './model.ts';
import { isSchedule, planSchedule } from './schedule-plans.ts';

/**
 * Plans the local cloud of an assembly.
 * @param region answers `AWS::Region`; without it the one that a stack names
 * @throws {@link TemplateError} for an unknown resource type, or for what cannot be resolved
 */
export const planCloud = (assembly: Assembly, region?: string): CloudPlan => {
  const resolver = new Resolver(assembly, region);
  const everything = resolver.resources();
  refuseUnknown(everything);
  const plansOf = <Plan>(types: readonly string[], plan: (located: LocatedResource) => Plan) =>
    everything.filter(({ resource }) => types.includes(resource.Type)).map(plan);
  const functions = plansOf(['AWS::Lambda::Function'], (it) =>
    planFunction(resolver, it, everything),
  );
  const keys = planKeys(resolver, everything);
  const rules = everything.filter(({ resource }) => resource.Type === 'AWS::Events::Rule');
  return {
    region: resolver.region,
    tables: plansOf(['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'], (it) =>
      planTable(resolver, it),
    ),
    streams: plansOf(['AWS::Kinesis::Stream'], (it) => planStream(resolver, it)),
    buckets: plansOf(['AWS::S3::Bucket'], (it) => planBucket(resolver, it)),
    secrets: plansOf(['AWS::SecretsManager::Secret'], (it) => planSecret(resolver, it)),
    keys,
    functions,
    mappings: plansOf(['AWS::Lambda::EventSourceMapping'], (it) =>
      planMapping(resolver, it, functions, keys),
    ),
    objectRules: rules
      .filter((it) => !isSchedule(it))
      .map((it) => planObjectRule(resolver, it, functions)),
    schedules: rules.filter(isSchedule).map((it) => planSchedule(resolver, it, functions)),
    apis: plansOf(['AWS::ApiGatewayV2::Api'], (it) => planApi(resolver, it, everything, functions)),
    leftOut: everything
      .filter(({ resource }) => fateOf(resource.Type) === 'left-out')
      .map(({ stack, logicalId, resource }) => ({
        stackName: stack.name,
        logicalId,
        type: resource.Type,
      })),
  };
};

const refuseUnknown = (everything: readonly LocatedResource[]): void => {
  for (const { stack, logicalId, resource } of everything)
    if (fateOf(resource.Type) === 'unknown')
      throw new TemplateError(
        { stack: stack.name, logicalId, path: [] },
        `the local cloud does not know the resource type ${resource.Type}: run it, or list it as left out in local/cloud/template/resource-types.ts`,
      );
};
