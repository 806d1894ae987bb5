/**
 * Laying parts apart: how the parts of a large unit come to lie beside the summary, exactly.
 *
 * 1. The summary is written with the unit as *pending* in a new epoch.
 * 2. The unit's buckets are read, and their parts put under that epoch where there is none yet.
 * 3. The summary is written with the unit as *apart* in that epoch.
 *
 * Whoever brings an image of a bucket reads the summary after the bucket was written. Was the bucket written before step
 * 1, it is read in step 2. Was it written after, the summary told of the epoch, and the image was put there. So no
 * change is missed, whoever takes which step; whoever finds a pending unit completes it.
 * @module
 */
import type { Item, Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { PartialContext } from '#domain/profile/facts-partial.ts';
import { type Draft, pendingIn } from './draft.ts';
import { firstPartWrite } from './parts-apart.ts';
import { readBuckets, readUnitItems } from './unit-parts.ts';

/** Parts that are to be laid. */
interface Laying {
  readonly id: OneId;
  readonly unit: UnitKey;
  readonly epoch: string;
  readonly from: number;
}

/** Name of a set of parts among all customers. */
export const setName = (id: OneId, unit: UnitKey, epoch: string): string =>
  `${id} ${unit} ${epoch}`;

/**
 * Lays the parts of pending units, and of the new buckets of grown ones; tells how many parts each set has, by
 * {@link setName}. Sets that a task has laid before are not laid again.
 */
export const layApart = async (
  table: Table,
  context: PartialContext,
  measures: readonly string[],
  drafts: readonly Draft[],
): Promise<ReadonlyMap<string, number>> => {
  const layings = drafts.flatMap((draft) => [...pendingLayings(draft), ...grownLayings(draft)]);
  const items = await readUnitItems(
    table,
    layings.map(({ unit }) => unit),
  );
  const read = await readBuckets(
    table,
    context,
    layings.map(({ unit, from }, index) => ({
      unit,
      from,
      item: items[index] as Item | undefined,
    })),
  );
  const parts = read.map((ofUnit) => ofUnit.filter(({ partial }) => partial.length > 0));
  await table.writeAll(
    layings.flatMap((laying, index) =>
      (parts[index] ?? []).map(({ bucket, partial }) =>
        firstPartWrite({ ...laying, bucket }, measures, partial),
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

const pendingLayings = (draft: Draft): readonly Laying[] => {
  const { id, laid } = draft.task;
  return [...pendingIn(draft)]
    .filter(([unit, { epoch }]) => !laid.has(setName(id, unit, epoch)))
    .map(([unit, { epoch }]) => ({ id, unit, epoch, from: 0 }));
};

const grownLayings = ({ task, stored, missing }: Draft): readonly Laying[] =>
  [...task.grown].flatMap(([unit, from]) => {
    const entry = stored.summary?.units.get(unit);
    return entry?.kind === 'apart' && !missing.includes(unit)
      ? [{ id: task.id, unit, epoch: entry.epoch, from }]
      : [];
  });
