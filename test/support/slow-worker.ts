/**
 * A slow worker: its store calls wait until it is let go on, so many at a time.
 */
import { Crash } from './scheduler.ts';
import type { Access, Turn } from './taking-turns.ts';

/** Which of several calls that are made at once is the first. */
export type Order = 'first' | 'last';

/** An item whose reads are behind, as partition and sort key with a blank between them, and by how many writes. */
export interface Lag {
  readonly key: string;
  readonly behind: number;
}

/** Reads of an item that are behind: what is read again may be so once more. */
const LATE_READS = 2;

interface Waiting {
  readonly access: Access;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** A worker whose calls wait. */
export class SlowWorker {
  /** Calls that took effect, in their order. */
  readonly granted: Access[] = [];
  readonly #order: Order;
  readonly #waiting: Waiting[] = [];
  #ended = false;
  #dead = false;
  #active = false;

  constructor(order: Order) {
    this.#order = order;
  }

  /** Notes when its work has ended; gives the work. */
  begin(work: Promise<void>): Promise<void> {
    const ended = work.finally(() => {
      this.#ended = true;
    });
    ended.catch(() => {});
    return ended;
  }

  /** Resolves when a call may take effect. */
  turn: Turn = (access) =>
    new Promise((resolve, reject) => {
      if (this.#dead) reject(new Crash('dead'));
      else this.#waiting.push({ access, resolve, reject });
    });

  /**
   * How many writes its reads are behind, from the call of that number on; what others read, and what it reads when it comes
   * again, is as it is.
   */
  lag = ({ key, behind }: Lag, from: number): (() => number) => {
    let left = LATE_READS;
    return () => {
      const isLate =
        this.#active && this.granted.length >= from && this.granted.at(-1)?.keys[0] === key;
      return isLate && left-- > 0 ? behind : 0;
    };
  };

  /** Lets so many calls take effect, one after the other, and comes to the next. */
  async goOn(calls: number): Promise<void> {
    this.#active = true;
    for (let granted = 0; !this.#ended; ) {
      await settled();
      if (granted === calls && this.#waiting.length > 0) break;
      if (granted < calls && this.#grant()) granted += 1;
    }
    this.#active = false;
  }

  /** Lets none of its calls take effect any more. */
  die(): void {
    this.#dead = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Crash('died between two calls'));
  }

  #grant(): boolean {
    const next = this.#order === 'first' ? this.#waiting.shift() : this.#waiting.pop();
    if (next) {
      this.granted.push(next.access);
      next.resolve();
    }
    return next !== undefined;
  }
}

// Lets every promise that can go on without a turn do so.
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
