/**
 * Stored view: the summary of a customer with the parts that lie beside it, and those of them that are gone.
 * @module
 */
import { type WholeSummary, wholeSummary } from '#application/profile/parts-apart.ts';
import { heldBy } from '#application/profile/summary.ts';
import { parseSummaryItem } from '#application/profile/summary-text.ts';
import { bucketsOf } from '#application/profile/unit-parts.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { bucketKey, partKey, summaryKey, unitItemKey } from '#application/shared/items.ts';
import type { Item, Key } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { Surroundings } from './surroundings.ts';

/** A customer's summary with its parts. */
export interface StoredView extends WholeSummary {
  /** Keys of parts whose bucket has rows and which are not there. */
  readonly gone: readonly Key[];
}

/** Reads the view that is stored of a customer. */
export const readStoredView = async (around: Surroundings, id: OneId): Promise<StoredView> => {
  const item = await around.get(summaryKey(id));
  const places = await partPlaces(around, id, item);
  const parts = await around.getAll(places.map(({ part }) => part));
  const buckets = await around.getAll(places.map(({ bucket }) => bucket));
  return {
    ...wholeSummary([item, ...parts].filter((each) => each !== undefined)),
    gone: places.flatMap(({ part }, index) =>
      !parts[index] && liveContributionsIn(buckets[index]).length > 0 ? [part] : [],
    ),
  };
};

const partPlaces = async (
  around: Surroundings,
  id: OneId,
  item: Item | undefined,
): Promise<readonly { readonly part: Key; readonly bucket: Key }[]> => {
  const apart = setsApart(item);
  const units = await around.getAll(apart.map(({ unit }) => unitItemKey(unit)));
  return apart.flatMap(({ unit, epoch }, index) =>
    Array.from({ length: bucketsOf(unit, units[index]) }, (_, bucket) => ({
      part: partKey(id, unit, epoch, bucket),
      bucket: bucketKey(unit, bucket),
    })),
  );
};

const setsApart = (
  item: Item | undefined,
): readonly { readonly unit: UnitKey; readonly epoch: string }[] =>
  [...(parseSummaryItem(item).summary?.units ?? [])].flatMap(([unit, entry]) => {
    const held = heldBy(entry);
    return held?.kind === 'apart' ? [{ unit, epoch: held.epoch }] : [];
  });
