/**
 * Maintain views: keeps the summary of every customer up with the table's own changes.
 *
 * A change carries its item's new image, which replaces that item's part in the summary of whoever owns its unit now. A
 * customer whose list of units changed has the parts of its new units read from the table. A summary is written only when
 * nobody has written it since it was read; whoever comes second reads again.
 *
 * Why nothing is missed: a unit's owner is read after its change. Where the unit moves on afterwards, the new owner's
 * list changes later still, and what is read for that sees this change. Where the owner is right and its summary does
 * not know the unit yet, the unit is read now. A unit that gets more buckets needs no look: whatever is written to a new
 * one is written after that and brings an image of its own, and whoever reads the unit later sees the new number.
 * @module
 */

import { inParallel } from '#application/shared/in-parallel.ts';
import type { Consistency, Table } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { partialContext } from '#domain/profile/facts-partial.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import type { Clock } from '#domain/shared/clock.ts';
import {
  type Composed,
  compose,
  type Readings,
  SUMMARY_LIMITS,
  type SummaryLimits,
} from './compose.ts';
import { type Draft, readDrafts } from './draft.ts';
import { growUnits } from './grow-units.ts';
import { layApart } from './lay-apart.ts';
import { removeWaste } from './parts-apart.ts';
import type { WantedLookup } from './share-lookups.ts';
import { markOfDefinitions, type UnitEntry } from './summary.ts';
import { formatSummary, summaryWrite } from './summary-text.ts';
import { type Buckets, type Task, tasksOf } from './tasks.ts';
import { type TableChange, touchedBy } from './touched.ts';
import { bucketsOf, readParts, readUnitItems } from './unit-parts.ts';

/** What maintaining views needs. */
export interface ViewPorts {
  readonly table: Table;
  readonly clock: Clock;
  /** {@link SUMMARY_LIMITS} when absent. */
  readonly limits?: SummaryLimits;
  /** Writes lookups, safe to repeat; without it none are kept, and those of new rows wait for somebody who has it. */
  readonly putLookups?: (wanted: readonly WantedLookup[]) => Promise<void>;
  readonly definitions: () => Promise<{ readonly hash: string; readonly definitions: Definitions }>;
}

/** What became of a batch. */
export interface ViewReport {
  readonly written: number;
  /** Summaries that somebody else wrote first and that were computed again. */
  readonly conflicts: number;
}

/** Customers refreshed with one set of reads. */
const CUSTOMERS_AT_ONCE = 100;
const CHUNKS_AT_ONCE = 4;
const MAX_ATTEMPTS = 20;

/**
 * Brings the summaries of all customers touched by these table changes up to date. Safe to repeat.
 * @throws when a summary could not be written in {@link MAX_ATTEMPTS} attempts, or the store fails
 */
export const maintainViews = async (
  ports: ViewPorts,
  changes: readonly TableChange[],
): Promise<ViewReport> => {
  const touched = touchedBy(changes);
  const { tasks, buckets } = await tasksOf(ports.table, touched);
  const conflicts = await inParallel(
    chunksOf(tasks, CUSTOMERS_AT_ONCE),
    (chunk) => refreshAll(ports, chunk, buckets, 'eventual'),
    CHUNKS_AT_ONCE,
  );
  return { written: tasks.length, conflicts: conflicts.reduce((sum, count) => sum + count, 0) };
};

/** Recomputes the customers that table changes concern from what the table holds now: images may be old. Safe to repeat. */
export const recomputeViews = async (
  ports: ViewPorts,
  changes: readonly TableChange[],
): Promise<ViewReport> => {
  const touched = await tasksOf(ports.table, touchedBy(changes));
  const tasks = touched.tasks.map((task) => ({ ...task, images: [], outdated: true }));
  return { written: tasks.length, conflicts: await refreshAll(ports, tasks, new Map(), 'strong') };
};

const refreshAll = async (
  ports: ViewPorts,
  tasks: readonly Task[],
  buckets: Buckets,
  first: Consistency,
): Promise<number> => {
  let open = tasks;
  let conflicts = 0;
  for (let attempt = 0; attempt < MAX_ATTEMPTS && open.length > 0; attempt++) {
    const { refused, goOn } = await refresh(ports, open, buckets, attempt === 0 ? first : 'strong');
    if (refused.length > 0) conflicts += 1;
    open = [...refused, ...goOn];
  }
  if (open.length === 0) return conflicts;
  throw new Error(`${open.length} summaries were written by others ${MAX_ATTEMPTS} times over`);
};

/** Tasks that are not done yet. */
interface Open {
  /** Somebody else wrote the summary meanwhile. */
  readonly refused: readonly Task[];
  /** Parts have still to be laid apart. */
  readonly goOn: readonly Task[];
}

