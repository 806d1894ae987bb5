/**
 * A scheduler that owns every interleaving: store calls of all workers wait in one pool, and a seeded draw decides
 * which takes effect next, and which worker crashes instead.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from '#domain/shared/clock.ts';

/** mulberry32: a small seeded generator, the same on every machine. */
export const seededRandom = (seed: number): Random => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

/** How far eventually consistent reads are behind: mostly not at all, else by as much as all that was ever written. */
export const lagging = (random: Random) => (): number =>
  random() < 0.4 ? 1 + Math.floor(random() ** 2 * 8) : 0;

/** Thrown at a worker that died in the middle of its work. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** Thrown by a single call, as a throttled or timed-out request does; the worker lives on. */
export class Throttle extends Error {
  override readonly name = 'Throttle';
}

/** Chances per store call. */
export interface Faults {
  readonly crash: number;
  readonly throttle: number;
}

/** One life of a worker; when it dies none of its calls takes effect any more. */
interface Life {
  dead: boolean;
}

interface Waiting {
  readonly life: Life;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Grants turns in random order. */
export class Scheduler {
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #lives = new AsyncLocalStorage<Life>();
  #waiting: Waiting[] = [];

  constructor(random: Random, faults: Faults) {
    this.#random = random;
    this.#faults = faults;
  }

  /** Resolves when it is this call's turn; rejects when the worker dies or the call is throttled. */
  turn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const life = this.#lives.getStore() ?? { dead: false };
      if (life.dead) reject(new Crash('dead'));
      else this.#waiting.push({ life, resolve, reject });
    });

  /** Runs work as one life of a worker. */
  live = <Outcome>(work: () => Promise<Outcome>): Promise<Outcome> =>
    this.#lives.run({ dead: false }, work);

  /** Runs until all work is done. */
  async run(work: () => Promise<unknown>): Promise<void> {
    let open = true;
    const all = work().finally(() => {
      open = false;
    });
    all.catch(() => {});
    while (open) {
      await settle();
      this.#grant();
    }
    await all;
  }

  #grant(): void {
    if (this.#waiting.length === 0) return;
    const index = Math.floor(this.#random() * this.#waiting.length);
    const [next] = this.#waiting.splice(index, 1);
    if (next === undefined) return;
    const luck = this.#random();
    if (luck < this.#faults.crash) this.#kill(next);
    else if (luck < this.#faults.crash + this.#faults.throttle)
      next.reject(new Throttle('slow down'));
    else next.resolve();
  }

  #kill(victim: Waiting): void {
    victim.life.dead = true;
    const dying = [victim, ...this.#waiting.filter(({ life }) => life === victim.life)];
    this.#waiting = this.#waiting.filter(({ life }) => life !== victim.life);
    for (const { reject } of dying) reject(new Crash('died between two store calls'));
  }
}

// Lets every promise that can go on without a turn do so.
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
