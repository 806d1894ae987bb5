/**
 * Telemetry: the log and the metrics of a function. Metrics are written once per invocation (embedded metric format),
 * under the dimensions that alarms read: `service` and `function`, for freshness also `source`.
 * @module
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type Log, makeLog, makeLogger } from './log.ts';

/** Metrics that count. Each is in an alarm, or test/stacks/failure-paths.test.ts says why it needs none. */
export const COUNT_METRICS = [
  'AuditChained',
  'AuditFailures',
  'BulkReaders',
  'ChangesApplied',
  'ChangesStale',
  'ConsentsRecorded',
  'ErasuresDone',
  'ErasuresOverdue',
  'EventsAccepted',
  'EventsRejected',
  'ExtractedRows',
  'ExtractsFailed',
  'FileRowsPublished',
  'FileRowsRejected',
  'FilesFailed',
  'HeldLinks',
  'IdentityConflicts',
  'LookupsWritten',
  'MetricsFolded',
  'ProfilesRead',
  'RecordsErased',
  'RecordsIgnored',
  'RecordsQuarantined',
  'RecordsReceived',
  'RekeyStoodMinutes',
  'RowsDefective',
  'RowsReconciled',
  'ViewDifferences',
  'ViewsRebuilt',
  'ViewsWritten',
] as const;

/** A metric that counts. */
export type CountMetric = (typeof COUNT_METRICS)[number];

/** Metrics that count per source and data-quality rule. */
export type RuleMetric = 'QualityDefects';

/** Metrics of one source, in milliseconds. */
export type SourceMetric = 'CommitToServableMs' | 'SourceLagMs';

/** What a function tells of itself. */
export interface Telemetry {
  readonly log: Log;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Adds to a count; 0 is written too, so that a silent function differs from an idle one. */
  count(metric: CountMetric, value: number): void;
  /** Adds to the count of one rule of one source. */
  countRule(metric: RuleMetric, source: string, rule: string, value: number): void;
  /** Writes values of one source at once, as one metric line per 100. */
  observe(metric: SourceMetric, source: string, valuesMs: readonly number[]): void;
}

/** Makes the telemetry of a function; namespace and service come from the `POWERTOOLS_` variables. */
export const makeTelemetry = (functionId: string): Telemetry => {
  const dimensions = { function: functionId };
  const logger = makeLogger(functionId);
  const metrics = new Metrics({ defaultDimensions: dimensions });
  const metricsOf = keepingMetrics(dimensions);
  return {
    log: makeLog(logger),
    logger,
    metrics,
    count: (metric, value) => {
      metrics.addMetric(metric, MetricUnit.Count, value);
    },
    countRule: (metric, source, rule, value) => {
      const perRule = metricsOf({ source, rule });
      perRule.addMetric(metric, MetricUnit.Count, value);
      perRule.publishStoredMetrics();
    },
    observe: (metric, source, valuesMs) => {
      if (valuesMs.length === 0) return;
      const perSource = metricsOf({ source });
      for (const value of valuesMs) perSource.addMetric(metric, MetricUnit.Milliseconds, value);
      perSource.publishStoredMetrics();
    },
  };
};

/** Metrics under further dimensions, made once for each: making them reads the environment. */
const keepingMetrics = (dimensions: Readonly<Record<string, string>>) => {
  const kept = new Map<string, Metrics>();
  return (further: Readonly<Record<string, string>>): Metrics => {
    const name = Object.values(further).join(' ');
    const known =
      kept.get(name) ?? new Metrics({ defaultDimensions: { ...dimensions, ...further } });
    kept.set(name, known);
    return known;
  };
};
