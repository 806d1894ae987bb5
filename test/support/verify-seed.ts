/**
 * One random history by its seed. The shape of its world follows from the seed, so that the seed alone replays it.
 */
import { type CommitLimits, LIMITS } from '#application/identity/identity-ports.ts';
import { type MakeStore, type RunOptions, runWorld, type WorldResult } from './run-world.ts';

const NO_FAULTS = { crash: 0, throttle: 0 } as const;

/** So small that ordinary changes go in steps; a single change with all its claims may take more. */
const SMALL = { actions: 15, scopes: 3 } as const;

/** Shapes taken in turn: each makes another kind of accident likely. */
const SHAPES: readonly RunOptions[] = [
  // One worker: order and repetition alone.
  { people: 5, events: 40, workers: 1, faults: NO_FAULTS },
  // Workers that die between two store calls.
  { people: 6, events: 40, workers: 4, faults: { crash: 0.02, throttle: 0 } },
  // Very few people, so that everybody works on the same customers.
  { people: 4, events: 60, workers: 8, faults: NO_FAULTS },
  { people: 2, events: 30, workers: 6, faults: { crash: 0.01, throttle: 0.01 } },
  // Two people and their shop's phone: caps are crossed up and down, and counted while others join.
  { people: 3, events: 90, workers: 10, faults: { crash: 0.005, throttle: 0 } },
  // Many workers and a store that refuses.
  { people: 12, events: 60, workers: 16, faults: { crash: 0.01, throttle: 0.02 } },
  // Commits so small that what two people share already goes in steps.
  { people: 4, events: 40, workers: 3, faults: { crash: 0.02, throttle: 0 }, limits: SMALL },
  { people: 9, events: 70, workers: 8, faults: { crash: 0.01, throttle: 0.01 }, limits: SMALL },
  // In order: rows that are deleted and come back, with what was decided about them.
  { people: 3, events: 80, workers: 2, faults: { crash: 0.01, throttle: 0 }, ordered: true },
  // A larger world: more groups, fewer collisions, longer chains.
  { people: 25, events: 120, workers: 6, faults: { crash: 0.005, throttle: 0.005 } },
];

/** A history that did not come out as the oracle says. */
export interface Finding {
  readonly seed: number;
  readonly options: RunOptions;
  /** What differs, or how it broke off. */
  readonly problems: readonly string[];
}

/**
 * Rows with blocking keys have more claims and larger scopes: the smallest commit that can be made is larger, and its
 * steps are so many that somebody would die in each at the usual rate.
 */
const SMALL_SCORED = {
  limits: { actions: 45, scopes: 3 },
  faults: { crash: 0.003, throttle: 0.003 },
} as const;

const optionsOf = (seed: number, overrides: Partial<RunOptions> = {}): RunOptions => {
  const shape = SHAPES[seed % SHAPES.length] as RunOptions;
  // One in eight histories is scored, in every shape: they take several times as long as others.
  const isScored = overrides.scored ?? Math.floor(seed / SHAPES.length) % 8 === 3;
  const bounds = { ...shape, ...(isScored && shape.limits ? SMALL_SCORED : {}) };
  const limits = { ...(bounds.limits ?? LIMITS), ...sizesOf(seed, isScored) };
  return { ...bounds, ...(isScored ? { scored: true } : {}), limits, ...overrides };
};

/**
 * Two in three histories have scopes in parts: of a few units each, or of one. In scored ones, where a commit reads much else,
 * the store would refuse one part or another in nearly every attempt.
 */
const sizesOf = (seed: number, isScored: boolean): Pick<CommitLimits, 'sizes'> => {
  const few = { whole: 300, part: 400 };
  const sizes = [undefined, few, isScored ? few : { whole: 150, part: 120 }];
  const some = sizes[Math.floor(seed / SHAPES.length) % sizes.length];
  return some ? { sizes: some } : {};
};

/** How a history came out. */
export interface Verdict {
  readonly finding?: Finding;
  /** SHA-256 of the canonical state; empty when the history broke off. */
  readonly digest: string;
}

/** Runs the history of a seed. */
export const judgeSeed = async (
  seed: number,
  overrides?: Partial<RunOptions>,
  makeStore?: MakeStore,
): Promise<Verdict> => {
  const options = optionsOf(seed, overrides);
  const { problems, digest } = await runWorld(seed, options, makeStore).catch(
    (error: unknown): WorldResult => ({ problems: [describe(error)], digest: '' }),
  );
  return problems.length === 0 ? { digest } : { digest, finding: { seed, options, problems } };
};

/** Runs the history of a seed; `undefined` when everything is as the oracle says. */
export const verifySeed = async (seed: number): Promise<Finding | undefined> =>
  (await judgeSeed(seed)).finding;

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