/** Computes and writes summaries; those that somebody else wrote meanwhile are left. */
const refresh = async (
  ports: ViewPorts,
  tasks: readonly Task[],
  buckets: Buckets,
  consistency: Consistency,
): Promise<Open> => {
  const { table, limits = SUMMARY_LIMITS, putLookups } = ports;
  const sharesLookups = putLookups !== undefined;
  const { hash: whole, definitions } = await ports.definitions();
  const hash = markOfDefinitions(whole);
  const context = partialContext(definitions, ports.clock());
  const drafts = await readDrafts(
    table,
    tasks,
    hash,
    (task) => consistency === 'strong' || concernsLarge(task, buckets, limits),
  );
  const readings = await read(table, { hash, limits, context, buckets, sharesLookups }, drafts);
  const composed = drafts.map((draft) => compose(draft, readings));
  const lookups = composed.flatMap((one) => one.lookups);
  if (lookups.length > 0) await putLookups?.(lookups);
  let written: readonly boolean[] = [];
  const writeSummaries = async () => {
    written = await writeAll(table, drafts, composed);
  };
  const grow = () => growUnits(table, context, drafts, composed, readings.buckets);
  // Neither needs the other, and readers of the stream wait for the longest chain of requests.
  await inParallel([writeSummaries, grow], (step) => step());
  await clearWaste(table, drafts, composed, written);
  return openTasks(drafts, composed, written, readings.laid);
};

// Its parts lie apart, so the summary that names them would be read again.
const concernsLarge = ({ images }: Task, buckets: Buckets, limits: SummaryLimits): boolean =>
  images.some(({ unit }) => (buckets.get(unit) ?? 0) > limits.buckets);

/** Reads what drafts lack: parts of missing units, and what pending ones have. */
const read = async (
  table: Table,
  { buckets: told, ...given }: Omit<Readings, 'measures' | 'parts' | 'laid'>,
  drafts: readonly Draft[],
): Promise<Readings> => {
  const { context, limits } = given;
  const measures = context.view.measures.map(({ measure }) => measure);
  const elsewhere = partiesIn(drafts);
  const missing = drafts.flatMap(({ missing: units, stored }) =>
    units.map((unit) => ({
      unit,
      known: stored.summary?.units.get(unit) ?? elsewhere.get(unit),
    })),
  );
  const items = await readUnitItems(
    table,
    missing.map(({ unit }) => unit),
  );
  const buckets = new Map([
    ...told,
    ...missing.map(({ unit }, index) => [unit, bucketsOf(unit, items[index])] as const),
  ]);
  const small = missing
    .map((unit, index) => ({ ...unit, item: items[index] }))
    .filter(({ unit }) => (buckets.get(unit) ?? 0) <= limits.buckets);
  const parts = await readParts(table, context, small);
  const laid = await layApart(table, context, measures, drafts);
  return { ...given, measures, buckets, parts, laid };
};

// A row that comes from another customer of the batch brings its position in the stream, and what it is found by.
const partiesIn = (drafts: readonly Draft[]): ReadonlyMap<UnitKey, UnitEntry> =>
  new Map(
    drafts.flatMap(({ stored }) =>
      [...(stored.summary?.units ?? [])].filter(([, { kind }]) => kind === 'party'),
    ),
  );

/**
 * Whether a summary is to be written: when it changed, which includes where its units were listed, and when no scope lists
 * any. That has no version, so whoever read an older list has to be refused by the revision.
 */
const isDue = ({ text, unlisted, listed }: Draft, composed: Composed): boolean =>
  composed.text !== text || (unlisted && listed === undefined);

/** Writes what is due; tells of each summary whether it is as composed. */
const writeAll = async (
  table: Table,
  drafts: readonly Draft[],
  composed: readonly Composed[],
): Promise<readonly boolean[]> => {
  const summaries = drafts.flatMap((draft, index) => {
    const found = composed[index];
    if (!found || !isDue(draft, found)) return [];
    return [{ index, write: summaryWrite(draft.task.id, draft.stored.revision, found.text) }];
  });
  const parts = composed.flatMap(({ partWrites }) => partWrites);
  const written = await table.writeAll([...summaries.map(({ write }) => write), ...parts]);
  const refused = new Set(summaries.flatMap(({ index }, n) => (written[n] ? [] : [index])));
  return drafts.map((_, index) => !refused.has(index));
};

/** Removes sets of parts that no longer count. Where that ends half-way, the next change of the customer goes on. */
const clearWaste = async (
  table: Table,
  drafts: readonly Draft[],
  composed: readonly Composed[],
  written: readonly boolean[],
): Promise<void> => {
  const able = drafts.flatMap((draft, index) => {
    const found = composed[index];
    return found && written[index] && found.summary.waste.length > 0 ? [{ draft, found }] : [];
  });
  for (const { draft, found } of able) {
    const { task, stored } = draft;
    await removeWaste(table, task.id, found.summary.waste);
    const revision = stored.revision + (isDue(draft, found) ? 1 : 0);
    const clean = formatSummary({ ...found.summary, waste: [] });
    await table.write(summaryWrite(task.id, revision, clean));
  }
};

const openTasks = (
  drafts: readonly Draft[],
  composed: readonly Composed[],
  written: readonly boolean[],
  laid: ReadonlyMap<string, number>,
): Open => ({
  // Who else wrote it may have seen other units.
  refused: drafts.flatMap(({ task }, index) =>
    written[index] ? [] : [{ ...task, joined: true, laid }],
  ),
  goOn: drafts.flatMap(({ task }, index) => {
    const { announced } = composed[index] ?? {};
    return written[index] && announced?.size ? [afterwards(task, announced, laid)] : [];
  }),
});

// What had to be read is read, or will be for the epoch that was announced: later than any image that told of it.
const afterwards = (
  task: Task,
  announced: ReadonlySet<UnitKey>,
  laid: ReadonlyMap<string, number>,
): Task => ({
  ...task,
  images: task.images.filter(({ unit }) => !announced.has(unit)),
  joined: false,
  outdated: false,
  reread: new Set(),
  laid,
});
