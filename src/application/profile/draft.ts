/**
 * Draft: a customer's summary in the making, with what has to be read for it.
 * @module
 */
import {
  type CustomerUnits,
  type Listing,
  readCustomerUnits,
} from '#application/identity/customer-units.ts';
import { together } from '#application/shared/in-parallel.ts';
import { summaryKey } from '#application/shared/items.ts';
import type { Consistency, Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { must } from '#domain/shared/assert.ts';
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
  /** The customer's list of units had to be known. */
  readonly unlisted: boolean;
  /** The units that the customer has. */
  readonly units: readonly UnitKey[];
  /** Where they were listed, of those that any scope lists. */
  readonly listed?: Listing | undefined;
  /** Units whose parts have to be read. */
  readonly missing: readonly UnitKey[];
}

/**
 * Reads the summaries of tasks, and the lists of units of those that may have others.
 * @param isAsNow whether the summary of a task has to be read as it is now; of others, what the store refuses is read again
 */
export const readDrafts = async (
  table: Table,
  tasks: readonly Task[],
  hash: string,
  isAsNow: (task: Task) => boolean,
): Promise<readonly Draft[]> => {
  // The summary is read first: whoever writes after this read has seen at least what is read from here on.
  const openings = await readOpenings(table, tasks, hash, isAsNow);
  const lists = await listsOf(
    table,
    openings.filter(({ unlisted }) => unlisted),
  );
  return openings.map((opening) => {
    const { task, stored, outdated } = opening;
    const known = stored.summary?.units ?? new Map<UnitKey, UnitEntry>();
    // A customer's item never goes; one that is missing was taken away, and what is served of it stays as it is.
    const { units, listed } = lists.get(task.id) ?? {
      units: [...known.keys()],
      listed: opening.unlisted ? undefined : stored.summary?.listed,
    };
    const missing = units.filter((it) => outdated || task.reread.has(it) || !known.has(it));
    return { ...opening, units, listed, missing };
  });
};

type Opening = Pick<Draft, 'task' | 'stored' | 'text' | 'outdated' | 'unlisted'>;

const readOpenings = async (
  table: Table,
  tasks: readonly Task[],
  hash: string,
  isAsNow: (task: Task) => boolean,
): Promise<readonly Opening[]> => {
  const open = (some: readonly Task[], consistency: Consistency) =>
    openAll(table, some, hash, consistency);
  const [now, before] = await together(
    open(tasks.filter(isAsNow), 'strong'),
    open(
      tasks.filter((task) => !isAsNow(task)),
      'eventual',
    ),
  );
  // Parts beside the summary are written without a look at its revision: what names them has to be as it is now.
  const large = before.filter(namesParts).map(({ task }) => task);
  const again = large.length > 0 ? await open(large, 'strong') : [];
  const known = new Map([...before, ...now, ...again].map((opening) => [opening.task, opening]));
  return tasks.map((task) => must(known.get(task), 'summary of a task'));
};

const openAll = async (
  table: Table,
  tasks: readonly Task[],
  hash: string,
  consistency: Consistency,
): Promise<readonly Opening[]> => {
  const keys = tasks.map(({ id }) => summaryKey(id));
  const items = await table.getAll(keys, consistency);
  return tasks.map((task, index) => openingOf(task, items[index], hash));
};

const namesParts = ({ stored }: Opening): boolean =>
  [...(stored.summary?.units.values() ?? [])].some(
    ({ kind }) => kind === 'apart' || kind === 'pending',
  );

const openingOf = (task: Task, item: Item | undefined, hash: string): Opening => {
  const stored = parseSummaryItem(item);
  const known = stored.summary?.units;
  const outdated = task.outdated || stored.summary?.definitions !== hash;
  const strange = task.images.some(({ unit }) => !known?.has(unit));
  const unlisted = task.joined || outdated || strange;
  return { task, stored, text: summaryTextOf(item), outdated, unlisted };
};

/** Lists that are at least as new as those that the summaries were made from. */
const listsOf = async (
  table: Table,
  openings: readonly Opening[],
): Promise<ReadonlyMap<OneId, CustomerUnits>> => {
  const kept = openings.flatMap(({ task: { id, list }, stored }) =>
    list && isAsNew(list, stored) ? [[id, list] as const] : [],
  );
  const known = new Map(kept);
  const asked = openings.map(({ task }) => task).filter(({ id }) => !known.has(id));
  return new Map([...known, ...(await readCustomerUnits(table, asked))]);
};

// Of two scopes nobody can tell which list is the later one.
const isAsNew = ({ listed }: CustomerUnits, { revision, summary }: StoredSummary): boolean => {
  if (revision === 0) return true;
  const than = summary?.listed;
  return listed !== undefined && listed.scope === than?.scope && listed.version >= than.version;
};

/** Units of a draft that were being laid apart when it was read, and still are to be. */
export const pendingIn = ({ stored, units, missing }: Draft): ReadonlyMap<UnitKey, PendingEntry> =>
  new Map(
    units.flatMap((unit) => {
      const entry = stored.summary?.units.get(unit);
      return entry?.kind === 'pending' && !missing.includes(unit) ? [[unit, entry] as const] : [];
    }),
  );
