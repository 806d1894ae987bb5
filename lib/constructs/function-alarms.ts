/**
 * Function alarms: what every function is watched for, and what every reader of a stream is watched for besides.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import type { StageFunction } from './stage-function.ts';

const period = Duration.minutes(1);
/** A function that nobody invoked writes no data. */
const missing = TreatMissingData.NOT_BREACHING;

/** Errors, throttles and duration of one function. */
export const addFunctionAlarms = (
  scope: Construct,
  { functionId, lambda, timeout }: StageFunction,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, `${functionId}-errors`, {
    ...channel,
    heading: 'Function errors',
    what: `${functionId} fails on more than 1 % of its invocations.`,
    urgency: 'ticket',
    metric: new MathExpression({
      expression: '100 * errors / invocations',
      usingMetrics: {
        errors: lambda.metricErrors({ period }),
        invocations: lambda.metricInvocations({ period }),
      },
      period,
      label: 'errors, percent of invocations',
    }),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, `${functionId}-throttles`, {
    ...channel,
    heading: 'Function throttles',
    what: `${functionId} wants more executions than are reserved for it.`,
    urgency: 'ticket',
    metric: lambda.metricThrottles({ period }),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, `${functionId}-duration`, {
    ...channel,
    heading: 'Function duration',
    what: `${functionId} needs more than 70 % of its timeout.`,
    urgency: 'ticket',
    metric: lambda.metricDuration({ period, statistic: 'p99' }),
    threshold: 0.7 * timeout.toMilliseconds(),
    minutes: [3, 5],
    missing,
  });
};

/** Age of the oldest record that one reader of a stream has not finished. */
export const addIteratorAgeAlarm = (
  scope: Construct,
  { functionId, lambda }: StageFunction,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, `${functionId}-iterator-age`, {
    ...channel,
    heading: 'Iterator age',
    what: `${functionId} is more than 30 s behind its stream.`,
    urgency: 'page',
    metric: lambda.metric('IteratorAge', { period, statistic: 'Maximum' }),
    threshold: 30_000,
    minutes: [5, 5],
    missing,
  });
};
