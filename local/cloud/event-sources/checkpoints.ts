/**
 * How far every shard of a mapping is through, kept in one small file.
 *
 * A checkpoint is written after its batch, so a kill in between repeats the batch and loses nothing.
 * Writes are whole and coalesced: while one is under way, the newest state waits for the next.
 * @module
 */
import { readJsonFile, replaceJsonFileLater } from '../files.ts';

/** How far a shard is through. */
export interface ShardProgress {
  /** The last sequence number that is through; undefined when none is. */
  readonly after?: string;
  /** The shard has ended and everything in it is through. */
  readonly drained: boolean;
}

/** The checkpoints of one mapping. */
export class Checkpoints {
  readonly #path: string;
  #shards: Readonly<Record<string, ShardProgress>>;
  #writing: Promise<void> | undefined;
  #dirty = false;

  constructor(path: string) {
    this.#path = path;
    this.#shards = readJsonFile<Record<string, ShardProgress>>(path) ?? {};
  }

  /** The progress of a shard; undefined when the mapping never met it. */
  of(shardId: string): ShardProgress | undefined {
    return this.#shards[shardId];
  }

  /** True when no shard was ever met: the mapping starts for the first time. */
  get isNew(): boolean {
    return Object.keys(this.#shards).length === 0;
  }

  /** Notes progress; it reaches the disk soon, and {@link flush} says when. */
  set(shardId: string, progress: ShardProgress): void {
    this.#shards = { ...this.#shards, [shardId]: progress };
    this.#dirty = true;
    this.#writing ??= this.#write();
  }

  /** Resolves when everything noted so far is on disk. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      await replaceJsonFileLater(this.#path, this.#shards);
    }
    this.#writing = undefined;
  }
}
