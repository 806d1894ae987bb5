/**
 * Input alarms: input that is refused or spoilt before it is a customer's. Single bad rows are daily life, and each is
 * named where its sender can look; what rings is a file that says nothing, and a share that a mistake makes.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionId } from '../config/function-ids.ts';
import { pipelineMetric } from '../config/metrics.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import type { StageFunction } from './stage-function.ts';

/** No input, no data. */
const missing = TreatMissingData.NOT_BREACHING;

/** Rows and calls below which a share says nothing; a file is a whole, however small. */
const ENOUGH = 100;

const sumOf = (functionId: FunctionId, metricName: string) =>
  pipelineMetric({ metricName, functionId, statistic: 'Sum' });

/** Lines of dropped files that were left out, in percent. */
const rejectedFileRows = (): MathExpression =>
  new MathExpression({
    expression: '100 * rejected / (rejected + published)',
    usingMetrics: {
      rejected: sumOf('capture/import-file', 'FileRowsRejected'),
      published: sumOf('capture/import-file', 'FileRowsPublished'),
    },
    period: Duration.minutes(1),
    label: 'rows of files left out, percent',
  });

/** Calls of the Tracking API that are none, in percent. */
const rejectedEvents = (): MathExpression =>
  new MathExpression({
    expression: `IF(rejected + accepted >= ${ENOUGH}, 100 * rejected / (rejected + accepted), 0)`,
    usingMetrics: {
      rejected: sumOf('serve/accept-events', 'EventsRejected'),
      accepted: sumOf('serve/accept-events', 'EventsAccepted'),
    },
    period: Duration.minutes(1),
    label: 'calls refused, percent',
  });

/** Rows that break a data-quality rule, in percent of the records that are about rows. */
const defectiveRows = (): MathExpression =>
  new MathExpression({
    expression: `IF(received - ignored >= ${ENOUGH}, 100 * defective / (received - ignored), 0)`,
    usingMetrics: {
      defective: sumOf('identity/resolve-identity', 'RowsDefective'),
      received: sumOf('identity/resolve-identity', 'RecordsReceived'),
      ignored: sumOf('identity/resolve-identity', 'RecordsIgnored'),
    },
    period: Duration.minutes(1),
    label: 'rows that break a rule, percent',
  });

/** Alarms of dropped files, of events that are sent, and of data quality. */
export const addInputAlarms = (
  scope: Construct,
  importFile: StageFunction,
  channel: AlarmChannel,
): void => {
  addFileAlarms(scope, importFile, channel);
  new RunbookAlarm(scope, 'events-rejected', {
    ...channel,
    heading: 'Events rejected',
    what: 'More than 5 % of the calls of the Tracking API cannot be read.',
    urgency: 'ticket',
    metric: rejectedEvents(),
    threshold: 5,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, 'data-quality', {
    ...channel,
    heading: 'Data quality',
    what: 'More than 20 % of the rows that arrive break a data-quality rule.',
    urgency: 'ticket',
    metric: defectiveRows(),
    threshold: 20,
    minutes: [10, 15],
    missing,
  });
};

const addFileAlarms = (
  scope: Construct,
  { lambda }: StageFunction,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, 'file-events-lost', {
    ...channel,
    heading: 'Failed objects',
    what: 'The import of a dropped file was given up, and its event could not be put into the failed bucket.',
    urgency: 'ticket',
    metric: lambda.metric('DestinationDeliveryFailures', {
      period: Duration.minutes(1),
      statistic: 'Sum',
    }),
    threshold: 1,
    minutes: [1, 1],
    missing,
  });
  new RunbookAlarm(scope, 'files-failed', {
    ...channel,
    heading: 'Files failed',
    what: 'Nothing was read of a dropped file.',
    urgency: 'ticket',
    metric: sumOf('capture/import-file', 'FilesFailed'),
    threshold: 1,
    minutes: [1, 1],
    missing,
  });
  new RunbookAlarm(scope, 'file-rows-rejected', {
    ...channel,
    heading: 'File rows rejected',
    what: 'More than 5 % of the rows of a dropped file were left out.',
    urgency: 'ticket',
    metric: rejectedFileRows(),
    threshold: 5,
    minutes: [1, 1],
    missing,
  });
};
