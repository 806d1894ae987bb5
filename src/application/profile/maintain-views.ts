/**
 * Maintain views: keeps the summary of every customer up with the table's own changes.
 *
 * A change carries its item's new image, which replaces that item's part in the summary of whoever owns its unit now. A
 * customer whose list of units changed has the parts of its new units read from the table. A summary is written only when
 * nobody has written it since it was read; whoever comes second reads again.
 *
 * Why nothing is missed: a unit's owner is read after its change. Where the unit moves on afterwards, the new owner's
 * item changes later still, and what is read for that sees this change. Where the owner is right and its summary does
 * not know the unit yet, the unit is read now.
 * @module
 */

import { ROWS_PER_BUCKET } from '#application/identity/write-facts.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import {
  bucketKey,
  customerKey,
  parseCustomerItem,
  summaryKey,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Table, Write } from '#application/shared/table.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import {
  parseSummaryItem,
  rowsIn,
  type StoredSummary,
  type Summary,
  summaryWrite,
} from './summary.ts';
import { type Buckets, type Task, tasksOf } from './tasks.ts';
import { type TableChange, touchedBy } from './touched.ts';
import { emptyPart, readParts, withImage } from './unit-parts.ts';

/** What maintaining views needs. */
export interface ViewPorts {
  readonly table: Table;
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
/** Most buckets of a unit. */
const MAX_BUCKETS = 4096;

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
  const chunks = Array.from({ length: Math.ceil(tasks.length / CUSTOMERS_AT_ONCE) }, (_, index) =>
    tasks.slice(index * CUSTOMERS_AT_ONCE, (index + 1) * CUSTOMERS_AT_ONCE),
  );
  const conflicts = await inParallel(
    chunks,
    (chunk) => refreshAll(ports, chunk, buckets),
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
  return { written: tasks.length, conflicts: await refreshAll(ports, tasks, new Map()) };
};

const refreshAll = async (
  ports: ViewPorts,
  tasks: readonly Task[],
  buckets: Buckets,
): Promise<number> => {
  let open = tasks;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const refused = await refresh(ports, open, buckets);
    if (refused.length === 0) return attempt;
    // Who else wrote it may have seen other units.
    open = refused.map((task) => ({ ...task, joined: true }));
  }
  throw new Error(`${open.length} summaries were written by others ${MAX_ATTEMPTS} times over`);
};

/** Computes and writes summaries; those that somebody else wrote meanwhile are left. */
const refresh = async (
  { table, definitions }: ViewPorts,
  tasks: readonly Task[],
  buckets: Buckets,
): Promise<readonly Task[]> => {
  const { hash, definitions: current } = await definitions();
  // The summary is read first: whoever writes after this read has seen at least what is read from here on.
  const items = await table.getAll(tasks.map(({ id }) => summaryKey(id)));
  const drafts = tasks.map((task, index) => draftOf(task, parseSummaryItem(items[index]), hash));
  const listed = await withUnits(table, drafts);
  const read = await readParts(
    table,
    current.view,
    listed.flatMap(({ missing }) => missing),
    new Map(listed.flatMap(({ stored }) => [...(stored.summary?.units ?? [])])),
  );
  const measures = current.view.measures.map(({ measure }) => measure);
  const summaries = listed.map((draft): Summary => {
    const units = new Map(draft.units.map((unit) => [unit, partIn(draft, unit, read)]));
    for (const image of draft.task.images) {
      const part = units.get(image.unit);
      if (part) units.set(image.unit, withImage(current.view, part, image));
    }
    return { definitions: hash, measures, units };
  });
  const written = await table.writeAll(
    listed.map(({ task, stored }, index) =>
      summaryWrite(task.id, stored.revision, summaries[index] as Summary),
    ),
  );
  await growUnits(table, crowded(tasks, summaries, buckets));
  return tasks.filter((_, index) => !written[index]);
};

/** A summary in the making. */
interface Draft {
  readonly task: Task;
  readonly stored: StoredSummary;
  /** Made by other definitions: its partials are of no use. */
  readonly outdated: boolean;
  /** Its list of units has to be read. */
  readonly unlisted: boolean;
}

const draftOf = (task: Task, stored: StoredSummary, hash: string): Draft => {
  const known = stored.summary?.units;
  const outdated = task.outdated || stored.summary?.definitions !== hash;
  const strange = task.images.some(({ unit }) => !known?.has(unit));
  return { task, stored, outdated, unlisted: task.joined || outdated || strange };
};

interface ListedDraft extends Draft {
  readonly units: readonly UnitKey[];
  /** Units whose parts have to be read. */
  readonly missing: readonly UnitKey[];
}

const withUnits = async (
  table: Table,
  drafts: readonly Draft[],
): Promise<readonly ListedDraft[]> => {
  const asked = drafts.filter(({ unlisted }) => unlisted).map(({ task }) => task.id);
  const items = await table.getAll(asked.map(customerKey));
  // A customer's item never goes; one that is missing was taken away, and what is served of it stays as it is.
  const unitsOf = new Map(
    asked.flatMap((id, index) => {
      const item = items[index];
      return item ? [[id, parseCustomerItem(item).units] as const] : [];
    }),
  );
  return drafts.map((draft) => {
    const known = draft.stored.summary?.units ?? new Map();
    const units = unitsOf.get(draft.task.id) ?? [...known.keys()];
    const { reread } = draft.task;
    const isMissing = (unit: UnitKey) => draft.outdated || !known.has(unit) || reread.has(unit);
    return { ...draft, units, missing: units.filter(isMissing) };
  });
};

const partIn = (draft: ListedDraft, unit: UnitKey, read: Awaited<ReturnType<typeof readParts>>) =>
  read.get(unit) ?? draft.stored.summary?.units.get(unit) ?? emptyPart(unit);

/** Units with more rows than their buckets should hold, of those just changed. */
const crowded = (
  tasks: readonly Task[],
  summaries: readonly Summary[],
  buckets: Buckets,
): Buckets =>
  new Map(
    tasks.flatMap(({ images }, index) =>
      images.flatMap(({ unit }) => {
        const has = buckets.get(unit);
        const rows = rowsIn(summaries[index]?.units.get(unit));
        return has !== undefined && has < MAX_BUCKETS && rows > ROWS_PER_BUCKET * has
          ? [[unit, has] as const]
          : [];
      }),
    ),
  );

/**
 * Doubles the buckets of units that have outgrown theirs; rows keep their bucket, new rows spread over all. The buckets
 * come first: a contribution to one that is there is a statement among others, to one that is not a request of its own.
 */
const growUnits = async (table: Table, units: Buckets): Promise<void> => {
  await table.writeAll(
    [...units].flatMap(([unit, buckets]) =>
      Array.from({ length: buckets }, (_, index): Write => {
        const item = { ...bucketKey(unit, buckets + index) };
        return { kind: 'put', item, when: { missing: ['pk'] } };
      }),
    ),
  );
  await table.writeAll(
    [...units].map(([unit, buckets]) => ({
      kind: 'update',
      key: unitItemKey(unit),
      set: { buckets: buckets * 2 },
      when: { equals: [['buckets'], buckets] },
    })),
  );
};
