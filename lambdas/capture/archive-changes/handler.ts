/**
 * capture/archive-changes: keeps every batch of the change stream as it came.
 *
 * An error fails the whole batch, because the object is written whole or not at all.
 * @module
 */
import type { KinesisStreamEvent } from 'aws-lambda';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { type ArchivePorts, archiveChanges } from '#application/capture/archive-changes.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { streamRecords } from '../../shared/kinesis-records.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';

/** Makes the handler on given ports. */
export const makeHandler = (ports: ArchivePorts, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: KinesisStreamEvent): Promise<void> => {
    const records = streamRecords(event);
    telemetry.count('RecordsReceived', records.length);
    const object = await archiveChanges(ports, records);
    telemetry.log.info('batch archived', { records: records.length, ...(object && { object }) });
  });

const { ARCHIVE_BUCKET, FUNCTION_ID } = readEnvironment('ARCHIVE_BUCKET', 'FUNCTION_ID');

/** Bound to the archive bucket. */
export const handler = makeHandler(
  { objects: new S3ObjectStore(makeS3Client(), ARCHIVE_BUCKET), compression: gzipCompression },
  makeTelemetry(FUNCTION_ID),
);
