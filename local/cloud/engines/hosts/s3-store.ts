/**
 * Two operations of s3rver's file store, done so that nothing is lost: whole writes, ordered listings.
 * @module
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import S3Object from 's3rver/lib/models/object.js';
import type { FilesystemStore, Listing, ListOptions } from 's3rver/lib/stores/filesystem.js';

const SUFFIX = '._S3rver_object';

/** Writes the body beside its place and renames it there, so that a reader sees all of it or nothing. */
export const putWhole = async (
  store: FilesystemStore,
  incoming: string,
  object: S3Object,
): Promise<{ size: number; md5: string }> => {
  await mkdir(incoming, { recursive: true });
  const aside = join(incoming, randomUUID());
  const path = store.getResourcePath(object.bucket, object.key, 'object');
  const written = await writeBody(aside, object.content);
  await mkdir(dirname(path), { recursive: true });
  await store.putMetadata(object.bucket, object.key, object.metadata, written.md5);
  await rename(aside, path);
  return written;
};

const writeBody = async (
  path: string,
  content: Buffer | Readable,
): Promise<{ size: number; md5: string }> => {
  const hash = createHash('md5');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const source = Buffer.isBuffer(content) ? Readable.from([content]) : content;
  await pipeline(source, measure, createWriteStream(path));
  return { size, md5: hash.digest('hex') };
};

/** Lists keys in the order of their UTF-8 bytes, as S3 does, so that a page continues where one ended. */
export const listSorted = async (
  store: FilesystemStore,
  bucket: string,
  options: ListOptions,
): Promise<Listing> => {
  const { prefix = '', startAfter = '', delimiter = '', maxKeys = 1000 } = options;
  const keys = (await keysOf(join(store.rootDirectory, bucket), prefix))
    .filter((key) => key.startsWith(prefix) && inKeyOrder(key, startAfter) > 0)
    .sort(inKeyOrder);
  const groupOf = (key: string): string | undefined => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + delimiter.length);
  };
  const single = keys.filter((key) => groupOf(key) === undefined);
  const page = single.slice(0, maxKeys);
  const objects = await Promise.all(
    page.map(async (key) => new S3Object(bucket, key, null, await store.getMetadata(bucket, key))),
  );
  return {
    objects,
    commonPrefixes: [...new Set(keys.flatMap((key) => groupOf(key) ?? []))],
    isTruncated: single.length > page.length,
  };
};

const inKeyOrder = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

const keysOf = async (root: string, prefix: string): Promise<string[]> => {
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1, -SUFFIX.length));
};
