/**
 * operate/run-extracts: goes on with the lists that were asked for, some files in each invocation, until each is done.
 * @module
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { writeParquet } from '#adapters/parquet/write-parquet.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import {
  continueExtract,
  type ExtractPorts,
  ReadsUnrecordedError,
} from '#application/operate/extract/run-extract.ts';
import { type Extract, loadExtract, runningExtracts } from '#application/shared/extracts.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import {
  bindAudit,
  bindDefinitions,
  bindMark,
  bindPseudonymiser,
  bindScan,
  bindTable,
  boundForAWhile,
  sleep,
  wallClock,
} from '../../shared/wiring.ts';

/** Makes the handler on given ports. One list after the other, the oldest first; one that fails does not keep the others waiting. */
export const makeHandler = (
  ports: () => Promise<ExtractPorts>,
  reserveMs: number,
  telemetry: Telemetry,
) =>
  withTelemetry(telemetry, async (_event: ScheduledEvent, context: Context): Promise<void> => {
    const bound = await ports();
    const { gained, failed, errors } = await goOn(
      bound,
      hasTimeLeft(context, reserveMs),
      telemetry,
    );
    const unrecorded = errors.some((error) => error instanceof ReadsUnrecordedError);
    telemetry.count('ExtractedRows', gained);
    telemetry.count('ExtractsFailed', failed);
    telemetry.count('AuditFailures', Number(unrecorded));
    if (errors.length > 0) throw errors[0];
  });

const goOn = async (ports: ExtractPorts, mayGoOn: () => boolean, { log }: Telemetry) => {
  let [gained, failed] = [0, 0];
  const errors: unknown[] = [];
  for (const extract of await oldestFirst(ports)) {
    try {
      const after = await continueExtract(ports, extract.id, mayGoOn);
      if (!after) continue;
      gained += after.rows - extract.rows;
      failed += Number(after.state === 'failed');
      log.info('extract', { object: after.id, status: after.state, rows: after.rows });
    } catch (error) {
      errors.push(error);
      log.error('an extract could not go on', error, { object: extract.id });
    }
  }
  return { gained, failed, errors };
};

const oldestFirst = async ({ table }: ExtractPorts): Promise<readonly Extract[]> => {
  const ids = await runningExtracts(table);
  const stored = await Promise.all(ids.map((id) => loadExtract(table, id)));
  return stored
    .flatMap((one) => (one ? [one.doc] : []))
    .sort((a, b) => a.requestedAt - b.requestedAt);
};

const env = readEnvironment(
  'AUDIT_TABLE_NAME',
  'DEFINITIONS_BUCKET',
  'ERASURE_KEY_SECRET_ARN',
  'FUNCTION_ID',
  'PEPPER_SECRET_ARN',
  'RIGHTS_BUCKET',
  'ROWS_PER_FILE',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

const rights = new S3ObjectStore(makeS3Client(), env.RIGHTS_BUCKET);

const productionPorts = boundForAWhile(async (): Promise<ExtractPorts> => {
  const pseudonymise = await bindPseudonymiser(env.PEPPER_SECRET_ARN);
  return {
    table,
    definitions: current,
    pseudonymise,
    audit: bindAudit(env.AUDIT_TABLE_NAME, pseudonymise),
    mark: await bindMark(env.ERASURE_KEY_SECRET_ARN),
    rights,
    scan: bindScan(env.TABLE_NAME),
    writeParquet,
    rowsPerFile: Number(env.ROWS_PER_FILE),
    clock: wallClock,
    sleep,
  };
});

/** Bound to the tables and the bucket of extracts. */
export const handler = makeHandler(productionPorts, 60_000, makeTelemetry(env.FUNCTION_ID));
