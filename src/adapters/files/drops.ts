/**
 * Dropped files and their reports in one bucket.
 * @module
 */
import { createHash } from 'node:crypto';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DroppedFile, ImportPorts, ImportReport } from '#application/capture/import-file.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import { must } from '#domain/shared/assert.ts';

/** Reads a file with the time at which it was written; `undefined` when it is gone. */
export const makeReadFile =
  (client: S3Client, bucket: string) =>
  async (key: string): Promise<DroppedFile | undefined> => {
    try {
      const { Body, LastModified } = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
      );
      const bytes = await must(Body, 'body of an object').transformToByteArray();
      return { bytes, modifiedAt: must(LastModified, 'time of an object').getTime() };
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  };

/** Keeps reports as JSON. */
export const makeReports = (
  objects: ObjectStore,
): Pick<ImportPorts, 'readReport' | 'writeReport'> => ({
  readReport: async (key) => {
    const bytes = await objects.get(key);
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as ImportReport);
  },
  writeReport: (key, report) =>
    objects.put(
      key,
      new TextEncoder().encode(`${JSON.stringify(report, undefined, 2)}\n`),
      'application/json',
    ),
});

/** 24 hexadecimal digits that follow from a text. */
export const shortDigest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 24);
