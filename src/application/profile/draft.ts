/**
 * Draft: a customer's summary in the making, with what has to be read for it.
 * @module
 */
import { customerKey, parseCustomerItem, summaryKey } from '#application/shared/items.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { PendingEntry, StoredSummary, UnitEntry } from './summary.ts';
import { parseSummaryItem, summaryTextOf } from './summary-text.ts';
import type { Task } from './tasks.ts';

/** A summary in the making. */
export interface Draft {
  readonly task: Task;
  readonly stored: StoredSummary;
  /** The summary's text as read; empty when there is none. */
  readonly text: string;
  /** Made by other definitions: its partials are of no use. */
  readonly outdated: boolean;
  /** The customer's list of units had to be read. */
  readonly unlisted: boolean;
  /** The units that the customer has. */
  readonly units: readonly UnitKey[];
  /** Units whose parts have to be read. */
  readonly missing: readonly UnitKey[];
}

/** Reads the summaries of tasks, then the lists of units of those that may have others. */
export const readDrafts = async (
  table: Table,
  tasks: readonly Task[],
  hash: string,
): Promise<readonly Draft[]> => {
  // The summary is read first: whoever writes after this read has seen at least what is read from here on.
  const items = await table.getAll(tasks.map(({ id }) => summaryKey(id)));
  const openings = tasks.map((task, index) => openingOf(task, items[index], hash));
  const asked = openings.filter(({ unlisted }) => unlisted).map(({ task }) => task.id);
  const customers = await table.getAll(asked.map(customerKey));
  // A customer's item never goes; one that is missing was taken away, and what is served of it stays as it is.
  const unitsOf = new Map(
    asked.flatMap((id, index) => {
      const item = customers[index];
      return item ? [[id, parseCustomerItem(item).units] as const] : [];
    }),
  );
  return openings.map((opening) => {
    const { task, stored, outdated } = opening;
    const known = stored.summary?.units ?? new Map<UnitKey, UnitEntry>();
    const units = unitsOf.get(task.id) ?? [...known.keys()];
    const isMissing = (unit: UnitKey) =>
      outdated || task.reread.has(unit) || hasGrown(task, unit, known.get(unit));
    return { ...opening, units, missing: units.filter((it) => !known.has(it) || isMissing(it)) };
  });
};

const openingOf = (task: Task, item: Item | undefined, hash: string) => {
  const stored = parseSummaryItem(item);
  const known = stored.summary?.units;
  const outdated = task.outdated || stored.summary?.definitions !== hash;
  const strange = task.images.some(({ unit }) => !known?.has(unit));
  const unlisted = task.joined || outdated || strange;
  return { task, stored, text: summaryTextOf(item), outdated, unlisted };
};

// Of parts that lie apart only those of the new buckets are read.
const hasGrown = ({ grown }: Task, unit: UnitKey, known: UnitEntry | undefined): boolean =>
  grown.has(unit) && known?.kind !== 'apart' && known?.kind !== 'pending';

/** Units of a draft that were being laid apart when it was read, and still are to be. */
export const pendingIn = ({ stored, units, missing }: Draft): ReadonlyMap<UnitKey, PendingEntry> =>
  new Map(
    units.flatMap((unit) => {
      const entry = stored.summary?.units.get(unit);
      return entry?.kind === 'pending' && !missing.includes(unit) ? [[unit, entry] as const] : [];
    }),
  );
