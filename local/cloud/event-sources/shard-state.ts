/**
 * A shard in work: its lanes, and how far it is through.
 *
 * Lanes finish out of step, so the checkpoint is the last record of the longest run from the front that is
 * through. What lies behind it is delivered again after a crash; nothing is ever skipped.
 * @module
 */
import { createHash } from 'node:crypto';
import { Lane, type LaneRules } from './lane.ts';
import type { StreamRecord } from './record.ts';

/** The state of one shard. Mutable; every record costs a constant amount of work. */
export class ShardState {
  readonly lanes: readonly Lane[];
  /** Sequence numbers in reading order, from the first that is not through. */
  #open: string[] = [];
  readonly #through = new Set<string>();
  #checkpoint: string | undefined;

  constructor(rules: LaneRules, parallelizationFactor: number) {
    this.lanes = Array.from({ length: parallelizationFactor }, () => new Lane(rules));
  }

  /** The last sequence number up to which everything is through; undefined when that is nothing yet. */
  get checkpoint(): string | undefined {
    return this.#checkpoint;
  }

  /** Records read and not yet through or given up. */
  get size(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.size, 0);
  }

  /** Takes records in the order of the shard; those that `passes` refuses are through at once. */
  offer(
    records: readonly StreamRecord[],
    passes: (record: StreamRecord) => boolean,
    now: number,
  ): void {
    const wanted = records.map((record) => ({ record, passes: passes(record) }));
    this.#open.push(...records.map((record) => record.sequence));
    for (const [index, lane] of this.lanes.entries())
      lane.offer(
        wanted
          .filter((it) => it.passes && laneOf(it.record.key, this.lanes.length) === index)
          .map((it) => it.record),
        now,
      );
    this.finish(wanted.filter((it) => !it.passes).map((it) => it.record));
  }

  /** Marks records as through and moves the checkpoint as far as it goes. */
  finish(records: readonly StreamRecord[]): void {
    for (const record of records) this.#through.add(record.sequence);
    const end = this.#open.findIndex((sequence) => !this.#through.has(sequence));
    const run = this.#open.splice(0, end < 0 ? this.#open.length : end);
    for (const sequence of run) this.#through.delete(sequence);
    this.#checkpoint = run.at(-1) ?? this.#checkpoint;
  }
}

/** The lane of a key: the same in every run, spread evenly. */
export const laneOf = (key: string, lanes: number): number =>
  lanes === 1 ? 0 : createHash('md5').update(key).digest().readUInt32BE(0) % lanes;
