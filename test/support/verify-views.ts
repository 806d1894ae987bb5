/**
 * A history of views chosen by its seed alone: how many people, rows and workers, how unlucky, how much a summary holds.
 */
import { SCOPE_SIZES } from '#application/identity/scope-writes.ts';
import { runViewWorld, type ViewRun } from './run-view-world.ts';
import { seededRandom } from './scheduler.ts';

/** A history whose views differ from the oracle's. */
export interface ViewFinding {
  readonly seed: number;
  readonly options: ViewRun;
  readonly problems: readonly string[];
}

const optionsOf = (seed: number): ViewRun => {
  const random = seededRandom(seed ^ 0x5bd1e995);
  const draw = <Entry>(...entries: readonly Entry[]): Entry =>
    entries[Math.floor(random() * entries.length)] as Entry;
  return {
    people: draw(1, 2, 3),
    events: draw(10, 40, 90),
    writers: draw(1, 2),
    faults: draw({ crash: 0, throttle: 0 }, { crash: 0.01, throttle: 0.01 }),
    stalls: draw(0, 0.1, 0.3),
    limits: draw(
      { buckets: 1, text: 64_000 },
      { buckets: 0, text: 64_000 },
      { buckets: 16, text: 900 },
    ),
    sizes: draw(SCOPE_SIZES, { whole: 300, part: 400 }, { whole: 150, part: 120 }),
  };
};

/** Runs a history; what it found, if anything. */
export const verifyViews = async (
  seed: number,
  overrides: Partial<ViewRun> = {},
): Promise<ViewFinding | undefined> => {
  const options = { ...optionsOf(seed), ...overrides };
  const problems = await runViewWorld(seed, options).catch((error: unknown) => [
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  ]);
  return problems.length > 0 ? { seed, options, problems } : undefined;
};
