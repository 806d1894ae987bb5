/**
 * Runs a world through identity and views on one memory table: every store call of all workers in any order, crashes, the
 * table's stream in shards with batches that come again, units laid apart, definitions that change. What is left must
 * be, field by field, what the oracle computes from the final rows.
 */
import { isDeepStrictEqual } from 'node:util';
import { MemoryTable } from '#adapters/memory/table.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { LIMITS } from '#application/identity/identity-ports.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { ContentionError } from '#application/identity/restructure.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import type { ScopeSizes } from '#application/identity/scope-writes.ts';
import { lookupsOf, putLookups, rowOfLookup } from '#application/profile/maintain-lookups.ts';
import { maintainViews, type ViewPorts } from '#application/profile/maintain-views.ts';
import { wholeSummary } from '#application/profile/parts-apart.ts';
import { viewOf } from '#application/profile/summary.ts';
import type { TableChange } from '#application/profile/touched.ts';
import type { Item, Key } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { ProfileView, ViewQuestion } from '#domain/profile/profile-view.ts';
import type { Random } from '#domain/shared/clock.ts';
import { showsInViews } from '../../bench/costs/counted-pipeline.ts';
import { liveRows, SMALL_POLICY, type World } from './identity-world.ts';
import { Crash, type Faults, lagging, Scheduler, seededRandom, Throttle } from './scheduler.ts';
import { customersOf } from './stored-customers.ts';
import { type CustomerRows, expectedView } from './view-oracle.ts';
import { BRANDS, drawViewWorld, FULL_VIEW, fullDefinitions, START } from './view-world.ts';

/** How a world is run. */
export interface ViewRun {
  readonly people: number;
  readonly events: number;
  readonly writers: number;
  readonly faults: Faults;
  /** Chance that a batch waits, and that a worker that was given up goes on with it. */
  readonly stalls: number;
  /** Most buckets in a summary, and longest text. */
  readonly limits: { readonly buckets: number; readonly text: number };
  /** How scopes lie in the table; as in earnest when absent. */
  readonly sizes?: ScopeSizes;
}

const HOUR_MS = 3_600_000;
const SHARDS = 4;

/** Waits while others make so many store calls. */
const pause = async (calls: number): Promise<void> => {
  for (let call = 0; call < calls; call++) await new Promise((resolve) => setImmediate(resolve));
};

const comesAgain = (error: unknown): boolean =>
  error instanceof Crash || error instanceof Throttle || error instanceof ContentionError;

/** The table's stream: shards in which the changes of an item keep their order. */
class Streams {
  readonly #shards: TableChange[][] = Array.from({ length: SHARDS }, () => []);
  #sequence = 0;

  add = (before: Item | undefined, after: Item | undefined): void => {
    const item = after ?? before;
    if (!item || !showsInViews({ before, after })) return;
    const shard = this.#shards[[...item.pk].reduce((sum, c) => sum + c.charCodeAt(0), 0) % SHARDS];
    shard?.push({
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      sequence: String(++this.#sequence),
    });
  };

  shard(index: number): readonly TableChange[] {
    return this.#shards[index] ?? [];
  }
}

const deliveriesOf = (random: Random, { changes }: World): RowChange[][] => {
  const records: RowChange[][] = [];
  for (const change of changes) {
    if (change.kind === 'party' && change.renamedFrom) records.at(-1)?.push(change);
    else records.push([change]);
  }
  const drawn = records.flatMap((record) => (random() < 0.2 ? [record, record] : [record]));
  const order = drawn.map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at);
  const batches: RowChange[][] = [];
  while (order.length > 0) {
    const batch = order.splice(0, 1 + Math.floor(random() * 4));
    batches.push(batch.flatMap(({ record }) => record));
  }
  return batches;
};

/** A run: what all its workers share. */
interface Running {
  readonly options: ViewRun;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly views: ViewPorts;
  /** Goes on after what a stream delivers again; throws anything else. */
  readonly again: (error: unknown) => void;
  /** Workers that were given up and go on all the same. */
  readonly lost: Promise<void>[];
  /** Workers that still write. */
  writing: number;
}

