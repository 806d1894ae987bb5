/**
 * Lets one loop wait for another, or for a while, whichever comes first.
 * @module
 */

/** Wakes everyone who waits on it. */
export class Signal {
  #waiting = new Set<() => void>();

  /** Resolves at the next {@link notify}, or after `milliseconds` when given. */
  wait(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => wake(), milliseconds);
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
    });
  }

  /** Wakes all. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
