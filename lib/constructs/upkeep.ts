/**
 * Upkeep: the functions that look after the table as a whole, each on a schedule, and what they are watched for.
 *
 * They alone may scan the table. One run at a time, and none is repeated: the next tick goes on where the last one ended.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { EnvironmentSettings } from '../config/environments.ts';
import { pipelineMetric } from '../config/metrics.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import {
  grantDefinitions,
  grantScan,
  grantTable,
  TABLE_STATEMENTS,
  TABLE_WRITES,
} from './grants.ts';
import { CUSTOMERS, METRICS, UPKEEP } from './partitions.ts';
import { StageFunction } from './stage-function.ts';

/** What upkeep needs. */
export interface UpkeepProps {
  readonly data: DataStack;
  readonly settings: EnvironmentSettings;
}

/** A function on a schedule. */
export interface ScheduledFunction {
  readonly scheduled: StageFunction;
  readonly everyMinutes: number;
}

/** The reconciler, the rebuilder of views and the folder of metrics. */
export class Upkeep extends Construct {
  readonly reconcile: StageFunction;
  readonly rebuildViews: StageFunction;
  readonly foldMetrics: StageFunction;
  readonly scheduled: readonly ScheduledFunction[];

  constructor(scope: Construct, id: string, props: UpkeepProps) {
    super(scope, id);
    this.reconcile = this.makeReconcile(props);
    this.rebuildViews = this.makeRebuild(props);
    this.foldMetrics = this.makeFold(props);
    const { reconcileMinutes, rebuildMinutes, metricsMinutes } = props.settings.upkeep;
    this.scheduled = [
      { scheduled: this.reconcile, everyMinutes: reconcileMinutes },
      { scheduled: this.rebuildViews, everyMinutes: rebuildMinutes },
      { scheduled: this.foldMetrics, everyMinutes: metricsMinutes },
    ];
    for (const { scheduled, everyMinutes } of this.scheduled)
      this.schedule(scheduled, everyMinutes);
  }

  /** The functions, in the order in which they are declared. */
  get functions(): readonly StageFunction[] {
    return [this.reconcile, this.rebuildViews, this.foldMetrics];
  }

  private makeReconcile({ data, settings }: UpkeepProps): StageFunction {
    const reconcile = new StageFunction(this, 'operate/reconcile', {
      settings,
      logsKey: data.operationsKey,
      description: 'compares views, customers and claims with the stored rows',
      memoryMb: 1024,
      timeoutSeconds: 180,
      environment: {
        TABLE_NAME: data.table.tableName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        RECONCILE_ITEMS: String(settings.upkeep.reconcileItems),
      },
    });
    grantScan(reconcile, data);
    grantTable(reconcile, data, ['PutItem'], [UPKEEP]);
    grantDefinitions(reconcile, data);
    return reconcile;
  }

  private makeRebuild({ data, settings }: UpkeepProps): StageFunction {
    const rebuild = new StageFunction(this, 'operate/rebuild-views', {
      settings,
      logsKey: data.operationsKey,
      description: 'makes views anew that are of older definitions',
      memoryMb: 1024,
      timeoutSeconds: 180,
      environment: {
        TABLE_NAME: data.table.tableName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
      },
    });
    grantScan(rebuild, data);
    grantTable(rebuild, data, [...TABLE_WRITES, ...TABLE_STATEMENTS], [CUSTOMERS]);
    grantTable(rebuild, data, ['PutItem'], [UPKEEP]);
    grantDefinitions(rebuild, data);
    return rebuild;
  }

  private makeFold({ data, settings }: UpkeepProps): StageFunction {
    const fold = new StageFunction(this, 'operate/fold-metrics', {
      settings,
      logsKey: data.operationsKey,
      description: 'folds the figures of the whole business',
      memoryMb: 1024,
      // A pass over a million customers takes minutes, and the next tick may be an hour away.
      timeoutSeconds: 900,
      environment: {
        TABLE_NAME: data.table.tableName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
      },
    });
    grantScan(fold, data);
    grantTable(fold, data, ['PutItem'], [UPKEEP, METRICS]);
    grantDefinitions(fold, data);
    return fold;
  }

  private schedule({ functionId, lambda }: StageFunction, minutes: number): void {
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, `${functionId}-schedule`, {
      description: `runs ${functionId}`,
      schedule: Schedule.rate(Duration.minutes(minutes)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}

/** Alarms of what the reconciler finds, and of its own silence. */
export const addUpkeepAlarms = (
  scope: Construct,
  { reconcileMinutes }: EnvironmentSettings['upkeep'],
  channel: AlarmChannel,
): void => {
  const functionId = 'operate/reconcile';
  new RunbookAlarm(scope, 'view-differences', {
    ...channel,
    heading: 'View differences',
    what: 'Items do not fit the rows that they were made from.',
    urgency: 'page',
    metric: pipelineMetric({ metricName: 'ViewDifferences', functionId, statistic: 'Sum' }),
    threshold: 1,
    minutes: [1, 1],
    // Written by every run; when none runs, the alarm below rings.
    missing: TreatMissingData.NOT_BREACHING,
  });
  const silence = Math.max(15, 5 * reconcileMinutes);
  new RunbookAlarm(scope, 'reconciliation-silence', {
    ...channel,
    heading: 'Reconciliation silence',
    what: `No part of the table was reconciled for ${silence} minutes.`,
    urgency: 'ticket',
    metric: pipelineMetric({ metricName: 'RowsReconciled', functionId, statistic: 'SampleCount' }),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    minutes: [silence, silence],
    missing: TreatMissingData.BREACHING,
  });
};
