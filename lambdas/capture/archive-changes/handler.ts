/**
 * capture/archive-changes: keeps every batch of the change stream as it came, but for rows that were erased.
 *
 * An error fails the whole batch, because the object is written whole or not at all.
 * @module
 */
import type { KinesisStreamEvent } from 'aws-lambda';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { makeS3Client } from '#adapters/s3/client.ts';
import { S3ObjectStore } from '#adapters/s3/object-store.ts';
import { type ArchivePorts, archiveChanges } from '#application/capture/archive-changes.ts';
import { dropErased } from '#application/capture/drop-erased.ts';
import { type ErasedRows, makeErasedRows } from '#application/shared/erased-rows.ts';
import type { Mark } from '#application/shared/erasure-items.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { readEnvironment } from '../../shared/environment.ts';
import { streamRecords } from '../../shared/kinesis-records.ts';
import { withTelemetry } from '../../shared/middleware.ts';
import { makeTelemetry, type Telemetry } from '../../shared/telemetry.ts';
import { bindDefinitions, bindMark, bindTable, once, wallClock } from '../../shared/wiring.ts';

/** What the archive needs besides its bucket. */
export interface ArchiverPorts extends ArchivePorts {
  readonly definitions: () => Promise<{ readonly definitions: Definitions }>;
  readonly mark: Mark;
  readonly erasedRows: ErasedRows;
}

/** Makes the handler on given ports. */
export const makeHandler = (ports: () => Promise<ArchiverPorts>, telemetry: Telemetry) =>
  withTelemetry(telemetry, async (event: KinesisStreamEvent): Promise<void> => {
    const received = streamRecords(event);
    telemetry.count('RecordsReceived', received.length);
    const bound = await ports();
    const { definitions } = await bound.definitions();
    const { records, dropped } = await dropErased(bound.erasedRows, definitions, received);
    const object = await archiveChanges(bound, records, { mark: bound.mark, definitions });
    telemetry.count('RecordsErased', dropped);
    telemetry.log.info('batch archived', {
      records: records.length,
      erased: dropped,
      ...(object && { object }),
    });
  });

const env = readEnvironment(
  'ARCHIVE_BUCKET',
  'DEFINITIONS_BUCKET',
  'ERASURE_KEY_SECRET_ARN',
  'FUNCTION_ID',
  'TABLE_NAME',
);
const table = bindTable(env.TABLE_NAME);
const { current } = bindDefinitions(table, env.DEFINITIONS_BUCKET);

const productionPorts = once(async (): Promise<ArchiverPorts> => {
  const mark = await bindMark(env.ERASURE_KEY_SECRET_ARN);
  return {
    objects: new S3ObjectStore(makeS3Client(), env.ARCHIVE_BUCKET),
    compression: gzipCompression,
    definitions: current,
    mark,
    erasedRows: makeErasedRows({ table, mark, clock: wallClock }),
  };
});

/** Bound to the archive bucket. */
export const handler = makeHandler(productionPorts, makeTelemetry(env.FUNCTION_ID));
