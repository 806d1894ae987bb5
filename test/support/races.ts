/**
 * Races: of two workers at one table one stands still before one of its store calls, or dies there, while the other does all
 * of its work. Tried before every call, so that what seldom happens in random histories happens each time.
 */
import { MemoryTable } from '#adapters/memory/table.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import type { CommitLimits, IdentityPorts } from '#application/identity/restructure.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';
import type { MergePolicy } from '#domain/identity/merge-policy.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { type Act, changesIn, comesAgain, type LivingAct, perform } from './acts.ts';
import { recordingEvents } from './recording-events.ts';
import { seededRandom } from './scheduler.ts';
import { type Lag, type Order, SlowWorker } from './slow-worker.ts';
import { type Access, conflict, type Turn, takingTurns } from './taking-turns.ts';
import { differences, eventProblems } from './world-differences.ts';

/** A world in which something is to happen. */
export interface RaceWorld {
  readonly policy: MergePolicy;
  /** Rules that were in force while the world came about; the same when absent. */
  readonly formerly?: MergePolicy;
  readonly limits?: CommitLimits;
  /** What was done before, one after the other. */
  readonly before: readonly Act[];
}

/** Two workers in a world. */
export interface Race {
  readonly world: RaceWorld;
  readonly slow: LivingAct;
  /** What the other worker does, one after the other. */
  readonly meanwhile: readonly Act[];
  /** The other worker stands still as well, before each call of its last act. */
  readonly deep?: true;
}

/** How the slow worker fares. */
export interface Schedule {
  /** Number of the call that it stops at, from 1 on; it does not stop when it makes fewer. */
  readonly stop: number;
  /** Goes on when the other has ended, or dies and comes again. */
  readonly fate: 'waits' | 'dies';
  /** Number of the call of its last act that the other worker stops at, until the slow one has ended. */
  readonly otherStop?: number;
  readonly order: Order;
  /** After the stop its first eventually consistent reads of an item are behind; none when absent. */
  readonly lag?: Lag;
}

/** How a race came out. */
export interface RaceResult {
  /** What differs from the oracle; empty when nothing does. */
  readonly problems: readonly string[];
  /** The next call that it makes a difference to stop at; infinite when none does. */
  readonly next: number;
  /** Calls of the slow worker that wrote, by number. */
  readonly writes: readonly number[];
  /** The same, of the last act of the other worker, while the slow one stops where it did. */
  readonly otherNext: number;
  /** What the slow worker reads eventually consistent after its stop, of what the other writes. */
  readonly lateReads: readonly string[];
}

/** A race that did not come out as the oracle says. */
export interface RaceFinding {
  readonly schedule: Schedule;
  readonly problems: readonly string[];
}

/** Times that what failed comes again: after the race nobody is in the way. */
const MAX_DELIVERIES = 3;

/** Writes that an eventually consistent read is behind. */
const LAGS = [1, 2];

/** Runs a race under every schedule that can make a difference, until one comes out wrong. */
export const exploreRace = async (race: Race): Promise<RaceFinding | undefined> => {
  for await (const [schedule, { problems }] of outcomesOf(race)) {
    if (problems.length > 0) return { schedule, problems };
  }
  return undefined;
};

type Outcomes = AsyncGenerator<readonly [Schedule, RaceResult], undefined, undefined>;

async function* outcomesOf(race: Race): Outcomes {
  const WAITS = { fate: 'waits', order: 'first' } as const;
  const before: Schedule = { ...WAITS, stop: 1 };
  const result = await runRace(race, before);
  yield [before, result];
  if (!Number.isFinite(result.next)) return;
  const after: Schedule = { ...WAITS, stop: Number.POSITIVE_INFINITY };
  const alone = await runRace(race, after);
  yield [after, alone];
  const deaths = alone.writes.map(
    (write): Schedule => ({ ...before, fate: 'dies', stop: write + 1 }),
  );
  yield* outcomesUnder(race, [...deaths, ...lateIn(before, result)]);
  for (const order of ['first', 'last'] as const) yield* stopsOf(race, order, result.next);
}

async function* outcomesUnder(race: Race, schedules: readonly Schedule[]): Outcomes {
  for (const schedule of schedules) yield [schedule, await runRace(race, schedule)];
}

async function* stopsOf(race: Race, order: Order, first: number): Outcomes {
  for (let stop = first; Number.isFinite(stop); ) {
    const schedule: Schedule = { fate: 'waits', order, stop };
    const one = await runRace(race, schedule);
    yield [schedule, one];
    stop = one.next;
    if (order === 'first') yield* outcomesUnder(race, lateIn(schedule, one));
    if (order === 'first' && race.deep) yield* deepOutcomesOf(race, schedule);
  }
}

const lateIn = (schedule: Schedule, { lateReads }: RaceResult): readonly Schedule[] =>
  lateReads.flatMap((key) => LAGS.map((behind) => ({ ...schedule, lag: { key, behind } })));

async function* deepOutcomesOf(race: Race, schedule: Schedule): Outcomes {
  for (let otherStop = 1; Number.isFinite(otherStop); ) {
    const deep = { ...schedule, otherStop };
    const one = await runRace(race, deep);
    yield [deep, one];
    otherStop = one.otherNext;
  }
}

