/**
 * Plans of schedules: EventBridge rules that invoke a function at a rate.
 * @module
 */
import { z } from 'zod';
import type { Json } from '#domain/shared/json.ts';
import type { Resolver } from '../template/resolver.ts';
import { type LocatedResource, TemplateError } from '../template/types.ts';
import { functionOf } from './function-plans.ts';
import type { FunctionPlan, SchedulePlan } from './model.ts';
import { identityOf, readProperties } from './reader.ts';

const RULE = z.object({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(z.object({ Arn: z.string(), Input: z.string().optional() })).default([]),
});

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Whether a rule runs at times, and not for events. */
export const isSchedule = ({ resource }: LocatedResource): boolean =>
  resource.Properties?.['ScheduleExpression'] !== undefined;

/**
 * The plan of an AWS::Events::Rule with a rate.
 * @throws {@link TemplateError} for a cron expression, which does not run locally
 */
export const planSchedule = (
  resolver: Resolver,
  located: LocatedResource,
  functions: readonly FunctionPlan[],
): SchedulePlan => {
  const it = readProperties(resolver, located, RULE);
  return {
    ...identityOf(resolver, located),
    everyMs: rateOf(located, it.ScheduleExpression),
    enabled: it.State === 'ENABLED',
    targets: it.Targets.map(({ Arn, Input }) => ({
      functionName: functionOf(located, Arn, functions).name,
      ...(Input === undefined ? {} : { input: JSON.parse(Input) as Json }),
    })),
  };
};

// `rate(1 minute)`, `rate(5 hours)`. Source: EventBridge user guide, "Schedule types: rate-based".
const rateOf = ({ stack, logicalId }: LocatedResource, expression: string): number => {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  const everyMs = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (everyMs > 0) return everyMs;
  const place = { stack: stack.name, logicalId, path: ['Properties', 'ScheduleExpression'] };
  throw new TemplateError(place, `only rates run locally, not "${expression}"`);
};
