/**
 * Data alarms: input that was set aside, and throttling or faults of the stream and the table.
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
export const tableThrottles = ({ table }: WatchedState): MathExpression =>
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

/** Alarms of failed bucket, quarantine, table and stream. */
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
  addTableAlarms(scope, data, channel);
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

const addTableAlarms = (scope: Construct, data: WatchedState, channel: AlarmChannel): void => {
  new RunbookAlarm(scope, 'table-throttles', {
    ...channel,
    heading: 'Table throttles',
    what: 'The table refuses requests, most likely on a hot partition.',
    urgency: 'ticket',
    metric: tableThrottles(data),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, 'table-system-errors', {
    ...channel,
    heading: 'Table system errors',
    what: 'DynamoDB answers with errors of its own.',
    urgency: 'ticket',
    metric: data.table.metricSystemErrorsForOperations({
      operations: [
        Operation.GET_ITEM,
        Operation.BATCH_GET_ITEM,
        Operation.QUERY,
        Operation.PUT_ITEM,
        Operation.UPDATE_ITEM,
        Operation.DELETE_ITEM,
        Operation.TRANSACT_WRITE_ITEMS,
      ],
      period,
    }),
    threshold: 1,
    minutes: [3, 5],
    missing,
  });
};
