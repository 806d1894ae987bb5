/**
 * Schedules: invokes functions at the rates of the plan, as EventBridge does.
 *
 * The first tick comes one interval after the start, of the first; the others are spread over an interval, so that two
 * cores do not have several functions to start at one instant. Invocations are asynchronous: a tick does not wait for the one before,
 * so a function that still runs is throttled by its own reserved concurrency, as on AWS.
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { FunctionHost } from '../functions/function-host.ts';
import type { SchedulePlan } from '../plan/model.ts';

/** What schedules need. */
export interface ScheduleParts {
  readonly functions: Pick<FunctionHost, 'invoke'>;
  readonly region: string;
  readonly account: string;
  readonly log: (line: string) => void;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** Running schedules. */
export interface Schedules {
  /** No further tick; what a tick has begun ends by itself. */
  stop(): void;
}

/** Starts the timers of all enabled schedules. */
export const startSchedules = (plans: readonly SchedulePlan[], parts: ScheduleParts): Schedules => {
  const enabled = plans.filter((plan) => plan.enabled);
  const running = enabled.map((plan, index) => {
    const delayMs = (plan.everyMs * index) / enabled.length;
    return after(delayMs, () => every(plan.everyMs, () => tick(plan, parts)));
  });
  return {
    stop: () => {
      for (const stop of running) stop();
    },
  };
};

const after = (delayMs: number, begin: () => () => void): (() => void) => {
  if (delayMs === 0) return begin();
  let stop: (() => void) | undefined;
  const timer = setTimeout(() => {
    stop = begin();
  }, delayMs);
  return () => {
    clearTimeout(timer);
    stop?.();
  };
};

const every = (everyMs: number, act: () => void): (() => void) => {
  const timer = setInterval(act, everyMs);
  return () => clearInterval(timer);
};

const tick = (plan: SchedulePlan, parts: ScheduleParts): void => {
  for (const { functionName, input } of plan.targets) {
    const event = input ?? scheduledEvent(plan, parts);
    parts.functions.invoke(functionName, JSON.stringify(event)).catch((error: unknown) => {
      parts.log(`schedule ${plan.name}: ${String(error)}`);
    });
  }
};

/** Source: EventBridge user guide, "Schedule event". */
const scheduledEvent = (plan: SchedulePlan, { region, account, clock }: ScheduleParts) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account,
  time: new Date(clock()).toISOString().replace(/\.\d{3}Z$/, 'Z'),
  region,
  resources: [plan.arn],
  detail: {},
});
