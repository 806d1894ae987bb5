/**
 * The shop day: inserts, updates and deletes in all systems at a chosen rate, with their heartbeats.
 *
 * What happens depends on the seed and on what the systems hold; only when it happens depends on the clock.
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#domain/shared/clock.ts';
import {
  type Connect,
  closeDatabases,
  type Databases,
  openDatabases,
  SOURCES,
} from '../databases.ts';
import { type Change, type ChangeCounts, commitChanges } from './changes.ts';
import { drawChanges, HEARTBEAT_MS } from './daily-round.ts';
import { type Probe, Prober } from './probes.ts';
import { utc } from './times.ts';
import { readWorld, type World } from './world.ts';

/** What {@link runShop} needs. */
export interface ShopOptions {
  readonly connect: Connect;
  readonly truthDir: string;
  readonly seed: number;
  /** Row changes per second, heartbeats and probes not counted. */
  readonly rate: number;
  /** Length of the day; until `signal` when absent. */
  readonly seconds?: number;
  readonly clock: Clock;
  /** Ends the day early. */
  readonly signal?: AbortSignal;
  /** Probe purchases per second; none when absent. */
  readonly probesPerSecond?: number;
  /** Hears of every transaction's committed row changes. */
  readonly onChange?: (counts: ChangeCounts) => void;
  /** Hears of every probe, when it is committed. */
  readonly onProbe?: (probe: Probe) => void;
}

/** What a day came to. */
export interface ShopStats {
  /** Row changes committed, heartbeats and probes included: as many as capture must bring. */
  readonly changes: number;
  /** Of them, per table and operation: `pos.receipt insert`. */
  readonly byOperation: ChangeCounts;
  readonly heartbeats: number;
  readonly probes: number;
  readonly seconds: number;
}

/** Runs the day; returns when it is over. */
export const runShop = async (options: ShopOptions): Promise<ShopStats> => {
  const databases = openDatabases(options.connect);
  try {
    const world = await readWorld(databases, options.truthDir, options.seed);
    return await new ShopDay(databases, world, options).run();
  } finally {
    await closeDatabases(databases);
  }
};

class ShopDay {
  readonly #databases: Databases;
  readonly #world: World;
  readonly #options: ShopOptions;
  readonly #prober: Prober;
  readonly #begin: number;
  readonly #byOperation: Record<string, number> = {};
  #paced = 0;
  #heartbeats = 0;
  #probes = 0;
  #beats = 0;

  constructor(databases: Databases, world: World, options: ShopOptions) {
    this.#databases = databases;
    this.#world = world;
    this.#options = options;
    this.#prober = new Prober(world, options.clock);
    this.#begin = options.clock();
  }

  async run(): Promise<ShopStats> {
    if (this.#options.probesPerSecond) await this.#commit(this.#prober.enrol());
    while (!this.#isOver()) {
      await this.#beat();
      await this.#probe();
      if (this.#paced < this.#due(this.#options.rate)) await this.#act();
      else await sleep(2);
    }
    return this.#stats();
  }

  #isOver(): boolean {
    const { signal, seconds, rate } = this.#options;
    if (signal?.aborted) return true;
    if (seconds === undefined) return false;
    return this.#elapsed() >= seconds * 1000 && this.#paced >= Math.floor(rate * seconds);
  }

  #elapsed(): number {
    return this.#options.clock() - this.#begin;
  }

  #due(perSecond: number): number {
    const limit = this.#options.seconds ?? Number.POSITIVE_INFINITY;
    return Math.floor(perSecond * Math.min(this.#elapsed() / 1000, limit));
  }

  async #act(): Promise<void> {
    this.#paced += await this.#commit(drawChanges(this.#world, this.#options.clock()));
  }

  async #probe(): Promise<void> {
    const { probesPerSecond = 0, onProbe } = this.#options;
    if (this.#probes >= this.#due(probesPerSecond)) return;
    this.#probes += 1;
    const { changes, probe } = this.#prober.next();
    await this.#commit(changes);
    onProbe?.(probe);
  }

  async #beat(): Promise<void> {
    if (this.#elapsed() < this.#beats * HEARTBEAT_MS) return;
    this.#beats += 1;
    const at = [utc(this.#options.clock())];
    for (const source of SOURCES) {
      const sql = 'UPDATE c360_heartbeat SET beat_at = $1';
      const { rowCount } = await this.#databases[source].query(sql, at);
      this.#heartbeats += rowCount ?? 0;
      this.#count({ [`${source}.c360_heartbeat update`]: rowCount ?? 0 });
    }
  }

  async #commit(changes: readonly Change[]): Promise<number> {
    if (changes.length === 0) return 0;
    return this.#count(await commitChanges(this.#databases, this.#options.truthDir, changes));
  }

  #count(counts: ChangeCounts): number {
    this.#options.onChange?.(counts);
    let rows = 0;
    for (const [name, count] of Object.entries(counts)) {
      this.#byOperation[name] = (this.#byOperation[name] ?? 0) + count;
      rows += count;
    }
    return rows;
  }

  #stats(): ShopStats {
    return {
      changes: Object.values(this.#byOperation).reduce((sum, count) => sum + count, 0),
      byOperation: this.#byOperation,
      heartbeats: this.#heartbeats,
      probes: this.#probes,
      seconds: this.#elapsed() / 1000,
    };
  }
}
