/**
 * Replay: puts archived records back on the change stream, to fill a new table or to map the past by new definitions.
 *
 * Rows carry their versions, so a replay over data that is already there changes nothing. What it puts on the stream is
 * archived once more; the replay ends where it began in time, or it would follow its own records for ever.
 * @module
 */
import {
  ArchiveError,
  type ArchivePorts,
  readArchive,
} from '#application/capture/archive-changes.ts';
import { ARCHIVE_PREFIX } from '#application/capture/archive-manifest.ts';
import type { Publish, StreamMessage } from './ports.ts';

/** What a replay needs. */
export interface ReplayPorts extends ArchivePorts {
  readonly publish: Publish;
}

/** Which records to replay: those that the stream took from `from` and before `to`, epoch milliseconds. */
export interface ReplayWindow {
  /** The beginning of the archive when absent. */
  readonly from?: number;
  /** At most the time at which the replay begins. */
  readonly to: number;
}

/** How far a replay is. */
export interface ReplayProgress {
  /** The hour that was finished, `2026/11/22/07`. */
  readonly hour: string;
  /** Records published so far. */
  readonly published: number;
}

const HOUR_MS = 3_600_000;

/**
 * An object stands in the hour of its first record. Readers give up records that are 20 hours old, so no batch holds one
 * that came more than that after its first.
 */
const LONGEST_BATCH_MS = 24 * HOUR_MS;

/** Messages handed to the publisher at once: one request of Kinesis. */
const CHUNK = 500;

/**
 * Replays the records of a window, hour by hour, with their partition keys and in their order.
 * Safe to repeat and to stop; what follows a stop begins with the hour last reported.
 * @returns a report after every hour that holds records
 * @throws the archive's `ArchiveError`, or what the publisher throws; then the hour is not finished
 */
export async function* replayArchive(
  ports: ReplayPorts,
  window: ReplayWindow,
): AsyncGenerator<ReplayProgress> {
  let published = 0;
  const begin = window.from === undefined ? await firstHour(ports) : window.from - LONGEST_BATCH_MS;
  for (const hour of hoursBetween(begin, window.to)) {
    const count = await replayHour(ports, hour, window);
    published += count;
    if (count > 0) yield { hour, published };
  }
}

/** Begin of the archive's first hour; the end of time when it is empty. */
const firstHour = async ({ objects }: ReplayPorts): Promise<number> => {
  for await (const key of objects.list(ARCHIVE_PREFIX)) {
    const [year, month, day, hour] = key.slice(ARCHIVE_PREFIX.length).split('/');
    const time = Date.parse(`${year}-${month}-${day}T${hour}:00:00Z`);
    if (Number.isNaN(time)) throw new ArchiveError(`archive object ${key} names no hour`);
    return time;
  }
  return Number.POSITIVE_INFINITY;
};

function* hoursBetween(from: number, to: number): Generator<string> {
  for (let time = Math.floor(from / HOUR_MS) * HOUR_MS; time < to; time += HOUR_MS) {
    yield new Date(time).toISOString().slice(0, 13).replace(/[-T]/g, '/');
  }
}

const replayHour = async (
  ports: ReplayPorts,
  hour: string,
  { from = Number.NEGATIVE_INFINITY, to }: ReplayWindow,
): Promise<number> => {
  let published = 0;
  let chunk: StreamMessage[] = [];
  const flush = async () => {
    await ports.publish(chunk);
    published += chunk.length;
    chunk = [];
  };
  for await (const { arrivedAt, partitionKey, bytes } of readArchive(ports, `${hour}/`)) {
    if (arrivedAt >= from && arrivedAt < to) chunk.push({ partitionKey, bytes });
    if (chunk.length === CHUNK) await flush();
  }
  if (chunk.length > 0) await flush();
  return published;
};
