/**
 * MemoryQuarantine: the Quarantine port in memory, for tests and simulations.
 * @module
 */
import type { HeldRecord, Quarantine } from '#application/shared/ports.ts';

/** Held records, one per origin and reason. */
export class MemoryQuarantine implements Quarantine {
  readonly #held = new Map<string, HeldRecord>();

  async hold(record: HeldRecord): Promise<void> {
    const { shard, sequence } = record.origin;
    this.#held.set(`${shard}/${sequence}/${record.reason}`, record);
  }

  /** Everything held, in the order it came first. */
  held(): readonly HeldRecord[] {
    return [...this.#held.values()];
  }
}
