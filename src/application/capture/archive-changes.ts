/**
 * Archive: every batch of the change stream as it came, the source of every replay and rebuild.
 *
 * Raw bytes are kept, not what we understood of them, so that a better decoder can be run over the past. An object is
 * named by where its batch begins and ends in the stream: a redelivery writes the same object again.
 *
 * Beside it lies a manifest of its rows, which goes first: an object without one has to be opened by every erasure.
 * @module
 */
import type { Mark } from '#application/shared/erasure-items.ts';
import type { Compression, ObjectStore, StreamRecord } from '#application/shared/ports.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import { isJsonObject } from '#domain/shared/json.ts';
import { ARCHIVE_PREFIX, formatManifest, manifestKey, manifestOf } from './archive-manifest.ts';

/** Where the archive is kept. */
export interface ArchivePorts {
  readonly objects: ObjectStore;
  readonly compression: Compression;
}

/** What describing objects needs. */
export interface Describing {
  readonly mark: Mark;
  readonly definitions: Definitions;
}

/** An object of the archive that is not what was written. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/**
 * Writes one batch of one shard as one object: gzip of one JSON line per record,
 * `{"partitionKey","sequenceNumber","arrivedAt","data"}`, with the bytes in base64. All or nothing; safe to repeat.
 * @param describing writes a manifest, too
 * @returns the object's key, `changes/<yyyy>/<mm>/<dd>/<hh>/<shard>-<first>-<last>.ndjson.gz`; `undefined` for no records
 */
export const archiveChanges = async (
  ports: ArchivePorts,
  records: readonly StreamRecord[],
  describing?: Describing,
): Promise<string | undefined> => {
  const first = records[0];
  const last = records.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const key = archiveKey(first, last);
  await writeArchiveObject(ports, key, records, describing);
  return key;
};

/** Writes an object of the archive, in place of what is there, and its manifest before it. */
export const writeArchiveObject = async (
  { objects, compression }: ArchivePorts,
  key: string,
  records: readonly StreamRecord[],
  describing?: Describing,
): Promise<void> => {
  if (describing) {
    const { mark, definitions } = describing;
    const manifest = formatManifest(manifestOf(mark, definitions, records));
    await objects.put(manifestKey(key), manifest, 'application/json');
  }
  const lines = new TextEncoder().encode(records.map(toLine).join(''));
  await objects.put(key, await compression.pack(lines), 'application/gzip');
};

/**
 * Reads records back, in the order of their keys: by hour, within it by shard, within it by sequence number.
 * @param hours begin of the keys, e.g. `2026/11/22/`; everything when absent
 * @throws {@link ArchiveError} naming the object that cannot be read
 */
export async function* readArchive(ports: ArchivePorts, hours = ''): AsyncGenerator<StreamRecord> {
  for await (const key of ports.objects.list(ARCHIVE_PREFIX + hours)) {
    yield* await readArchiveObject(ports, key);
  }
}

const archiveKey = (first: StreamRecord, last: StreamRecord): string => {
  const hour = new Date(first.arrivedAt).toISOString().slice(0, 13).replace(/[-T]/g, '/');
  const range = `${first.shardId}-${first.sequenceNumber}-${last.sequenceNumber}`;
  return `${ARCHIVE_PREFIX}${hour}/${range}.ndjson.gz`;
};

const toLine = ({ partitionKey, sequenceNumber, arrivedAt, bytes }: StreamRecord): string => {
  const data = Buffer.from(bytes).toString('base64');
  return `${JSON.stringify({ partitionKey, sequenceNumber, arrivedAt, data })}\n`;
};

/**
 * Reads the records of one object.
 * @throws {@link ArchiveError} when it cannot be read
 */
export const readArchiveObject = async (
  { objects, compression }: ArchivePorts,
  key: string,
): Promise<readonly StreamRecord[]> => {
  try {
    const packed = await objects.get(key);
    if (packed === undefined) throw new Error('it is gone');
    const text = new TextDecoder().decode(await compression.unpack(packed));
    const shardId = shardOf(key);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => fromLine(line, shardId));
  } catch (cause) {
    throw new ArchiveError(`archive object ${key} cannot be read`, { cause });
  }
};

const fromLine = (line: string, shardId: string): StreamRecord => {
  const record: unknown = JSON.parse(line);
  if (!isJsonObject(record)) throw new TypeError('a line is no object');
  const { partitionKey, sequenceNumber, arrivedAt, data } = record;
  if (typeof partitionKey !== 'string' || typeof sequenceNumber !== 'string') {
    throw new TypeError('a line has no partition key or sequence number');
  }
  if (typeof arrivedAt !== 'number' || typeof data !== 'string') {
    throw new TypeError('a line has no arrival time or data');
  }
  const bytes = new Uint8Array(Buffer.from(data, 'base64'));
  return { bytes, partitionKey, sequenceNumber, arrivedAt, shardId };
};

/** `…/shardId-000000000003-495…1-495…7.ndjson.gz` → `shardId-000000000003`. */
const shardOf = (key: string): string => {
  const name = key.slice(key.lastIndexOf('/') + 1);
  return name.split('-').slice(0, -2).join('-');
};
