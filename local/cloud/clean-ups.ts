/**
 * What has to be undone, newest first, whatever fails on the way.
 * @module
 */

type CleanUp = () => unknown;

/** A stack of clean-ups, run once. */
export class CleanUps {
  readonly #pending: CleanUp[] = [];
  #running: Promise<void> | undefined;

  /** Adds one; it runs before all that were added earlier. */
  add(cleanUp: CleanUp): void {
    this.#pending.push(cleanUp);
  }

  /** Runs all. A second call waits for the first. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let next = this.#pending.pop(); next; next = this.#pending.pop())
      try {
        await next();
      } catch {
        // The rest still has to be undone.
      }
  }
}
