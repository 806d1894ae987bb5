/**
 * identity/resolve-identity: applies the change stream to the identity graph and the contributions.
 *
 * Answers with the sequence numbers to deliver again; Lambda repeats everything from the lowest of them.
 * @module
 */
import type { KinesisStreamBatchResponse, KinesisStreamEvent } from 'aws-lambda';
import { makeQuarantine } from '#adapters/quarantine/quarantine.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { makeOpenWatch } from '#application/identity/open-scopes.ts';
import {
  type BatchReport,
  type ResolvePorts,
  resolveBatch,
} from '#application/identity/resolve-batch.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { streamRecords } from '../../shared/kinesis-records.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import {
  bindDefinitions,
  bindErasedRows,
  bindMinter,
  bindPseudonymiser,
  bindTable,
  once,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<ResolvePorts>, telemetry: Telemetry) =>
  withTelemetry(
    telemetry,
    async (event: KinesisStreamEvent): Promise<KinesisStreamBatchResponse> => {
      const report = await resolveBatch(await ports(), streamRecords(event));
      tell(telemetry, report);
      return { batchItemFailures: report.failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
  );

const tell = (telemetry: Telemetry, report: BatchReport): void => {
  const { count, observe, log } = telemetry;
  count('RecordsReceived', report.received);
  count('RecordsIgnored', report.ignored);
  count('RecordsQuarantined', report.quarantined);
  count('RecordsErased', report.erased);
  count('ChangesApplied', report.applied);
  count('ChangesStale', report.stale);
  count('IdentityConflicts', report.conflicts);
  count('HeldLinks', report.held);
  for (const [source, lagMs] of Object.entries(report.lagMs))
    observe('SourceLagMs', source, [lagMs]);
  tellDefects(telemetry, report);
  const { received, applied, stale, quarantined, failed } = report;
  log.info('batch resolved', {
    records: received,
    applied,
    stale,
    quarantined,
    failed: failed.length,
  });
  if (report.error !== undefined) log.error('rows failed and will be repeated', report.error);
};

/** Defects by source and rule: how many rows broke it, never which. A row that breaks two rules is one defective row. */
const tellDefects = ({ count, countRule }: Telemetry, { defects }: BatchReport): void => {
  count('RowsDefective', new Set(defects.map(({ rowKey }) => rowKey)).size);
  const byRule = groupBy(defects, ({ source, rule }) => `${source} ${rule}`);
  for (const found of byRule.values()) {
    const { source, rule } = must(found[0], 'defect');
    countRule('QualityDefects', source, rule, found.length);
  }
};

const env = readEnvironment(
  'DEFINITIONS_BUCKET',
  'ERASURE_KEY_SECRET_ARN',
  'FUNCTION_ID',
  'ONE_ID_KEY_SECRET_ARN',
  'PEPPER_SECRET_ARN',
  'QUARANTINE_BUCKET',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const definitions = bindDefinitions(table, env.DEFINITIONS_BUCKET);
const quarantine = makeQuarantine(new S3ObjectStore(makeS3Client(), env.QUARANTINE_BUCKET), table);

const openScopes = makeOpenWatch(wallClock);
const erasedRows = once(() => bindErasedRows(table, env.ERASURE_KEY_SECRET_ARN));

const productionPorts = async (): Promise<ResolvePorts> => ({
  table,
  quarantine,
  definitions: definitions.current,
  pseudonymise: await bindPseudonymiser(env.PEPPER_SECRET_ARN, env.ONE_ID_KEY_SECRET_ARN),
  mint: await bindMinter(env.ONE_ID_KEY_SECRET_ARN),
  clock: wallClock,
  random: Math.random,
  sleep,
  openScopes,
  erasedRows: await erasedRows(),
});

/** Bound to the stream's table, buckets and secrets. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
