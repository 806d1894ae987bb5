/**
 * Extracts: the function that writes lists of customers, on a schedule, and what it is watched for.
 *
 * It reads the table as a whole, and customers only in the name of who asked; it writes nothing but files, how far it is, and
 * the record of what it read.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { EXTRACT_LISTS, EXTRACTS } from '#application/shared/extracts.ts';
import { pipelineMetric } from '../config/metrics.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import {
  grantAudit,
  grantDefinitions,
  grantObjects,
  grantScan,
  grantSecret,
  grantTable,
} from './grants.ts';
import { EXTRACT_REQUESTS, RUNNING_EXTRACTS } from './partitions.ts';
import { StageFunction } from './stage-function.ts';
import type { ScheduledFunction, UpkeepProps } from './upkeep.ts';

/** Rows of a file: few enough to be held in memory, enough for a spreadsheet. */
const ROWS_PER_FILE = 20_000;

/** How often it goes on. */
const EVERY_MINUTES = 1;

/** The function that writes lists. */
export class Extracts extends Construct {
  readonly runExtracts: StageFunction;
  readonly scheduled: ScheduledFunction;

  constructor(scope: Construct, id: string, props: UpkeepProps) {
    super(scope, id);
    this.runExtracts = this.makeFunction(props);
    this.grantAccess(props.data);
    this.schedule();
    this.scheduled = { scheduled: this.runExtracts, everyMinutes: EVERY_MINUTES };
  }

  private makeFunction({ data, settings }: UpkeepProps): StageFunction {
    return new StageFunction(this, 'operate/run-extracts', {
      settings,
      logsKey: data.operationsKey,
      description: 'writes lists of customers, a file at a time',
      memoryMb: 1024,
      timeoutSeconds: 300,
      environment: {
        TABLE_NAME: data.table.tableName,
        AUDIT_TABLE_NAME: data.audit.tableName,
        RIGHTS_BUCKET: data.rights.bucketName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        PEPPER_SECRET_ARN: data.pepper.secretArn,
        ERASURE_KEY_SECRET_ARN: data.erasureKey.secretArn,
        ROWS_PER_FILE: String(ROWS_PER_FILE),
      },
    });
  }

  private grantAccess(data: DataStack): void {
    const to = this.runExtracts;
    grantScan(to, data);
    grantTable(to, data, ['PutItem'], [EXTRACT_REQUESTS]);
    grantTable(to, data, ['DeleteItem'], [RUNNING_EXTRACTS]);
    grantAudit(to, data);
    grantDefinitions(to, data);
    grantSecret(to, data.pepper);
    grantSecret(to, data.erasureKey);
    grantObjects(to, data.rights, { prefixes: [EXTRACTS, EXTRACT_LISTS], actions: ['PutObject'] });
  }

  private schedule(): void {
    const { lambda } = this.runExtracts;
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'run-extracts-schedule', {
      description: 'goes on with the lists that were asked for',
      schedule: Schedule.rate(Duration.minutes(EVERY_MINUTES)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}

/** The alarm of lists that end before they are whole. */
export const addExtractAlarms = (scope: Construct, channel: AlarmChannel): void => {
  new RunbookAlarm(scope, 'extracts-failed', {
    ...channel,
    heading: 'Extracts failed',
    what: 'A list of customers ended because its caller may not read any more.',
    urgency: 'ticket',
    metric: pipelineMetric({
      metricName: 'ExtractsFailed',
      functionId: 'operate/run-extracts',
      statistic: 'Sum',
    }),
    threshold: 1,
    minutes: [1, 1],
    missing: TreatMissingData.NOT_BREACHING,
  });
};
