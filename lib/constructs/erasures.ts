/**
 * Erasures: the function that erases customers, on a schedule, and what it is watched for.
 *
 * It is the only one that may take objects out of the archive, and the only one that reaches every store.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { ARCHIVE_PREFIX, MANIFEST_PREFIX } from '#application/capture/archive-manifest.ts';
import { EXTRACT_LISTS, EXTRACTS } from '#application/shared/extracts.ts';
import { pipelineMetric } from '../config/metrics.ts';
import type { DataStack } from '../stacks/data-stack.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import {
  grantDefinitions,
  grantObjects,
  grantSecret,
  grantTable,
  grantWholeTable,
  TABLE_READS,
  TABLE_STATEMENTS,
  TABLE_WRITES,
} from './grants.ts';
import { CERTIFICATES, DROPS, FAILED_BATCHES, REPORTS } from './object-prefixes.ts';
import { AUDIT_ENTRIES } from './partitions.ts';
import { StageFunction } from './stage-function.ts';
import type { ScheduledFunction, UpkeepProps } from './upkeep.ts';

/** How often it goes on. */
const EVERY_MINUTES = 1;

/** The function that erases customers. */
export class Erasures extends Construct {
  readonly eraseCustomers: StageFunction;
  readonly scheduled: ScheduledFunction;

  constructor(scope: Construct, id: string, props: UpkeepProps) {
    super(scope, id);
    this.eraseCustomers = this.makeFunction(props);
    this.grantStores(props.data);
    this.schedule();
    this.scheduled = { scheduled: this.eraseCustomers, everyMinutes: EVERY_MINUTES };
  }

  private makeFunction({ data, settings }: UpkeepProps): StageFunction {
    return new StageFunction(this, 'operate/erase-customers', {
      settings,
      logsKey: data.operationsKey,
      description: 'erases customers everywhere, a part at a time',
      memoryMb: 1024,
      timeoutSeconds: 300,
      environment: {
        TABLE_NAME: data.table.tableName,
        AUDIT_TABLE_NAME: data.audit.tableName,
        ARCHIVE_BUCKET: data.archive.bucketName,
        QUARANTINE_BUCKET: data.quarantine.bucketName,
        FAILED_BUCKET: data.failed.bucketName,
        DROPS_BUCKET: data.drops.bucketName,
        RIGHTS_BUCKET: data.rights.bucketName,
        DEFINITIONS_BUCKET: data.definitions.bucketName,
        PEPPER_SECRET_ARN: data.pepper.secretArn,
        ONE_ID_KEY_SECRET_ARN: data.oneIdKey.secretArn,
        ERASURE_KEY_SECRET_ARN: data.erasureKey.secretArn,
      },
    });
  }

  private grantStores(data: DataStack): void {
    const to = this.eraseCustomers;
    const writes = [...TABLE_READS, ...TABLE_WRITES, ...TABLE_STATEMENTS] as const;
    grantWholeTable(to, data, [...writes, 'ConditionCheckItem']);
    const audit = { table: data.audit, dataKey: data.dataKey };
    grantTable(to, audit, ['Query', 'UpdateItem'], [AUDIT_ENTRIES]);
    for (const secret of [data.pepper, data.oneIdKey, data.erasureKey]) grantSecret(to, secret);
    grantDefinitions(to, data);
    this.grantBuckets(data);
  }

  private grantBuckets(data: DataStack): void {
    const to = this.eraseCustomers;
    const all = ['GetObject', 'PutObject', 'DeleteObject'] as const;
    const archive = [ARCHIVE_PREFIX, MANIFEST_PREFIX];
    const kept = { list: true, versions: true } as const;
    grantObjects(to, data.archive, { prefixes: archive, actions: all, ...kept });
    grantObjects(to, data.quarantine, {
      prefixes: [''],
      actions: ['GetObject', 'DeleteObject'],
      list: true,
    });
    grantObjects(to, data.failed, { prefixes: [FAILED_BATCHES], actions: all, ...kept });
    grantObjects(to, data.drops, {
      prefixes: [DROPS, REPORTS],
      actions: ['GetObject'],
      list: true,
    });
    grantObjects(to, data.drops, { prefixes: [DROPS], actions: ['DeleteObject'], versions: true });
    const lists = [EXTRACTS, EXTRACT_LISTS];
    grantObjects(to, data.rights, {
      prefixes: [CERTIFICATES],
      actions: ['GetObject', 'PutObject'],
      list: true,
    });
    grantObjects(to, data.rights, { prefixes: lists, actions: ['GetObject', 'DeleteObject'] });
  }

  private schedule(): void {
    const { lambda } = this.eraseCustomers;
    lambda.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'erase-customers-schedule', {
      description: 'goes on with the erasures that were asked for',
      schedule: Schedule.rate(Duration.minutes(EVERY_MINUTES)),
      targets: [new LambdaFunction(lambda, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}

/** The alarms of an erasure, and of the rotation that keeps erasures waiting, that do not come to their end. */
export const addErasureAlarms = (scope: Construct, channel: AlarmChannel): void => {
  new RunbookAlarm(scope, 'erasures-overdue', {
    ...channel,
    heading: 'Erasures overdue',
    what: 'A customer who asked to be erased a day ago is not.',
    urgency: 'ticket',
    metric: pipelineMetric({
      metricName: 'ErasuresOverdue',
      functionId: 'operate/erase-customers',
      statistic: 'Maximum',
    }),
    threshold: 1,
    minutes: [5, 10],
    missing: TreatMissingData.NOT_BREACHING,
  });
  new RunbookAlarm(scope, 'rekey-stands-still', {
    ...channel,
    heading: 'Rekey stands still',
    what: 'A rotation of the pepper was begun and does not go on; changes wait in the stream meanwhile.',
    urgency: 'page',
    metric: pipelineMetric({
      metricName: 'RekeyStoodMinutes',
      functionId: 'operate/erase-customers',
      statistic: 'Maximum',
    }),
    threshold: 15,
    minutes: [3, 5],
    missing: TreatMissingData.NOT_BREACHING,
  });
};
