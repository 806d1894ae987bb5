/**
 * Metrics that the functions write (embedded metric format), as alarms and dashboard read them.
 *
 * CloudWatch keeps a metric per exact set of dimensions, so the sets here must equal those that the functions write:
 * `service` and `function`, and `source` for the freshness metrics.
 * @module
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { FunctionId } from './function-ids.ts';

/** Namespace and service that every function gets in its environment. */
export const METRICS_NAMESPACE = 'Tributary';
export const SERVICE_NAME = 'tributary';

/** Which metric, of which function, over which statistic. */
export interface PipelineMetricProps {
  readonly metricName: string;
  readonly functionId: FunctionId;
  readonly source?: string;
  /** CloudWatch statistic, `Sum`, `p99`, `SampleCount`, … */
  readonly statistic: string;
  readonly label?: string;
}

/** A metric of the pipeline, in periods of one minute. */
export const pipelineMetric = (props: PipelineMetricProps): Metric =>
  new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: props.metricName,
    dimensionsMap: {
      service: SERVICE_NAME,
      function: props.functionId,
      ...(props.source === undefined ? {} : { source: props.source }),
    },
    statistic: props.statistic,
    period: Duration.minutes(1),
    label: props.label ?? `${props.metricName} ${props.source ?? ''}`.trim(),
  });

/** Commit in the source to readable in the view, p99 in milliseconds, of one source. */
export const freshnessMetric = (source: string, statistic = 'p99'): Metric =>
  pipelineMetric({
    metricName: 'CommitToServableMs',
    functionId: 'profile/maintain-view',
    source,
    statistic,
  });

/** How far the applied position of one source lies behind the clock, in milliseconds; written for heartbeats too. */
export const sourceLagMetric = (source: string, statistic: string): Metric =>
  pipelineMetric({
    metricName: 'SourceLagMs',
    functionId: 'identity/resolve-identity',
    source,
    statistic,
  });
