/**
 * Everything that a serving cloud holds, as text by where it is, so that a test can search all of it: items, objects
 * unpacked, and what functions have printed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipCompression } from '#adapters/gzip/gzip.ts';
import { must } from '#domain/shared/assert.ts';
import { type Contents, plainText } from './erasing.ts';
import type { ServingCloud } from './serving-cloud.ts';

const BUCKETS = ['Archive', 'Quarantine', 'Failed', 'Drops', 'Rights', 'Definitions'];

/** Items of both tables and objects of all buckets. */
export const everythingIn = async (served: ServingCloud): Promise<Contents> => {
  const found = new Map<string, string>();
  for (const table of ['Customer360', 'Audit'])
    for (const item of await served.items(table))
      found.set(`${table} ${item.pk} ${item.sk}`, JSON.stringify(item));
  for (const name of BUCKETS) {
    const bucket = served.bucket(name);
    for await (const key of bucket.list('')) {
      const bytes = must(await bucket.get(key), 'object');
      const text = key.endsWith('.gz') ? await gzipCompression.unpack(bytes) : bytes;
      found.set(`${name} ${key}`, plainText(text));
    }
  }
  return found;
};

/** What functions have printed, metrics among it: one text per function. */
export const printedBy = (served: ServingCloud): Contents => {
  const folder = join(served.dataDir, 'logs');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
};
