/**
 * Function alarms: what every function is watched for, and what a reader of a stream and a function on a schedule are watched
 * for besides.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { type AlarmChannel, RunbookAlarm, type RunbookAlarmProps } from './alarm.ts';
import type { StageFunction } from './stage-function.ts';

const period = Duration.minutes(1);
/** A function that nobody invoked writes no data. */
const missing = TreatMissingData.NOT_BREACHING;

/** Errors, throttles and duration of one function; `everyMinutes` when it runs on a schedule. */
export const addFunctionAlarms = (
  scope: Construct,
  { functionId, lambda, timeout }: StageFunction,
  channel: AlarmChannel,
  everyMinutes = 1,
): void => {
  const { period, minutes } = windowOf(everyMinutes);
  const watched = { ...channel, urgency: 'ticket', minutes, missing } as const;
  new RunbookAlarm(scope, `${functionId}-errors`, {
    ...watched,
    heading: 'Function errors',
    what: `${functionId} fails on more than 1 % of its invocations.`,
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
  });
  new RunbookAlarm(scope, `${functionId}-throttles`, {
    ...watched,
    heading: 'Function throttles',
    what: `${functionId} wants more executions than are reserved for it.`,
    metric: lambda.metricThrottles({ period }),
    threshold: 1,
  });
  new RunbookAlarm(scope, `${functionId}-duration`, {
    ...watched,
    heading: 'Function duration',
    what: `${functionId} needs more than 70 % of its timeout.`,
    metric: lambda.metricDuration({ period, statistic: 'p99' }),
    threshold: 0.7 * timeout.toMilliseconds(),
  });
};

/** Three bad minutes of five never come where a function runs every fifth minute: then it is two runs of three. */
const windowOf = (
  everyMinutes: number,
): Pick<RunbookAlarmProps, 'minutes'> & { period: Duration } =>
  everyMinutes === 1
    ? { period, minutes: [3, 5] }
    : { period: Duration.minutes(everyMinutes), minutes: [2, 3] };

/** A function on a schedule that does not run at all, which none of its other alarms would see. */
export const addScheduleSilenceAlarm = (
  scope: Construct,
  { functionId, lambda }: StageFunction,
  channel: AlarmChannel,
  everyMinutes: number,
): void => {
  // A tick may fall on either side of a border, so periods are no shorter than the schedule and all three have to be empty.
  const silent = Duration.minutes(Math.max(5, everyMinutes));
  new RunbookAlarm(scope, `${functionId}-schedule-silence`, {
    ...channel,
    heading: 'Schedule silence',
    what: `The schedule of ${functionId} ran nothing for ${3 * silent.toMinutes()} minutes.`,
    urgency: 'ticket',
    metric: lambda.metricInvocations({ period: silent }),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    minutes: [3, 3],
    missing: TreatMissingData.BREACHING,
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
