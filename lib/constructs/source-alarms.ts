/**
 * Source alarms: freshness, silence and DMS latency of one source.
 *
 * Silence is the only one that rings when DMS is up and sends nothing: then there is no late change to measure. So missing
 * data counts as bad, and a source that may rest for a quarter of an hour needs a heartbeat table.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { freshnessMetric, sourceLagMetric } from '../config/metrics.ts';
import { type AlarmChannel, RunbookAlarm } from './alarm.ts';
import type { SourceReplication } from './source-replication.ts';

/** Latency of one replication on one side, worst second of the minute, in seconds. */
export const dmsLatency = (replication: string, side: 'Source' | 'Target'): Metric =>
  new Metric({
    namespace: 'AWS/DMS',
    metricName: `CDCLatency${side}`,
    dimensionsMap: { ReplicationConfigIdentifier: replication },
    statistic: 'Maximum',
    period: Duration.minutes(1),
    label: `${replication} ${side.toLowerCase()}`,
  });

/** Alarms of one source. */
export const addSourceAlarms = (
  scope: Construct,
  { source, identifier }: SourceReplication,
  channel: AlarmChannel,
): void => {
  new RunbookAlarm(scope, `${source}-freshness`, {
    ...channel,
    heading: 'Freshness',
    what: `Changes of ${source} take more than 10 s from commit to profile (p99).`,
    urgency: 'page',
    metric: freshnessMetric(source),
    threshold: 10_000,
    minutes: [3, 5],
    // No change, no measurement; the silence alarm watches for that.
    missing: TreatMissingData.NOT_BREACHING,
  });
  new RunbookAlarm(scope, `${source}-silence`, {
    ...channel,
    heading: 'Silence',
    what: `Nothing of ${source} was applied for 15 minutes, not even a heartbeat.`,
    urgency: 'page',
    metric: sourceLagMetric(source, 'SampleCount'),
    threshold: 1,
    comparison: ComparisonOperator.LESS_THAN_THRESHOLD,
    minutes: [15, 15],
    missing: TreatMissingData.BREACHING,
  });
  addLatencyAlarms(scope, source, identifier, channel);
};

const addLatencyAlarms = (
  scope: Construct,
  source: string,
  replication: string,
  channel: AlarmChannel,
): void => {
  const thresholds = { Source: 60, Target: 30 } as const;
  for (const side of ['Source', 'Target'] as const) {
    new RunbookAlarm(scope, `${source}-dms-${side.toLowerCase()}-latency`, {
      ...channel,
      heading: 'DMS latency',
      what: `DMS is more than ${thresholds[side]} s behind ${side === 'Source' ? `the log of ${source}` : `in writing ${source}`}.`,
      urgency: 'page',
      metric: dmsLatency(replication, side),
      threshold: thresholds[side],
      minutes: [5, 5],
      // A running replication reports every minute; a stopped one does not.
      missing: TreatMissingData.BREACHING,
    });
  }
};
