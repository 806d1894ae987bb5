/**
 * Laws of an event source mapping, against a function that fails at random and an engine that goes away:
 * 1. every record ends: handled, or kept in the failure destination; never neither;
 * 2. no record is handled before an earlier record of its key has ended;
 * 3. the last checkpoint is the last record, and no checkpoint passes a record that has not ended.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamRecord } from '../../../../local/cloud/event-sources/record.ts';
import { ShardRunner } from '../../../../local/cloud/event-sources/shard-runner.ts';
import type { Invocation } from '../../../../local/cloud/functions/function-pool.ts';
import type { MappingPlan } from '../../../../local/cloud/plan/model.ts';
import { closedStream, recordAt, rulesWith } from './streams.ts';

const scenario = fc.record({
  keys: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 40 }),
  parallelizationFactor: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.integer({ min: 1, max: 12 }),
  bisect: fc.boolean(),
  partialResponses: fc.boolean(),
  maximumRetries: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  /** Outcomes of the invocations, then success for ever. */
  outcomes: fc.array(fc.constantFrom('error', 'throttled', 'partial', 'malformed', 'success'), {
    maxLength: 30,
  }),
  positions: fc.array(fc.nat(), { minLength: 1, maxLength: 10 }),
  readTroubles: fc.array(fc.boolean(), { maxLength: 3 }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

const answer = (value: unknown): Invocation => ({
  kind: 'success',
  payload: JSON.stringify(value),
});

/** What the function does with a batch: how many records it handles, and what it answers. */
const behave = (outcome: string, batch: readonly string[], position: number) => {
  const failed = position % batch.length;
  switch (outcome) {
    case 'throttled':
      return { handled: 0, invocation: { kind: 'throttled' } as Invocation };
    case 'error':
      return {
        handled: failed,
        invocation: {
          kind: 'function-error',
          error: { errorType: 'E', errorMessage: '' },
        } as Invocation,
      };
    case 'partial':
      return {
        handled: failed,
        invocation: answer({ batchItemFailures: [{ itemIdentifier: batch[failed] }] }),
      };
    case 'malformed':
      return {
        handled: failed,
        invocation: answer({ batchItemFailures: [{ itemIdentifier: null }] }),
      };
    default:
      return { handled: batch.length, invocation: answer({ batchItemFailures: [] }) };
  }
};

const run = async (it: Scenario) => {
  const content = it.keys.map((key, index) => recordAt(index + 1, key));
  const handled = new Set<string>();
  const kept = new Set<string>();
  const checkpoints: (string | undefined)[] = [];
  const violations: string[] = [];
  let invocations = 0;
  const earlierOpen = (sequence: string) => {
    const { key } = content[Number(sequence) - 1] as StreamRecord;
    return content
      .slice(0, Number(sequence) - 1)
      .some(
        (other) => other.key === key && !handled.has(other.sequence) && !kept.has(other.sequence),
      );
  };
  const mapping = {
    parallelizationFactor: it.parallelizationFactor,
    // Without partial responses a partial answer would count as success: law 1 needs the error then.
    partialResponses: it.partialResponses,
    source: { kind: 'kinesis', arn: 'arn', streamName: 's' },
  } as MappingPlan;
  const runner = new ShardRunner({
    shardId: 'shard-0',
    source: closedStream(content, () => it.readTroubles.pop() ?? false),
    from: { kind: 'TRIM_HORIZON' },
    mapping,
    rules: rulesWith({
      batchSize: it.batchSize,
      bisect: it.bisect,
      maximumRetries: it.maximumRetries,
    }),
    poll: { busyMs: 0, idleMs: 0 },
    troublePauseMs: 0,
    filter: () => true,
    invoke: async (event) => {
      const batch = (JSON.parse(event) as { Records: { sequence: number }[] }).Records;
      const sequences = batch.map((record) => String(record.sequence));
      const planned = it.outcomes[invocations] ?? 'success';
      const outcome = planned === 'success' || it.partialResponses ? planned : 'error';
      const position = it.positions[invocations % it.positions.length] ?? 0;
      invocations += 1;
      const { handled: count, invocation } = behave(outcome, sequences, position);
      for (const sequence of sequences.slice(0, count)) {
        if (earlierOpen(sequence)) violations.push(`order of ${sequence}`);
        handled.add(sequence);
      }
      return invocation;
    },
    keepFailure: async ({ body }) => {
      const { payload } = JSON.parse(body) as { payload: string };
      const lost = (JSON.parse(payload) as { Records: { sequence: number }[] }).Records;
      for (const record of lost) kept.add(String(record.sequence));
      return true;
    },
    onProgress: (checkpoint) => {
      checkpoints.push(checkpoint);
      for (const record of content.slice(0, Number(checkpoint ?? 0)))
        if (!handled.has(record.sequence) && !kept.has(record.sequence))
          violations.push(`checkpoint ${checkpoint} passes ${record.sequence}`);
    },
    onBatch: () => undefined,
    onTrouble: () => undefined,
    clock: () => 0,
  });
  await runner.run();
  const ended = content.filter((it) => handled.has(it.sequence) || kept.has(it.sequence));
  return { violations, ended: ended.length, of: content.length, last: checkpoints.at(-1) };
};

test('loses nothing, keeps the order of every key, and never runs ahead of itself', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (it) => {
      const result = await run({ ...it, readTroubles: [...it.readTroubles] });
      expect(result.violations).toEqual([]);
      expect(result.ended).toBe(result.of);
      expect(result.last).toBe(String(result.of));
    }),
    { numRuns: 300 },
  );
});