/** Runs a world and returns what differs from the oracle; empty when nothing does. */
export const runViewWorld = async (seed: number, options: ViewRun): Promise<readonly string[]> => {
  const random = seededRandom(seed);
  const world = drawViewWorld(seed, random, options.people, options.events);
  const scheduler = new Scheduler(random, options.faults);
  const streams = new Streams();
  const table = new MemoryTable({
    turn: scheduler.turn,
    lag: lagging(random),
    onAction: ({ before, after }) => streams.add(before, after),
  });
  let now = START;
  const clock = () => {
    now += Math.floor(random() * 3) * HOUR_MS;
    return now;
  };
  const running: Running = {
    options,
    random,
    scheduler,
    streams,
    views: {
      table,
      clock,
      limits: options.limits,
      definitions: definitionsThatTurn(random),
      putLookups: async (wanted) => {
        await putLookups({ table, pseudonymise }, wanted);
      },
    },
    again: forgiving(200 * options.events),
    lost: [],
    writing: options.writers,
  };
  const queue = deliveriesOf(random, world);
  const limits = { ...LIMITS, ...(options.sizes ? { sizes: options.sizes } : {}) };
  const ports = { ...identityPorts(table, random), limits };
  await scheduler.run(() =>
    Promise.all([
      ...Array.from({ length: options.writers }, () => write(running, ports, queue)),
      ...Array.from({ length: SHARDS }, (_, shard) => maintain(running, shard)),
    ]).then(() => Promise.all(running.lost)),
  );
  return differences(table.dump(), world, random, now);
};

// In these worlds a term is its own pseudonym.
const pseudonymise = (_: string, __: string | undefined, value: string): string => value;

const identityPorts = (table: MemoryTable, random: Random): Parameters<typeof applyRows>[0] => {
  let ticks = 0;
  return {
    table,
    clock: () => ++ticks,
    random,
    sleep: async () => {},
    mint: (anchor: string, attempt: number) => `one_${anchor}/${attempt}` as OneId,
  };
};

// In some runs the definitions change half-way: the same measures in another order.
const definitionsThatTurn = (random: Random): ViewPorts['definitions'] => {
  const turnsAt = random() < 0.3 ? Math.floor(random() * 200) : Number.POSITIVE_INFINITY;
  let asked = 0;
  return async () => {
    const turned = ++asked > turnsAt;
    return { hash: turned ? 'h2' : 'h1', definitions: fullDefinitions(turned) };
  };
};

const forgiving = (most: number) => {
  let failures = 0;
  return (error: unknown): void => {
    failures += 1;
    if (!comesAgain(error) || failures > most) throw error;
  };
};

const write = async (
  running: Running,
  ports: Parameters<typeof applyRows>[0],
  queue: RowChange[][],
): Promise<void> => {
  for (let batch = queue.shift(); batch; batch = queue.shift()) {
    const taken = batch;
    await running.scheduler
      .live(() => deliver(ports, taken))
      .catch((error: unknown) => {
        running.again(error);
        queue.push(taken);
      });
  }
  running.writing -= 1;
};

const maintain = async (running: Running, shard: number): Promise<void> => {
  let at = 0;
  while (running.writing > 0 || at < running.streams.shard(shard).length) {
    const records = running.streams.shard(shard);
    if (at < records.length) at = await takeBatch(running, records, at);
    else await pause(1);
  }
};

/** Delivers the next records of a shard; returns from where it goes on. */
const takeBatch = async (
  running: Running,
  records: readonly TableChange[],
  at: number,
): Promise<number> => {
  const { random, options, scheduler, views } = running;
  // A batch may begin with records that were delivered before.
  const from = random() < 0.15 ? Math.max(0, at - Math.floor(random() * 5)) : at;
  const until = Math.min(records.length, at + 1 + Math.floor(random() * 12));
  const batch = records.slice(from, until);
  if (random() < options.stalls) await pause(Math.floor(random() * 300));
  if (random() < options.stalls) running.lost.push(goOnLate(running, batch));
  try {
    await scheduler.live(() => maintainViews(views, batch));
    return until;
  } catch (error) {
    running.again(error);
    return at;
  }
};

