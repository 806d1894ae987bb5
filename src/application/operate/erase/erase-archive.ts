/**
 * Erase from the archive: rewrites the objects that hold something of the customer, without it.
 *
 * The manifest of an object says whether it is worth opening. What is learnt from an object, rows that only the archive
 * knows and values that only facts carry, is kept before the object is rewritten: afterwards nobody could learn it again.
 * @module
 */
import {
  type ArchivePorts,
  readArchiveObject,
  writeArchiveObject,
} from '#application/capture/archive-changes.ts';
import {
  ARCHIVE_PREFIX,
  identifierMark,
  manifestKey,
  parseManifest,
  rowMark,
} from '#application/capture/archive-manifest.ts';
import { uncommittedRows } from '#application/identity/laid-rows.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import { bucketKey, noteKey, parseRowItem, rowItemKey } from '#application/shared/items.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import type { Key } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { must } from '#domain/shared/assert.ts';
import { logObject } from './log.ts';
import { nextOf, type Part, partOf } from './parts.ts';
import { addToPlan, type ErasurePlan } from './plan.ts';
import type { ErasePorts } from './ports.ts';
import { retractRows } from './retract.ts';
import { type Judge, makeJudge, type Verdict } from './theirs.ts';

/** How far a look through the archive is. */
export interface ArchivePart extends Part {
  /** Rows or values were found that the plan did not have. */
  readonly learnt: boolean;
}

/** Objects looked at in one go. */
const OBJECTS = 200;

/** Looks at the next objects of the archive. */
export const eraseFromArchive = async (
  ports: ErasePorts,
  id: string,
  plan: ErasurePlan,
  after: string | undefined,
): Promise<ArchivePart> => {
  const keys = await nextOf(ports.archive.list(ARCHIVE_PREFIX, after), OBJECTS);
  const named = await inParallel(keys, (key) => isNamed(ports, plan, key));
  const { definitions } = await ports.definitions();
  const judge = makeJudge({ definitions, pseudonymise: ports.pseudonymise }, plan);
  let learnt = false;
  for (const [index, key] of keys.entries())
    if (named[index]) learnt = (await rewrite(ports, id, plan, judge, key)) || learnt;
  return { learnt, ...partOf(keys, OBJECTS) };
};

/** Whether an object has to be opened. */
const isNamed = async (
  { archive, mark }: ErasePorts,
  plan: ErasurePlan,
  key: string,
): Promise<boolean> => {
  const bytes = await archive.get(manifestKey(key));
  const manifest = bytes && parseManifest(bytes);
  if (!manifest || manifest.opaque > 0) return true;
  return (
    plan.rows.some(({ rowKey }) => manifest.marks.has(rowMark(mark, rowKey))) ||
    plan.values.some((value) => manifest.marks.has(identifierMark(mark, value)))
  );
};

const rewrite = async (
  ports: ErasePorts,
  id: string,
  plan: ErasurePlan,
  judge: Judge,
  key: string,
): Promise<boolean> => {
  const store: ArchivePorts = { objects: ports.archive, compression: ports.compression };
  const records = await readArchiveObject(store, key);
  const verdicts = records.map(({ bytes }) => judge(bytes));
  const found = verdicts.filter(({ theirs }) => theirs);
  if (found.length === 0) return false;
  const learnt = await learn(ports, id, plan, key, found);
  const kept = records.filter((_, index) => !verdicts[index]?.theirs);
  const outcome = kept.length === 0 ? 'deleted' : 'rewritten';
  await logObject(ports.table, id, {
    store: 'archive',
    object: key,
    records: found.length,
    outcome,
  });
  await replace(ports, store, key, kept);
  return learnt;
};

const replace = async (
  { archive, mark, definitions }: ErasePorts,
  store: ArchivePorts,
  key: string,
  kept: readonly StreamRecord[],
): Promise<void> => {
  const manifest = manifestKey(key);
  if (kept.length > 0) {
    const describing = { mark, definitions: (await definitions()).definitions };
    await writeArchiveObject(store, key, kept, describing);
  } else {
    await archive.delete(key);
    await archive.delete(manifest);
  }
  await archive.forget(key);
  await archive.forget(manifest);
};

/** Keeps what the plan did not have; tells whether there was anything. */
const learn = async (
  ports: ErasePorts,
  id: string,
  plan: ErasurePlan,
  key: string,
  found: readonly Verdict[],
): Promise<boolean> => {
  const known = new Set(plan.rows.map(({ rowKey }) => rowKey));
  const rows = found.flatMap((verdict) => verdict.rows).filter((row) => !known.has(row));
  const dead = await deadRows(ports, [...new Set(rows)]);
  const had = new Set(plan.values.map((value) => JSON.stringify(value)));
  const values = found
    .flatMap((verdict) => verdict.values)
    .filter((value) => !had.has(JSON.stringify(value)));
  if (dead.length + values.length === 0) return false;
  await ports.erasedRows.add(dead.map(({ rowKey }) => rowKey));
  await addToPlan(ports.table, id, `archive-${ports.mark('erasure', key)}`, {
    rows: dead.map(({ rowKey }) => ({ rowKey, kind: 'gone' })),
    values,
    items: dead.flatMap(({ rowKey, place }) => [
      { what: 'rows of the registry', ...rowItemKey(rowKey) },
      { what: 'ids at rest and decisions of a unit', ...noteKey(rowKey as string as UnitKey) },
      ...(place ? [{ what: 'buckets of contributions', ...place }] : []),
    ]),
  });
  return true;
};

/** A row that its source has deleted, and where its tombstone lies when it was a fact. */
interface DeadRow {
  readonly rowKey: SourceRowKey;
  readonly place?: Key;
}

/**
 * Leaves out live rows: one of those once named the customer, and now names somebody else. One that was laid and never came to
 * be committed is as if it had yet to arrive, and is retracted as it is.
 */
const deadRows = async (
  ports: ErasePorts,
  rows: readonly SourceRowKey[],
): Promise<readonly DeadRow[]> => {
  const { table } = ports;
  const laid = await uncommittedRows(table, await table.getAll(rows.map(rowItemKey)));
  await retractRows(
    ports,
    laid.map(({ pk }) => ({ rowKey: pk.slice('R#'.length) as SourceRowKey, kind: 'party' })),
  );
  const registry = (await table.getAll(rows.map(rowItemKey))).map(
    (item) => item && parseRowItem(item),
  );
  const places = registry.map((row) =>
    row?.unit === undefined ? undefined : bucketKey(row.unit, must(row.bucket, 'bucket')),
  );
  const buckets = await table.getAll(places.flatMap((place) => place ?? []));
  const live = new Set(buckets.flatMap(liveContributionsIn).map(({ rowKey }) => rowKey));
  return rows.flatMap((rowKey, index): readonly DeadRow[] => {
    if (registry[index]?.evidence || live.has(rowKey)) return [];
    const place = places[index];
    return [{ rowKey, ...(place ? { place } : {}) }];
  });
};
