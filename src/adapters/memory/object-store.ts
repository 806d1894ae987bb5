/**
 * MemoryObjectStore: the ObjectStore port in memory, for tests and simulations.
 * @module
 */

import { compareText } from '#adapters/dynamodb/text-order.ts';
import type { ErasableStore } from '#application/shared/ports.ts';

/** Objects that are forgotten with the process. Copies bytes in and out. */
export class MemoryObjectStore implements ErasableStore {
  readonly #objects = new Map<string, Uint8Array>();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#objects.set(key, Uint8Array.from(bytes));
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const bytes = this.#objects.get(key);
    return bytes && Uint8Array.from(bytes);
  }

  async *list(prefix: string, after = ''): AsyncGenerator<string> {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    yield* keys.filter((key) => compareText(key, after) > 0).sort(compareText);
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
  }

  /** Nothing to do: no versions are kept. */
  async forget(): Promise<void> {}
}
