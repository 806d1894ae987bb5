/**
 * Cost alarms: what a change costs, where that grows with the changes: what the table writes, and what is logged.
 *
 * A bill tells it a day later and mixes it with everything else. Ratios are of an hour, and only of one with enough changes:
 * upkeep writes and logs in a quiet one, too.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { pipelineMetric } from '../config/metrics.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import type { StageFunction } from './stage-function.ts';

const period = Duration.hours(1);
/** Changes, or batches, in an hour from which on a ratio says something. */
const ENOUGH = 1_000;

/** Write units a change: the bench counts 4 in days, 7 in a load (docs/how-to/measure-costs.md). */
const MOST_WRITE_UNITS = 10;

/** Bytes logged a batch: its own line, its metrics and the three of Lambda are some 4 KB, however many changes it has. */
const MOST_LOGGED_BYTES = 16_000;

/** What costs grow with. */
export interface CostDrivers {
  readonly table: ITable;
  /** Functions that run with each batch of changes. */
  readonly readers: readonly StageFunction[];
}

/** Alarms of what a change costs. */
export const addCostAlarms = (
  scope: Construct,
  { table, readers }: CostDrivers,
  channel: AlarmChannel,
): void => {
  const watched = {
    ...channel,
    urgency: 'ticket',
    minutes: [2, 3],
    missing: TreatMissingData.NOT_BREACHING,
  } as const;
  new RunbookAlarm(scope, 'write-cost', {
    ...watched,
    heading: 'Write cost',
    what: `The table writes more than ${MOST_WRITE_UNITS} units for each change.`,
    metric: ratio(
      'write units a change',
      [table.metricConsumedWriteCapacityUnits({ period, statistic: 'Sum' })],
      [appliedChanges()],
    ),
    threshold: MOST_WRITE_UNITS,
  });
  new RunbookAlarm(scope, 'log-cost', {
    ...watched,
    heading: 'Log cost',
    what: `The readers of the streams log more than ${MOST_LOGGED_BYTES / 1_000} KB for each batch.`,
    metric: ratio(
      'bytes logged a batch',
      readers.map(loggedBytes),
      readers.map(({ lambda }) => lambda.metricInvocations({ period })),
    ),
    threshold: MOST_LOGGED_BYTES,
  });
};

const ratio = (label: string, spent: readonly Metric[], of: readonly Metric[]): MathExpression => {
  const named = (name: string, metrics: readonly Metric[]) =>
    metrics.map((metric, n) => [`${name}${n}`, metric] as const);
  const [costs, counts] = [named('spent', spent), named('counted', of)];
  const sum = (all: typeof costs) => all.map(([name]) => `FILL(${name}, 0)`).join(' + ');
  return new MathExpression({
    expression: `IF(${sum(counts)} > ${ENOUGH}, (${sum(costs)}) / (${sum(counts)}), 0)`,
    usingMetrics: Object.fromEntries([...costs, ...counts]),
    period,
    label,
  });
};

const appliedChanges = (): Metric =>
  pipelineMetric({
    metricName: 'ChangesApplied',
    functionId: 'identity/resolve-identity',
    statistic: 'Sum',
  }).with({ period });

const loggedBytes = ({ logGroup, functionId }: StageFunction): Metric =>
  new Metric({
    namespace: 'AWS/Logs',
    metricName: 'IncomingBytes',
    dimensionsMap: { LogGroupName: logGroup.logGroupName },
    statistic: 'Sum',
    period,
    label: functionId,
  });
