/**
 * Schedules: what a rule invokes, when, and with what.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Invocation } from '../../../../local/cloud/functions/function-pool.ts';
import type { SchedulePlan } from '../../../../local/cloud/plan/model.ts';
import { startSchedules } from '../../../../local/cloud/schedules/schedules.ts';

const plan = (more: Partial<SchedulePlan> = {}): SchedulePlan => ({
  stackName: 'S',
  logicalId: 'R',
  constructId: 'R',
  name: 'S-R',
  arn: 'arn:rule',
  everyMs: 60_000,
  enabled: true,
  targets: [{ functionName: 'reconcile' }],
  ...more,
});

const started = (
  plans: readonly SchedulePlan[],
  answer: () => Promise<Invocation> = async () => ({ kind: 'success', payload: '' }),
) => {
  const invoked: [string, unknown][] = [];
  const lines: string[] = [];
  const invoke = (name: string, event: string) => {
    invoked.push([name, JSON.parse(event)]);
    return answer();
  };
  const schedules = startSchedules(plans, {
    functions: { invoke },
    region: 'ap-east-1',
    account: '000000000000',
    log: (line) => lines.push(line),
    clock: () => Date.parse('2026-11-22T08:00:00.123Z'),
  });
  return { invoked, lines, schedules };
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('the first tick comes after one interval, with the event that EventBridge sends', async () => {
  const { invoked, schedules } = started([plan()]);
  await vi.advanceTimersByTimeAsync(59_999);
  expect(invoked).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(invoked).toEqual([
    [
      'reconcile',
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account: '000000000000',
        time: '2026-11-22T08:00:00Z',
        region: 'ap-east-1',
        resources: ['arn:rule'],
        detail: {},
      },
    ],
  ]);
  schedules.stop();
});

test('a target may have an input of its own; a disabled rule does nothing', async () => {
  const own = plan({ targets: [{ functionName: 'f', input: { a: 1 } }] });
  const { invoked, schedules } = started([own, plan({ enabled: false })]);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(invoked).toEqual([
    ['f', { a: 1 }],
    ['f', { a: 1 }],
  ]);
  schedules.stop();
});

test('a run that goes on does not hold up the next tick, and one that fails is logged', async () => {
  const { invoked, lines, schedules } = started([plan()], () => Promise.reject(new Error('gone')));
  await vi.advanceTimersByTimeAsync(180_000);
  expect([invoked.length, lines.length]).toEqual([3, 3]);
  expect(lines[0]).toContain('gone');
  schedules.stop();
  await vi.advanceTimersByTimeAsync(180_000);
  expect(invoked).toHaveLength(3);
});

test('several rules of one rate do not tick at one instant, and stop before their first tick, too', async () => {
  const { invoked, schedules } = started([
    plan(),
    plan({ targets: [{ functionName: 'erase' }] }),
    plan({ targets: [{ functionName: 'extract' }] }),
  ]);
  const names = () => invoked.map(([name]) => name);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(names()).toEqual(['reconcile']);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(names()).toEqual(['reconcile', 'erase']);
  schedules.stop();
  await vi.advanceTimersByTimeAsync(120_000);
  expect(names()).toEqual(['reconcile', 'erase']);
});

test('a rule that was to begin later never does after a stop', async () => {
  const { invoked, schedules } = started([plan({ everyMs: 120_000 }), plan({ everyMs: 120_000 })]);
  await vi.advanceTimersByTimeAsync(10_000);
  schedules.stop();
  await vi.advanceTimersByTimeAsync(400_000);
  expect(invoked).toEqual([]);
});
