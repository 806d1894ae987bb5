/**
 * Streams in memory, for tests of the mapping machinery.
 * @module
 */
import type { LaneRules } from '../../../../local/cloud/event-sources/lane.ts';
import type { StreamRecord } from '../../../../local/cloud/event-sources/record.ts';
import type {
  Page,
  SourceRecord,
  StartingPoint,
  StreamSource,
} from '../../../../local/cloud/event-sources/source.ts';

/** A record with a sequence number that sorts as a number. */
export const recordAt = (sequence: number, key = 'k', arrivedAt = 0): StreamRecord => ({
  sequence: String(sequence),
  key,
  arrivedAt,
  json: JSON.stringify({ sequence, key }),
});

/** Records 1 … n of one key. */
export const records = (count: number): StreamRecord[] =>
  Array.from({ length: count }, (_, index) => recordAt(index + 1));

/** Rules without limits, changed where a test says so. */
export const rulesWith = (rules: Partial<LaneRules> = {}): LaneRules => ({
  batchSize: 100,
  batchBytes: 1_000_000,
  windowMs: 0,
  bisect: false,
  maximumRetries: undefined,
  maximumAgeMs: undefined,
  firstBackoffMs: 0,
  longestBackoffMs: 0,
  ...rules,
});

/** A stream of one closed shard; `trouble` may make a read fail. */
export const closedStream = (
  content: readonly StreamRecord[],
  trouble: () => boolean = () => false,
): StreamSource => ({
  shards: async () => [{ id: 'shard-0', parents: [] }],
  iterator: async (_shardId, from: StartingPoint) =>
    from.kind === 'after'
      ? String(content.findIndex((record) => record.sequence === from.sequence) + 1)
      : '0',
  read: async (_shardId, iterator, limit): Promise<Page> => {
    if (trouble()) throw new Error('the engine is away');
    const start = Number(iterator);
    const page = content.slice(start, start + limit);
    return {
      records: page.map((record): SourceRecord => ({ ...record, view: () => record.json })),
      next: start + page.length < content.length ? String(start + page.length) : undefined,
    };
  },
});
