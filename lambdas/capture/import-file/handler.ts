/**
 * capture/import-file: puts the rows of a dropped file on the change stream.
 *
 * Invoked by the event that S3 sends for a new object, at least once. An error has the invocation repeated, which goes on
 * where the report says.
 * @module
 */
import type { Context, EventBridgeEvent } from 'aws-lambda';
import { makeReadFile, makeReports, shortDigest } from '#adapters/files/drops.ts';
import { readRows } from '#adapters/files/read-rows.ts';
import { makeKinesisClient } from '#adapters/kinesis/client.ts';
import { makePublish } from '#adapters/kinesis/publish.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import {
  type ImportPorts,
  type ImportReport,
  importFile,
} from '#application/capture/import-file.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { hasTimeLeft } from '../../shared/time-left.ts';
import { bindDefinitions, bindTable, wallClock } from '../../shared/wiring.ts';

/** What S3 says of a new object. */
export type ObjectCreated = EventBridgeEvent<
  'Object Created',
  { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } }
>;

/** Time kept to write the report, in milliseconds. */
const RESERVE_MS = 15_000;

/** Makes the handler on given ports. */
export const makeHandler = (ports: Omit<ImportPorts, 'hasTimeLeft'>, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: ObjectCreated, context: Context): Promise<void> => {
    const timed = { ...ports, hasTimeLeft: hasTimeLeft(context, RESERVE_MS) };
    const report = await importFile(timed, event.detail.object.key);
    if (report !== undefined) tell(telemetry, report);
  });

const tell = ({ count, log }: Telemetry, report: ImportReport): void => {
  count('FileRowsPublished', report.published);
  count('FileRowsRejected', report.rejected);
  count('FilesFailed', report.state === 'failed' ? 1 : 0);
  const said = { status: report.state, records: report.rows, failed: report.rejected };
  if (report.state === 'failed') log.warn('nothing was read of a file', said);
  else log.info('file imported', said);
};

const env = readEnvironment(
  'DEFINITIONS_BUCKET',
  'DROPS_BUCKET',
  'FUNCTION_ID',
  'STREAM_NAME',
  'TABLE_NAME',
);
const s3 = makeS3Client();
const definitions = bindDefinitions(bindTable(env.TABLE_NAME), env.DEFINITIONS_BUCKET);

/** Bound to the drops bucket and the stream. */
export const handler = makeHandler(
  {
    definitions: definitions.current,
    readFile: makeReadFile(s3, env.DROPS_BUCKET),
    readRows,
    ...makeReports(new S3ObjectStore(s3, env.DROPS_BUCKET)),
    publish: makePublish(makeKinesisClient(), env.STREAM_NAME),
    digest: shortDigest,
    clock: wallClock,
  },
  makeTelemetry(env.FUNCTION_ID),
);
