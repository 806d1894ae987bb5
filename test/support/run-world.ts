/**
 * Runs a world through the real use cases on a memory table, with crashes and any interleaving of workers, and compares
 * everything that is left with the batch oracle.
 */

import { MemoryTable } from '#adapters/memory/table.ts';
import { keepingParts } from '#adapters/shared/kept-parts.ts';
import { applyRows } from '#application/identity/apply-rows.ts';
import { applyRules } from '#application/identity/change-rules.ts';
import { foldToLatest } from '#application/identity/join-changes.ts';
import { closeScopes } from '#application/identity/open-scopes.ts';
import { type CommitLimits, ContentionError } from '#application/identity/restructure.ts';
import type { RowChange } from '#application/identity/row-change.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { IdentityEvent } from '#domain/identity/identity-event.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { digestOf, storedState } from './canonical-state.ts';
import { drawWorld, RULES, type World } from './identity-world.ts';
import { drawOperations, type Operation, operate } from './operations.ts';
import { isPart, removePartLeft } from './parts-left.ts';
import { recordingEvents } from './recording-events.ts';
import { Crash, type Faults, lagging, Scheduler, seededRandom, Throttle } from './scheduler.ts';
import { SCORED_RULES, withFeatures } from './scored-world.ts';
import { differences, eventProblems } from './world-differences.ts';

/** How a world is run. */
export interface RunOptions {
  readonly people: number;
  readonly events: number;
  readonly workers: number;
  readonly faults: Faults;
  /** Records come in the order of their commits, as most do; else in any order. */
  readonly ordered?: boolean;
  /** Whether rows say names and dates, and rules score pairs. */
  readonly scored?: boolean;
  /** Bounds of one commit, so small that ordinary ones go in steps. */
  readonly limits?: CommitLimits;
}

const shuffled = <Entry>(random: () => number, entries: readonly Entry[]): Entry[] => {
  const result = [...entries];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [result[index], result[other]] = [result[other] as Entry, result[index] as Entry];
  }
  return result;
};

// What a stream delivers again: the worker died, or gave the batch back.
const comesAgain = (error: unknown): boolean =>
  error instanceof Crash || error instanceof Throttle || error instanceof ContentionError;

// Pairs of one key change travel in one record, so they stay together.
const deliveriesOf = (
  random: () => number,
  { changes }: World,
  ordered: boolean,
): RowChange[][] => {
  const records: RowChange[][] = [];
  for (const change of changes) {
    if (change.kind === 'party' && change.renamedFrom) records.at(-1)?.push(change);
    else records.push([change]);
  }
  const repeated = records.flatMap((record) => (random() < 0.25 ? [record, record] : [record]));
  const order = ordered ? [...repeated] : shuffled(random, repeated);
  const batches: RowChange[][] = [];
  while (order.length > 0) {
    batches.push(order.splice(0, 1 + Math.floor(random() * 4)).flat());
  }
  return batches;
};

type Delivery = RowChange[] | Operation;

/** A store to run a world on, each call of which waits for its turn. */
export interface WorldStore {
  readonly table: Table;
  /** All items, without waiting. */
  readonly dump: () => Promise<readonly Item[]>;
}

/** Makes an empty store. `lag` is how many writes an eventually consistent read may be behind: see {@link MemoryTable}. */
export type MakeStore = (turn: () => Promise<void>, lag: () => number) => Promise<WorldStore>;

const inMemory: MakeStore = async (turn, lag) => {
  const table = new MemoryTable({ turn, lag });
  return { table, dump: async () => table.dump() };
};

/** How a world came out. */
export interface WorldResult {
  /** What differs from the oracle; empty when nothing does. */
  readonly problems: readonly string[];
  /** SHA-256 of the canonical state. */
  readonly digest: string;
}

/** Runs a world, and compares what is left with the oracle. */
export const runWorld = async (
  seed: number,
  options: RunOptions,
  makeStore: MakeStore = inMemory,
): Promise<WorldResult> => {
  const random = seededRandom(seed);
  const plain = drawWorld(seed, random, options.people, options.events);
  const world = options.scored ? withFeatures(plain, random) : plain;
  const ruleSets = options.scored ? SCORED_RULES : RULES;
  const scheduler = new Scheduler(random, options.faults);
  const { table, dump } = await makeStore(scheduler.turn, lagging(random));
  const events: IdentityEvent[] = [];
  let now = 0;
  let rules = ruleSets[0];
  const recording = recordingEvents(table, events);
  const ports = {
    // Some keep the parts of scopes that they have read, as functions do.
    table: seed % 2 === 0 ? recording : keepingParts(recording),
    clock: () => ++now,
    random,
    sleep: async () => {},
    ...(options.limits ? { limits: options.limits } : {}),
    mint: (anchor: string, attempt: number) => `one_${anchor}/${attempt}` as OneId,
  };
  let redeliveries = 0;
  const queue: Delivery[] = deliveriesOf(random, world, options.ordered ?? false);
  for (const operation of drawOperations(random, world)) {
    queue.splice(Math.floor(random() * queue.length), 0, operation);
  }
  const deliver = async (batch: readonly RowChange[]) => {
    const inForce = rules;
    const latest = foldToLatest(batch);
    const parties = latest.filter((change) => change.kind === 'party');
    const facts = latest.filter((change) => change.kind === 'fact');
    const { failures: failed } = await applyRows(ports, inForce, parties, facts);
    await closeScopes(ports, inForce);
    const defect = failed.find(({ error }) => !comesAgain(error));
    if (defect) throw defect.error;
    if (failed.length > 0) throw new Crash('rows failed');
  };
  const perform = async (delivery: Delivery) => {
    if (!('kind' in delivery)) return deliver(delivery);
    if (delivery.kind !== 'rules') return operate(ports, rules, delivery);
    rules = ruleSets[delivery.which] ?? rules;
  };
  const attempt = async (delivery: Delivery) => {
    try {
      await scheduler.live(() => perform(delivery));
    } catch (error) {
      redeliveries += 1;
      if (!comesAgain(error) || redeliveries > 100 * options.events) throw error;
      queue.push(delivery);
    }
  };
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await attempt(next);
  };
  // Every worker has the rules in force; the job that brings the rest to them may die as well.
  const scan = async function* () {
    yield await dump();
  };
  const insist = async (job: () => Promise<unknown>): Promise<void> => {
    try {
      await scheduler.live(job);
    } catch (error) {
      redeliveries += 1;
      if (!comesAgain(error) || redeliveries > 100 * options.events) throw error;
      await insist(job);
    }
  };
  await scheduler.run(() => Promise.all(Array.from({ length: options.workers }, work)));
  await scheduler.run(() => insist(() => applyRules(ports, scan, rules)));
  let left = 0;
  for (const part of (await dump()).filter(isPart)) {
    const sweep = async () => {
      left += (await removePartLeft(table, part)) ? 1 : 0;
    };
    await scheduler.run(() => insist(sweep));
  }
  const { crash, throttle } = options.faults;
  const items = await dump();
  return {
    problems: [
      ...(left > 0 && crash + throttle === 0 ? [`${left} parts were left by nobody who died`] : []),
      ...differences(items, world, rules),
      ...eventProblems(items, events),
    ],
    digest: digestOf(storedState(items, rules)),
  };
};
