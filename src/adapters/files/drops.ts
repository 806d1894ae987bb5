/**
 * Dropped files and their reports in one bucket.
 * @module
 */
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { DroppedFile, ImportPorts, ImportReport } from '#application/capture/import-file.ts';
import type { ObjectStore } from '#application/shared/ports.ts';
import { must } from '#domain/shared/assert.ts';
import { sha256 } from '../crypto/sha256.ts';

/** Finds a file with the time at which it was written; `undefined` when it is gone. */
export const makeReadFile =
  (client: S3Client, bucket: string) =>
  async (key: string): Promise<DroppedFile | undefined> => {
    const object = { Bucket: bucket, Key: key };
    try {
      const { LastModified } = await client.send(new HeadObjectCommand(object));
      const modifiedAt = must(LastModified, 'time of an object').getTime();
      return { modifiedAt, open: () => chunksOf(client, object, modifiedAt) };
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFound') return undefined;
      throw error;
    }
  };

async function* chunksOf(
  client: S3Client,
  object: { readonly Bucket: string; readonly Key: string },
  modifiedAt: number,
): AsyncGenerator<Uint8Array> {
  const { Body, LastModified } = await client.send(new GetObjectCommand(object));
  if (LastModified?.getTime() !== modifiedAt)
    throw new Error(`${object.Key} was written anew while it was read`);
  yield* must(Body, 'body of an object') as AsyncIterable<Uint8Array>;
}

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
export const shortDigest = (text: string): string => sha256(text).slice(0, 24);
