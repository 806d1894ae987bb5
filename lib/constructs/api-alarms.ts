/**
 * API alarms: errors and slowness as callers see them.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionId } from '../config/function-ids.ts';
import { pipelineMetric } from '../config/metrics.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';

const period = Duration.minutes(1);
/** No request, no data. */
const missing = TreatMissingData.NOT_BREACHING;

/** Share of requests answered with a server error, in percent. */
export const serverErrorRate = (api: HttpApi): MathExpression =>
  new MathExpression({
    expression: '100 * failures / requests',
    usingMetrics: {
      failures: api.metricServerError({ period, statistic: 'Sum' }),
      requests: api.metricCount({ period, statistic: 'Sum' }),
    },
    period,
    label: '5xx, percent of requests',
  });

/** Server errors and p99 of the API. */
export const addApiAlarms = (scope: Construct, api: HttpApi, channel: AlarmChannel): void => {
  new RunbookAlarm(scope, 'api-server-errors', {
    ...channel,
    heading: 'API server errors',
    what: 'More than 0.5 % of the requests end in a server error.',
    urgency: 'page',
    metric: serverErrorRate(api),
    threshold: 0.5,
    minutes: [3, 5],
    missing,
  });
  new RunbookAlarm(scope, 'api-latency', {
    ...channel,
    heading: 'API latency',
    what: 'The slowest 1 % of the requests take more than 300 ms.',
    urgency: 'page',
    metric: api.metricLatency({ period, statistic: 'p99' }),
    threshold: 300,
    minutes: [3, 5],
    missing,
  });
};

/** Requests refused because they could not be recorded, of every function that answers with personal data or writes lists. */
const auditFailures = (): MathExpression => {
  const of = (functionId: FunctionId) =>
    pipelineMetric({ metricName: 'AuditFailures', functionId, statistic: 'Sum' });
  return new MathExpression({
    expression: 'FILL(reads, 0) + FILL(consents, 0) + FILL(rights, 0) + FILL(lists, 0)',
    usingMetrics: {
      reads: of('serve/get-profile'),
      consents: of('serve/record-consent'),
      rights: of('serve/answer-rights'),
      lists: of('operate/run-extracts'),
    },
    period,
    label: 'AuditFailures',
  });
};

/** What the audit of reads is watched for. */
export const addAuditAlarms = (scope: Construct, channel: AlarmChannel): void => {
  new RunbookAlarm(scope, 'audit-failures', {
    ...channel,
    heading: 'Audit failures',
    what: 'Reads are refused because they cannot be recorded.',
    urgency: 'page',
    metric: auditFailures(),
    threshold: 1,
    minutes: [1, 5],
    missing,
  });
  new RunbookAlarm(scope, 'bulk-reads', {
    ...channel,
    heading: 'Bulk reads',
    what: 'A client has read more customers within an hour than expected.',
    urgency: 'ticket',
    metric: pipelineMetric({
      metricName: 'BulkReaders',
      functionId: 'serve/chain-audit',
      statistic: 'Sum',
    }),
    threshold: 1,
    minutes: [1, 1],
    missing,
  });
};
