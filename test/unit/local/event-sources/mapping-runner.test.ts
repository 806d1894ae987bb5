/**
 * A mapping over the shards of its stream: parents before children, checkpoints, restarts.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Checkpoints } from '../../../../local/cloud/event-sources/checkpoints.ts';
import { MappingRunner } from '../../../../local/cloud/event-sources/mapping-runner.ts';
import type { Shard, StreamSource } from '../../../../local/cloud/event-sources/source.ts';
import type { FunctionHost } from '../../../../local/cloud/functions/function-host.ts';
import { Metrics } from '../../../../local/cloud/functions/metrics.ts';
import type { MappingPlan } from '../../../../local/cloud/plan/model.ts';
import { closedStream, recordAt } from './streams.ts';

const MAPPING: MappingPlan = {
  stackName: 'Identity',
  logicalId: 'ResolveChanges',
  uuid: 'uuid',
  source: { kind: 'kinesis', streamName: 'changes', arn: 'arn' },
  functionName: 'resolve',
  functionArn: 'arn:resolve',
  enabled: true,
  batchSize: 2,
  windowMs: 0,
  parallelizationFactor: 1,
  partialResponses: true,
  bisect: true,
  maximumRetries: 1,
  maximumAgeMs: undefined,
  failureBucket: 'failed',
  filters: [],
  startingPosition: 'TRIM_HORIZON',
};

/** A stream of closed shards, each with records `<shard>1`, `<shard>2`, … */
const streamOf = (shards: readonly Shard[], count: number): StreamSource => {
  const contents = new Map(
    shards.map(({ id }) => [
      id,
      closedStream(Array.from({ length: count }, (_, n) => recordAt(n + 1, id))),
    ]),
  );
  const of = (shardId: string) => contents.get(shardId) as StreamSource;
  return {
    shards: async () => shards,
    iterator: (shardId, from) => of(shardId).iterator(shardId, from),
    read: (shardId, iterator, limit) => of(shardId).read(shardId, iterator, limit),
  };
};

const RESHARDED: readonly Shard[] = [
  { id: 'child', parents: ['left', 'right'] },
  { id: 'left', parents: [] },
  { id: 'right', parents: ['trimmed-away'] },
];

interface Setting {
  /** Whether the function errs, by how much it has handled. */
  readonly fails?: (handled: number) => boolean;
  readonly throttles?: (handled: number) => boolean;
  readonly path?: string;
}

const setUp = (options: Setting = {}) => {
  const path = options.path ?? join(mkdtempSync(join(tmpdir(), 'checkpoints-')), 'm.json');
  const handled: string[] = [];
  const failed: string[] = [];
  const functions = {
    invoke: async (_name: string, event: string) => {
      const { Records } = JSON.parse(event) as { Records: { sequence: number; key: string }[] };
      if (options.throttles?.(handled.length)) return { kind: 'throttled' };
      if (options.fails?.(handled.length))
        return { kind: 'function-error', error: { errorType: 'E', errorMessage: '' } };
      handled.push(...Records.map((record) => `${record.key}${record.sequence}`));
      return { kind: 'success', payload: '{"batchItemFailures":[]}' };
    },
  } as unknown as FunctionHost;
  const metrics = new Metrics();
  const runner = new MappingRunner({
    mapping: MAPPING,
    source: streamOf(RESHARDED, 3),
    checkpoints: new Checkpoints(path),
    functions,
    metrics,
    writeFailure: async (bucket, { key }) => void failed.push(`${bucket}/${key}`),
    poll: { busyMs: 1, idleMs: 1 },
    backoff: { firstMs: 1, longestMs: 1 },
    clock: Date.now,
    log: () => undefined,
  });
  return { runner, handled, failed, metrics, path };
};

describe('a mapping', () => {
  test('drains the parents before it reads their child', async () => {
    const { runner, handled, metrics } = setUp();
    await runner.start();
    await expect.poll(() => handled.length, { timeout: 10_000 }).toBe(9);
    await runner.stop();
    expect(handled.slice(6)).toEqual(['child1', 'child2', 'child3']);
    expect(metrics.count('IteratorAge', { FunctionName: 'resolve' })).toBe(6);
  });

  test('continues after its checkpoints in another process', async () => {
    const first = setUp({ throttles: (handled) => handled >= 4 });
    await first.runner.start();
    await expect.poll(() => first.handled.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    await first.runner.stop();
    const second = setUp({ path: first.path });
    await second.runner.start();
    await expect
      .poll(() => new Set([...first.handled, ...second.handled]).size, { timeout: 10_000 })
      .toBe(9);
    await second.runner.stop();
    expect(second.handled.filter((record) => first.handled.includes(record))).toEqual([]);
  });

  test('keeps what the function never takes, record by record', async () => {
    const { runner, failed } = setUp({ fails: () => true });
    await runner.start();
    await expect.poll(() => failed.length, { timeout: 10_000 }).toBe(9);
    await runner.stop();
    expect(failed[0]).toMatch(/^failed\/aws\/lambda\/uuid\/(left|right)\//);
  });
});
