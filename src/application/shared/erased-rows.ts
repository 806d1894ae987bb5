/**
 * Erased rows: which source rows must never come back, as the readers of the change stream ask for it.
 *
 * Before the first erasure nobody pays: readers look for its announcement at most every {@link GATE_MS}, and the erasure
 * waits longer than that before it removes anything. Afterwards every row of a batch is looked up, a hundred at a time.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { ERASED_HEAD, erasedRowKey, type Mark } from './erasure-items.ts';
import type { Table } from './table.ts';

/** Longest time for which a reader may not know that erasures have begun. */
export const GATE_MS = 5_000;

/** Which rows are erased. */
export interface ErasedRows {
  /** Whether there may be any. */
  any(): Promise<boolean>;
  /** Those of these rows that are erased. */
  among(rows: readonly SourceRowKey[]): Promise<ReadonlySet<SourceRowKey>>;
  /** Marks rows as erased. Safe to repeat. */
  add(rows: readonly SourceRowKey[]): Promise<void>;
}

/** What knowing them needs. */
export interface ErasedRowPorts {
  readonly table: Pick<Table, 'getAll' | 'writeAll'>;
  readonly mark: Mark;
  readonly clock: Clock;
}

/** Makes the list of a table. Keep one per process: it remembers that erasures have begun. */
export const makeErasedRows = ({ table, mark, clock }: ErasedRowPorts): ErasedRows => {
  let begun = false;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const keyOf = (row: SourceRowKey) => erasedRowKey(mark('row', row));
  return {
    any: async () => {
      const now = clock();
      if (begun || now - lookedAt < GATE_MS) return begun;
      const [head] = await table.getAll([ERASED_HEAD]);
      begun = head !== undefined;
      lookedAt = now;
      return begun;
    },
    among: async (rows) => {
      const items = await table.getAll(rows.map(keyOf));
      return new Set(rows.filter((_, index) => items[index] !== undefined));
    },
    add: async (rows) => {
      await table.writeAll(rows.map((row) => ({ kind: 'put', item: { ...keyOf(row) } })));
    },
  };
};
