import { describe, expect, test } from 'vitest';
import { Lane, type LaneRules } from '../../../../local/cloud/event-sources/lane.ts';
import type { Verdict } from '../../../../local/cloud/event-sources/verdict.ts';
import { recordAt, records, rulesWith } from './streams.ts';

const laneWith = (rules: Partial<LaneRules>, count = 4) => {
  const lane = new Lane(rulesWith(rules));
  lane.offer(records(count), 0);
  return lane;
};

/** The sequence numbers of the batch that the lane wants invoked, or what it wants instead. */
const next = (lane: Lane, now = 0): string => {
  const step = lane.next(now);
  if (step.kind === 'invoke') return step.batch.records.map((it) => it.sequence).join(' ');
  if (step.kind === 'discard')
    return `${step.reason} ${step.batch.records.map((it) => it.sequence).join(' ')}`;
  return step.kind === 'wait' ? `wait until ${step.until}` : step.kind;
};

/** Settles each batch with the next verdict and notes what was invoked. */
const play = (lane: Lane, ...verdicts: Verdict[]): string[] =>
  verdicts.map((verdict) => {
    const invoked = next(lane);
    const { discarded } = lane.settle(verdict, 0);
    return discarded ? `${invoked}, given up` : invoked;
  });

const FAILURE: Verdict = { kind: 'failure' };
const SUCCESS: Verdict = { kind: 'success' };
const partialAt = (index: number): Verdict => ({ kind: 'partial', index });

describe('a batch', () => {
  test('has at most its size', () => {
    const lane = laneWith({ batchSize: 3 }, 4);
    expect(play(lane, SUCCESS, SUCCESS)).toEqual(['1 2 3', '4']);
    expect(next(lane)).toBe('idle');
  });

  test('has at most its bytes, and at least one record', () => {
    const bytes = Buffer.byteLength(recordAt(1).json) + 1;
    expect(next(laneWith({ batchBytes: 2 * bytes }))).toBe('1 2');
    expect(next(laneWith({ batchBytes: 1 }))).toBe('1');
  });

  test('waits for its window, unless it is full', () => {
    expect(next(laneWith({ windowMs: 1_000 }))).toBe('wait until 1000');
    expect(next(laneWith({ windowMs: 1_000 }), 1_000)).toBe('1 2 3 4');
    expect(next(laneWith({ windowMs: 1_000, batchSize: 4 }))).toBe('1 2 3 4');
  });
});

describe('a failed batch', () => {
  test('is retried whole, then given up', () => {
    const lane = laneWith({ maximumRetries: 2 }, 2);
    expect(play(lane, FAILURE, FAILURE, FAILURE)).toEqual(['1 2', '1 2', '1 2, given up']);
  });

  test('without a limit is retried for ever', () => {
    expect(play(laneWith({}, 1), ...Array<Verdict>(50).fill(FAILURE)).at(-1)).toBe('1');
  });

  test('is halved without using retries', () => {
    const lane = laneWith({ bisect: true, maximumRetries: 1 });
    expect(play(lane, FAILURE, FAILURE, FAILURE, FAILURE, SUCCESS, SUCCESS)).toEqual([
      '1 2 3 4',
      '1 2',
      '1',
      '1, given up',
      '2',
      '3 4',
    ]);
  });

  test('waits longer after each retry, up to the longest pause', () => {
    const lane = laneWith({ firstBackoffMs: 100, longestBackoffMs: 300 }, 1);
    const pauses = [0, 0, 0, 0].map((now) => {
      lane.next(1_000_000);
      lane.settle(FAILURE, now);
      return next(lane, now);
    });
    expect(pauses).toEqual([
      'wait until 100',
      'wait until 200',
      'wait until 300',
      'wait until 300',
    ]);
  });
});

describe('a partial response', () => {
  test('starts again at the lowest failed record', () => {
    expect(play(laneWith({}), partialAt(2), SUCCESS)).toEqual(['1 2 3 4', '3 4']);
  });

  test('uses a retry without bisection', () => {
    const lane = laneWith({ maximumRetries: 1 });
    expect(play(lane, partialAt(1), partialAt(1))).toEqual(['1 2 3 4', '2 3 4, given up']);
    expect(lane.size).toBe(0);
  });

  test('with bisection splits there and uses none', () => {
    const lane = laneWith({ bisect: true, maximumRetries: 0 });
    expect(play(lane, partialAt(1), partialAt(1), partialAt(1), partialAt(0))).toEqual([
      '1 2 3 4',
      '2 3 4',
      '3 4',
      '4, given up',
    ]);
  });

  test('at the first record is a failure of the batch', () => {
    const lane = laneWith({ bisect: true, maximumRetries: 0 });
    expect(play(lane, partialAt(0), partialAt(0), partialAt(0), SUCCESS, SUCCESS)).toEqual([
      '1 2 3 4',
      '1 2',
      '1, given up',
      '2',
      '3 4',
    ]);
  });
});

test('throttling uses no retry', () => {
  const lane = laneWith({ maximumRetries: 0 }, 1);
  const throttled: Verdict = { kind: 'throttled' };
  expect(play(lane, throttled, throttled, throttled, SUCCESS).at(-1)).toBe('1');
});

test('records past their age are given up without an invocation, younger ones go on', () => {
  const lane = new Lane(rulesWith({ maximumAgeMs: 1_000 }));
  lane.offer([recordAt(1, 'k', 0), recordAt(2, 'k', 500), recordAt(3, 'k', 1_500)], 0);
  const step = lane.next(1_600);
  expect(step).toMatchObject({ kind: 'discard', reason: 'RecordAgeExceeded' });
  if (step.kind === 'discard') {
    expect(step.batch.records.map((it) => it.sequence)).toEqual(['1', '2']);
    lane.discarded(step.batch);
  }
  expect(next(lane, 1_600)).toBe('3');
});
