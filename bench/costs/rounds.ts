/**
 * Rounds: how many requests follow each other, counted and not timed.
 *
 * All requests that are under way together take one round: what a use case asks for next, it asks for in the next one.
 * So the number of rounds is the length of the longest chain of requests that wait for each other.
 * @module
 */
import type { Meter } from '#adapters/dynamodb/meter.ts';
import { planWrites } from '#adapters/dynamodb/statements.ts';
import type { Table } from '#application/shared/table.ts';

interface Waiting {
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Requests that the call is sent as, when known before. */
  readonly planned: number;
}

/** A table that lets calls through in rounds. */
export class RoundsTable implements Table {
  readonly #inner: Table;
  readonly #meter: Meter;
  #waiting: Waiting[] = [];
  #rounds = 0;

  constructor(inner: Table, meter: Meter) {
    this.#inner = inner;
    this.#meter = meter;
  }

  /** Rounds since the last time. */
  takeRounds(): number {
    const rounds = this.#rounds;
    this.#rounds = 0;
    return rounds;
  }

  getAll: Table['getAll'] = (keys, consistency) => {
    const get = () => this.#inner.getAll(keys, consistency);
    return keys.length === 0 ? get() : this.#enter(get);
  };

  query: Table['query'] = (request) => this.#enter(() => this.#inner.query(request));

  write: Table['write'] = (action) => this.#enter(() => this.#inner.write(action));

  writeAll: Table['writeAll'] = (actions) => {
    const { batches, singles } = planWrites(actions);
    return actions.length === 0
      ? this.#inner.writeAll(actions)
      : this.#enter(() => this.#inner.writeAll(actions), batches.length + singles.length);
  };

  transact: Table['transact'] = (actions) => this.#enter(() => this.#inner.transact(actions));

  #enter<Value>(run: () => Promise<Value>, planned = Number.POSITIVE_INFINITY): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => void this.#round());
      this.#waiting.push({ run, resolve: resolve as Waiting['resolve'], reject, planned });
    });
  }

  async #round(): Promise<void> {
    const calls = this.#waiting;
    this.#waiting = [];
    const ends: (() => void)[] = [];
    let repeated = false;
    for (const { run, resolve, reject, planned } of calls) {
      const before = this.#meter.requests;
      await run().then(
        (value) => ends.push(() => resolve(value)),
        (error: unknown) => ends.push(() => reject(error)),
      );
      repeated ||= this.#meter.requests - before > planned;
    }
    // A statement that found no item is sent again as a single write, one round later.
    this.#rounds += repeated ? 2 : 1;
    for (const end of ends) end();
  }
}