// A worker that was given up goes on all the same, while another one takes its batch.
const goOnLate = async (
  { random, scheduler, views, again }: Running,
  batch: readonly TableChange[],
): Promise<void> => {
  await pause(Math.floor(random() * 20));
  await scheduler.live(() => maintainViews(views, batch)).catch(again);
};

const deliver = async (
  ports: Parameters<typeof applyRows>[0],
  batch: readonly RowChange[],
): Promise<void> => {
  const latest = foldToLatest(batch);
  const parties = latest.filter((change) => change.kind === 'party');
  const facts = latest.filter((change) => change.kind === 'fact');
  const { failures: failed } = await applyRows(ports, SMALL_POLICY, parties, facts);
  await closeScopes(ports, SMALL_POLICY);
  const defect = failed.find(({ error }) => !comesAgain(error));
  if (defect) throw defect.error;
  if (failed.length > 0) throw new Crash('rows failed');
};

const rowsOf = (world: World, units: readonly UnitKey[]): CustomerRows => {
  const live = liveRows(world);
  return {
    parties: live.flatMap((row) =>
      row.kind === 'party' && units.includes(row.rowKey as string as UnitKey) ? [row] : [],
    ),
    facts: live.flatMap((row) =>
      row.kind === 'fact' && row.after?.unit && units.includes(row.after.unit.key) ? [row] : [],
    ),
  };
};

const questionsOf = (random: Random, now: number): readonly ViewQuestion[] => {
  const later = now + Math.floor(random() * 400 * 24) * HOUR_MS;
  const some = BRANDS.filter(() => random() < 0.5);
  return [{ now }, { now: later }, { now: later, brands: some }];
};

const differences = (
  items: readonly Item[],
  world: World,
  random: Random,
  now: number,
): readonly string[] =>
  customersOf(items).flatMap(({ id, units }) => {
    const { summary, torn } = wholeSummary(items.filter(({ pk }) => pk === `C#${id}`));
    if (torn) return [`${id}: parts are missing`];
    const rows = rowsOf(world, units);
    return [
      ...lookupProblems(items, id, units),
      ...questionsOf(random, now).flatMap((question) =>
        problemsOf(id, summary && viewOf(FULL_VIEW, summary, question), units, rows, question),
      ),
    ];
  });

// A customer is found by every term of its rows, by way of one of those that have it.
const lookupProblems = (
  items: readonly Item[],
  id: OneId,
  units: readonly UnitKey[],
): readonly string[] => {
  const own = new Set(units.map((unit) => `R#${unit}`));
  const keys = items
    .filter(({ pk, sk }) => sk === 'ROW' && own.has(pk))
    .flatMap((row) => [...lookupsOf(pseudonymise, row).values()]);
  const placeOf = (key: Key) => `${key.pk} ${key.sk.slice(0, -rowOfLookup(key).length)}`;
  const there = new Set(
    items.filter(({ pk }) => pk.startsWith('L#')).map((key) => key.pk + key.sk),
  );
  const found = new Set(keys.filter(({ pk, sk }) => there.has(pk + sk)).map(placeOf));
  const lost = new Set(keys.map(placeOf)).difference(found);
  return [...lost].map((place) => `${id}: is not found by ${place}`);
};

const problemsOf = (
  id: OneId,
  view: ProfileView | undefined,
  units: readonly UnitKey[],
  rows: CustomerRows,
  { now, brands }: ViewQuestion,
): readonly string[] => {
  if (units.length === 0) return view ? [`${id}: has no units and a view`] : [];
  if (!view) return [`${id}: has no view`];
  const expected = expectedView(rows, now, brands);
  return [
    ...compare(id, view.measures, expected.measures),
    ...compare(`${id} sources`, view.sources, expected.sources),
  ];
};

const compare = (what: string, told: object, expected: object): string[] =>
  Object.keys(expected).flatMap((name) => {
    const [a, b] = [told[name as never], expected[name as never]] as unknown[];
    const same =
      isDeepStrictEqual(a, b) && Object.keys(told).length === Object.keys(expected).length;
    return same ? [] : [`${what} ${name}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`];
  });
