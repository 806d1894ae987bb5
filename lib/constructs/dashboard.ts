/**
 * Dashboard: three rows, read from the top. Is it fresh? If not, where is it stuck? What does it cost?
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Dashboard, GraphWidget, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { freshnessMetric, sourceLagMetric } from '../config/metrics.ts';
import { serverErrorRate } from './api-alarms.ts';
import {
  failedObjects,
  quarantinedRecords,
  streamThrottles,
  tableThrottles,
  type WatchedState,
} from './data-alarms.ts';
import { dmsLatency } from './source-alarms.ts';
import type { SourceReplication } from './source-replication.ts';
import type { StageFunction } from './stage-function.ts';

const period = Duration.minutes(1);
const COLUMNS = 24;

/** What the dashboard shows, each in flow order. */
export interface DashboardProps {
  readonly replications: readonly SourceReplication[];
  readonly readers: readonly StageFunction[];
  readonly functions: readonly StageFunction[];
  readonly state: WatchedState;
  readonly api: HttpApi;
}

/** Dashboard of one environment. */
export class PipelineDashboard extends Construct {
  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [freshnessRow(props), healthRow(props), costRow(props)],
    });
  }
}

const row = (graphs: Readonly<Record<string, readonly IMetric[]>>): GraphWidget[] => {
  const entries = Object.entries(graphs);
  const width = Math.floor(COLUMNS / entries.length);
  return entries.map(([title, left]) => new GraphWidget({ title, left: [...left], width, period }));
};

const freshnessRow = ({ replications }: DashboardProps) =>
  row({
    'Commit to profile, p50 (ms)': replications.map((r) => freshnessMetric(r.source, 'p50')),
    'Commit to profile, p99 (ms)': replications.map((r) => freshnessMetric(r.source)),
    'Source lag (ms)': replications.map((r) => sourceLagMetric(r.source, 'Maximum')),
  });

const healthRow = ({ replications, readers, functions, state, api }: DashboardProps) =>
  row({
    'DMS latency (s)': replications.flatMap(({ identifier }) => [
      dmsLatency(identifier, 'Source'),
      dmsLatency(identifier, 'Target'),
    ]),
    'Iterator age (ms)': readers.map((each) => labelled(each, 'IteratorAge', 'Maximum')),
    Errors: functions.map((each) => labelled(each, 'Errors', 'Sum')),
    'Set aside, throttled': [
      failedObjects(state),
      quarantinedRecords(),
      tableThrottles(state),
      streamThrottles(state),
    ],
    'API: 5xx (%), p99 (ms)': [
      serverErrorRate(api),
      api.metricLatency({ period, statistic: 'p99' }),
    ],
  });

const costRow = ({ functions, state }: DashboardProps) =>
  row({
    'Table units': ['ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits'].map((name) =>
      state.table.metric(name, { period, statistic: 'Sum' }),
    ),
    'Stream bytes in': [state.changes.metricIncomingBytes({ period, statistic: 'Sum' })],
    Invocations: functions.map((each) => labelled(each, 'Invocations', 'Sum')),
    'Duration (ms)': functions.map((each) => labelled(each, 'Duration', 'Sum')),
  });

const labelled = ({ functionId, lambda }: StageFunction, name: string, statistic: string) =>
  lambda.metric(name, { period, statistic, label: functionId });
