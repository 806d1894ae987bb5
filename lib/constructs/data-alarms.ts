/**
 * Data alarms: input that was set aside, and throttling or faults of the stream and the tables.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { type ITable, Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { pipelineMetric } from '../config/metrics.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import { ALL_OBJECTS } from './private-bucket.ts';

const period = Duration.minutes(1);
/** These metrics are written only when something happens. */
const missing = TreatMissingData.NOT_BREACHING;

/** The state that is watched. */
export interface WatchedState {
  readonly failed: IBucket;
  readonly table: ITable;
  readonly audit: ITable;
  readonly changes: IStream;
}

/** Batches that a stream mapping gave up, as objects written to the failed bucket. */
export const failedObjects = ({ failed }: WatchedState): Metric =>
  new Metric({
    namespace: 'AWS/S3',
    metricName: 'PutRequests',
    dimensionsMap: { BucketName: failed.bucketName, FilterId: ALL_OBJECTS },
    statistic: 'Sum',
    period,
    label: 'batches given up',
  });

/** Records that could not be understood. */
export const quarantinedRecords = (): Metric =>
  pipelineMetric({
    metricName: 'RecordsQuarantined',
    functionId: 'identity/resolve-identity',
    statistic: 'Sum',
  });

/** Read and write requests that the table refused for lack of capacity. */
export const tableThrottles = ({ table }: WatchedState): MathExpression => throttlesOf(table);

const throttlesOf = (table: ITable): MathExpression =>
  new MathExpression({
    expression: 'FILL(tableReads, 0) + FILL(tableWrites, 0)',
    usingMetrics: {
      tableReads: table.metric('ReadThrottleEvents', { period, statistic: 'Sum' }),
      tableWrites: table.metric('WriteThrottleEvents', { period, statistic: 'Sum' }),
    },
    period,
    label: 'throttled requests',
  });

/** Writes and reads that the stream refused for lack of shards. */
export const streamThrottles = ({ changes }: WatchedState): MathExpression =>
  new MathExpression({
    expression: 'FILL(streamWrites, 0) + FILL(streamReads, 0)',
    usingMetrics: {
      streamWrites: changes.metricPutRecordsThrottledRecords({ period, statistic: 'Sum' }),
      streamReads: changes.metric('ReadProvisionedThroughputExceeded', {
        period,
        statistic: 'Sum',
      }),
    },
    period,
    label: 'throttled records',
  });

/** Alarms of failed bucket, quarantine, tables and stream. */
export const addDataAlarms = (
  scope: Construct,
  data: WatchedState,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, 'failed-objects', {
    ...channel,
    heading: 'Failed objects',
    what: 'A batch, or the event of a dropped file, was given up after its last retry and lies in the failed bucket.',
    urgency: 'page',
    metric: failedObjects(data),
    threshold: 1,
    minutes: [1, 1],
    missing,
  });
  new RunbookAlarm(scope, 'quarantine', {
    ...channel,
    heading: 'Quarantine',
    what: 'Records came that cannot be understood.',
    urgency: 'ticket',
    metric: quarantinedRecords(),
    threshold: 1,
    minutes: [1, 1],
    missing,
  });
  const { table, audit } = data;
  addTableAlarms(scope, { id: 'table', name: 'The table', table }, channel);
  // Reads fail closed on it.
  addTableAlarms(scope, { id: 'audit-table', name: 'The audit table', table: audit }, channel);
  new RunbookAlarm(scope, 'stream-throttles', {
    ...channel,
    heading: 'Stream throttles',
    what: 'The change stream refuses reads or writes.',
    urgency: 'ticket',
    metric: streamThrottles(data),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
};

/** What the functions ask of the tables; an alarm takes ten metrics at most. */
const OPERATIONS = [
  Operation.GET_ITEM,
  Operation.BATCH_GET_ITEM,
  Operation.QUERY,
  Operation.SCAN,
  Operation.PUT_ITEM,
  Operation.UPDATE_ITEM,
  Operation.DELETE_ITEM,
  Operation.BATCH_EXECUTE_STATEMENT,
  Operation.TRANSACT_WRITE_ITEMS,
];

interface WatchedTable {
  /** Begins the ids of its alarms. */
  readonly id: string;
  readonly name: string;
  readonly table: ITable;
}

const addTableAlarms = (
  scope: Construct,
  { id, name, table }: WatchedTable,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, `${id}-throttles`, {
    ...channel,
    heading: 'Table throttles',
    what: `${name} refuses requests, most likely on a hot partition.`,
    urgency: 'ticket',
    metric: throttlesOf(table),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, `${id}-system-errors`, {
    ...channel,
    heading: 'Table system errors',
    what: `DynamoDB answers requests to ${name.toLowerCase()} with errors of its own.`,
    urgency: 'ticket',
    metric: table.metricSystemErrorsForOperations({ operations: OPERATIONS, period }),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
};
