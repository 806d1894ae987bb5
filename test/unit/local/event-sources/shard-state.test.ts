import { expect, test } from 'vitest';
import { laneOf, ShardState } from '../../../../local/cloud/event-sources/shard-state.ts';
import { recordAt, records, rulesWith } from './streams.ts';

const passAll = () => true;

test('the checkpoint is the end of the longest finished run from the front', () => {
  const state = new ShardState(rulesWith(), 1);
  const [first, second, third, fourth] = records(4) as [never, never, never, never];
  state.offer([first, second, third, fourth], passAll, 0);
  const checkpoints = [[third], [first], [second], [fourth]].map((finished) => {
    state.finish(finished);
    return state.checkpoint;
  });
  expect(checkpoints).toEqual([undefined, '1', '3', '4']);
});

test('a record that the filter refuses is finished at once', () => {
  const state = new ShardState(rulesWith(), 2);
  state.offer(records(3), (record) => record.sequence === '3', 0);
  expect([state.checkpoint, state.size]).toEqual(['2', 1]);
});

test('a key always has the same lane, and keys spread over all lanes', () => {
  const lanes = Array.from({ length: 1_000 }, (_, index) => laneOf(`erp.orders.${index}`, 4));
  expect(new Set(lanes)).toEqual(new Set([0, 1, 2, 3]));
  expect(laneOf('erp.orders.7', 4)).toBe(laneOf('erp.orders.7', 4));
});

test('records of one key stand in one lane, in order', () => {
  const state = new ShardState(rulesWith(), 3);
  state.offer([recordAt(1, 'a'), recordAt(2, 'b'), recordAt(3, 'a')], passAll, 0);
  const lane = state.lanes[laneOf('a', 3)];
  const step = lane?.next(0);
  const seen = step?.kind === 'invoke' ? step.batch.records.filter((it) => it.key === 'a') : [];
  expect(seen.map((it) => it.sequence)).toEqual(['1', '3']);
});
