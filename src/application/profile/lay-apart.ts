/**
 * Laying parts apart: how the parts of a large unit come to lie beside the summary, exactly.
 *
 * 1. The summary is written with the unit as *pending* in a new epoch.
 * 2. The unit's buckets are read, and their parts put under that epoch, each with the position in the stream that its
 *    part had before: whatever it holds, it is at least as new.
 * 3. The summary is written with the unit as *apart* in that epoch.
 *
 * Whoever brings an image of a bucket reads the summary after the bucket was written. Was the bucket written before step
 * 1, it is read in step 2. Was it written after, the summary told of the epoch, and the image was put there. So no
 * change is missed, whoever takes which step; whoever finds a pending unit completes it.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import type { Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { PartialContext } from '#domain/profile/facts-partial.ts';
import { type Draft, pendingIn } from './draft.ts';
import { partWrite, readMarks } from './parts-apart.ts';
import type { ApartEntry, BucketPart, StreamMark, UnitPart } from './summary.ts';
import { bucketsOf, readBuckets, readUnitItems } from './unit-parts.ts';

/** Parts that are to be laid. */
interface Laying {
  readonly id: OneId;
  readonly unit: UnitKey;
  readonly epoch: string;
  /** What answers until then. */
  readonly held?: UnitPart | ApartEntry | undefined;
}

/** Name of a set of parts among all customers. */
export const setName = (id: OneId, unit: UnitKey, epoch: string): string =>
  `${id} ${unit} ${epoch}`;

/**
 * Lays the parts of pending units; tells how many parts each set has, by {@link setName}. Sets that a task has laid before are
 * not laid again.
 */
export const layApart = async (
  table: Table,
  context: PartialContext,
  measures: readonly string[],
  drafts: readonly Draft[],
): Promise<ReadonlyMap<string, number>> => {
  const layings = drafts.flatMap(pendingLayings);
  const parts = await readLayings(table, context, layings);
  await table.writeAll(
    layings.flatMap((laying, index) =>
      (parts[index] ?? []).map(({ bucket, ...part }) =>
        partWrite({ ...laying, bucket }, measures, part),
      ),
    ),
  );
  return new Map([
    ...drafts.flatMap(({ task }) => [...task.laid]),
    ...layings.map(({ id, unit, epoch }, index): [string, number] => [
      setName(id, unit, epoch),
      parts[index]?.length ?? 0,
    ]),
  ]);
};

interface LaidPart extends BucketPart {
  readonly bucket: number;
}

/** Reads what is to be laid; a bucket that has nothing and never had needs no part. */
const readLayings = async (
  table: Table,
  context: PartialContext,
  layings: readonly Laying[],
): Promise<readonly (readonly LaidPart[])[]> => {
  const items = await readUnitItems(
    table,
    layings.map(({ unit }) => unit),
  );
  // Marks first: the buckets, read later, hold at least what the images with those marks held.
  const marks = await inParallel([...layings.entries()], ([index, laying]) =>
    marksOf(table, laying, bucketsOf(laying.unit, items[index])),
  );
  const read = await readBuckets(
    table,
    context,
    layings.map(({ unit }, index) => ({ unit, item: items[index], asRead: false })),
  );
  return read.map((ofUnit, index) =>
    ofUnit
      .map(({ bucket, partial }) => ({ bucket, partial, mark: marks[index]?.get(bucket) ?? '' }))
      .filter(({ partial, mark }) => partial.length > 0 || mark !== ''),
  );
};

/** Positions of the parts that a unit has answered with until now, by bucket. */
const marksOf = async (
  table: Table,
  { id, unit, held }: Laying,
  buckets: number,
): Promise<ReadonlyMap<number, StreamMark>> => {
  if (held?.kind === 'facts')
    return new Map([...held.buckets].map(([bucket, { mark }]) => [bucket, mark]));
  if (held?.kind !== 'apart') return new Map();
  const places = Array.from({ length: buckets }, (_, bucket) => ({
    id,
    unit,
    epoch: held.epoch,
    bucket,
  }));
  const marks = await readMarks(table, places);
  return new Map(marks.map((mark, bucket) => [bucket, mark]));
};

const pendingLayings = (draft: Draft): readonly Laying[] => {
  const { id, laid } = draft.task;
  return [...pendingIn(draft)]
    .filter(([unit, { epoch }]) => !laid.has(setName(id, unit, epoch)))
    .map(([unit, { epoch, held }]) => ({ id, unit, epoch, held }));
};