/** Runs a race: the slow worker meets the other, and what failed comes again. */
export const runRace = async (race: Race, schedule: Schedule): Promise<RaceResult> => {
  const { items, events: told } = await startOf(race.world);
  const events = [...told];
  const slow = new SlowWorker(schedule.order);
  const others: Access[] = [];
  const table = new MemoryTable(schedule.lag ? { lag: slow.lag(schedule.lag, schedule.stop) } : {});
  for (const item of items) await table.write({ kind: 'put', item });
  const ports = portsOf(recordingEvents(table, events), race.world, 2);
  const problems = await meet(race, schedule, { slow, others, table, ports })
    .then(() => problemsOf(race, table.dump(), events))
    .catch((error: unknown) => [
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    ]);
  const { granted } = slow;
  const isMet = (access: Access) => others.some((other) => conflict(access, other));
  const { stop, otherStop = 1 } = schedule;
  return {
    problems,
    next: nextStop(granted, stop, others),
    otherNext: nextStop(others, otherStop, granted.slice(stop - 1)),
    writes: granted.flatMap(({ writes }, index) => (writes ? [index + 1] : [])),
    lateReads: [
      ...new Set(
        granted
          .slice(stop - 1)
          .filter((access) => access.eventual && isMet(access))
          .flatMap(({ keys }) => keys),
      ),
    ],
  };
};

// A call that commutes with all that happens meanwhile may as well have come before it.
const nextStop = (calls: readonly Access[], stop: number, meanwhile: readonly Access[]): number => {
  const met = calls.findIndex(
    (access, index) => index + 1 >= stop && meanwhile.some((other) => conflict(access, other)),
  );
  return met < 0 ? Number.POSITIVE_INFINITY : met + 2;
};

interface Meeting {
  readonly slow: SlowWorker;
  /** Filled with what the other worker was at. */
  readonly others: Access[];
  readonly table: MemoryTable;
  readonly ports: IdentityPorts;
}

const meet = async (
  { world, slow: act, meanwhile }: Race,
  { stop, fate, otherStop = Number.POSITIVE_INFINITY }: Schedule,
  { slow, others, table, ports }: Meeting,
): Promise<void> => {
  const { policy } = world;
  const other = new SlowWorker('first');
  const note: Turn = async (access) => {
    others.push(access);
  };
  const as = (turn: Turn) => ({ ...ports, table: takingTurns(ports.table, turn) });
  const again: Act[] = world.before.flatMap((one) => (one.kind === 'dies' ? [one.act] : []));
  const attempt = async (one: Act, turn: Turn) => {
    await perform(as(turn), table, policy, one).catch((error: unknown) => {
      if (!comesAgain(error)) throw error;
      again.push(one.kind === 'dies' ? one.act : one);
    });
  };
  const work = slow.begin(attempt(act, slow.turn));
  await slow.goOn(stop - 1);
  if (fate === 'dies') slow.die();
  for (const one of meanwhile.slice(0, -1)) await attempt(one, note);
  const last = meanwhile.slice(-1).map((one) =>
    attempt(one, async (access) => {
      others.push(access);
      await other.turn(access);
    }),
  );
  const lastWork = other.begin(Promise.all(last).then(() => {}));
  await other.goOn(otherStop - 1);
  await slow.goOn(Number.POSITIVE_INFINITY);
  await work;
  await other.goOn(Number.POSITIVE_INFINITY);
  await lastWork;
  // Changed rules reach what nobody touched by a job of their own.
  const isJob = ({ kind }: Act) => kind === 'settle';
  if (world.formerly && ![act, ...meanwhile].some(isJob)) again.push({ kind: 'settle' });
  await deliverAgain(again, (one) => perform(ports, table, policy, one));
};

const deliverAgain = async (
  acts: readonly Act[],
  deliver: (act: Act) => Promise<void>,
): Promise<void> => {
  let open = acts;
  for (let times = 1; open.length > 0; times++) {
    const lost: Act[] = [];
    for (const act of open) {
      await deliver(act).catch((error: unknown) => {
        if (!comesAgain(error) || times === MAX_DELIVERIES) throw error;
        lost.push(act);
      });
    }
    open = lost;
  }
};

const problemsOf = (
  { world, slow, meanwhile }: Race,
  items: readonly Item[],
  events: readonly IdentityEvent[],
): readonly string[] => {
  const changes = [...world.before, slow, ...meanwhile].flatMap(changesIn);
  // Of two readings of one version the one of the race counts, not the one that was there before.
  const left = { seed: 0, changes: foldToLatest(changes.toReversed()) };
  return [...differences(items, left, world.policy), ...eventProblems(items, events)];
};

/** A world as it is before a race. */
interface Start {
  readonly items: readonly Item[];
  readonly events: readonly IdentityEvent[];
}

const starts = new WeakMap<RaceWorld, Promise<Start>>();

const startOf = (world: RaceWorld): Promise<Start> => {
  const start = starts.get(world) ?? makeStart(world);
  starts.set(world, start);
  return start;
};

const makeStart = async (world: RaceWorld): Promise<Start> => {
  const table = new MemoryTable();
  const events: IdentityEvent[] = [];
  const ports = portsOf(recordingEvents(table, events), world, 1);
  for (const act of world.before) {
    await perform(ports, table, world.formerly ?? world.policy, act).catch((error: unknown) => {
      if (act.kind !== 'dies' || !comesAgain(error)) throw error;
    });
  }
  return { items: table.dump(), events };
};

const portsOf = (table: Table, { limits }: RaceWorld, seed: number): IdentityPorts => {
  let now = seed * 1_000;
  return {
    table,
    clock: () => ++now,
    random: seededRandom(seed),
    sleep: async () => {},
    ...(limits ? { limits } : {}),
    mint: (anchor: string, attempt: number) => `one_${anchor}/${attempt}` as OneId,
  };
};
