/**
 * Unit parts: what units contribute to a view, taken from an image of the table's stream or read from the table.
 * @module
 */
import { factsIn } from '#application/shared/contributions.ts';
import { bucketKey, bucketsIn, FACT_UNIT_PREFIX, unitItemKey } from '#application/shared/items.ts';
import { lastChangeIn, partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import {
  type FactsPartial,
  factsPartial,
  type PartialContext,
} from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import type { Stamp } from '#domain/profile/survivorship.ts';
import { append } from '#domain/shared/multimap.ts';
import { keptLookups } from './share-lookups.ts';
import { type BucketPart, isLater, type UnitEntry, type UnitPart } from './summary.ts';
import type { PartImage } from './touched.ts';

/** A part of a unit that has nothing yet. */
export const emptyPart = (unit: UnitKey): UnitPart =>
  isFactUnit(unit) ? { kind: 'facts', buckets: new Map() } : { kind: 'party' };

/** Whether a unit stands for facts, not for a party row. */
export const isFactUnit = (unit: UnitKey): boolean => unit.startsWith(FACT_UNIT_PREFIX);

/** Puts an image in place of what its part was, unless the part is from a later one. */
export const withImage = (context: PartialContext, part: UnitPart, image: PartImage): UnitPart => {
  const { mark, item, bucket } = image;
  if (part.kind === 'party') {
    const row = partyRow(item);
    return row && isLater(mark, part.part?.mark ?? '')
      ? { kind: 'party', part: { mark, row, ...keptLookups(part.part, row) } }
      : part;
  }
  const known = bucket === undefined ? undefined : part.buckets.get(bucket);
  if (bucket === undefined || !isLater(mark, known?.mark ?? '')) return part;
  const read = { mark, partial: bucketPartial(context, item) };
  return { kind: 'facts', buckets: new Map([...part.buckets, [bucket, read]]) };
};

/**
 * Notes an image in a part that was read after it: what was read is at least as new, so of the image only the position is
 * kept, and no earlier one is taken.
 */
export const withMark = (part: UnitPart, { mark, bucket }: PartImage): UnitPart => {
  if (part.kind === 'party') {
    const own = part.part;
    return own && isLater(mark, own.mark) ? { kind: 'party', part: { ...own, mark } } : part;
  }
  const known = bucket === undefined ? undefined : part.buckets.get(bucket);
  if (bucket === undefined || !known || !isLater(mark, known.mark)) return part;
  return { kind: 'facts', buckets: new Map([...part.buckets, [bucket, { ...known, mark }]]) };
};

/** A unit whose buckets are to be read. */
export interface BucketsAsked {
  readonly unit: UnitKey;
  /** The unit's own item, which is its first bucket. */
  readonly item: Item | undefined;
  /** Take the first bucket as it was read with the item. */
  readonly asRead: boolean;
}

/** A bucket as read. */
export interface BucketRead {
  readonly bucket: number;
  readonly partial: FactsPartial;
}

/** Reads the buckets of units, strongly consistent; those without an item are left out. One answer per unit asked. */
export const readBuckets = async (
  table: Pick<Table, 'getAll'>,
  context: PartialContext,
  asked: readonly BucketsAsked[],
): Promise<readonly (readonly BucketRead[])[]> => {
  const places = asked.flatMap(({ unit, item, asRead }, index) =>
    Array.from({ length: bucketsOf(unit, item) }, (_, bucket) => {
      return { unit, index, bucket, known: bucket === 0 && asRead ? item : undefined };
    }),
  );
  const open = places.filter(({ known }) => known === undefined);
  const items = await table.getAll(open.map(({ unit, bucket }) => bucketKey(unit, bucket)));
  const read = new Map(open.map((place, index) => [place, items[index]]));
  const found = new Map<number, BucketRead[]>();
  for (const place of places) {
    const item = place.known ?? read.get(place);
    const { index, bucket } = place;
    if (item) append(found, index, { bucket, partial: bucketPartial(context, item) });
  }
  return asked.map((_, index) => found.get(index) ?? []);
};

/** Number of buckets that a unit's item tells of. */
export const bucketsOf = (unit: UnitKey, item: Item | undefined): number =>
  isFactUnit(unit) ? bucketsIn(item) : 0;

/** Keys of the buckets that a unit's item tells of; some may not be there yet. */
export const bucketKeysOf = (unit: UnitKey, item: Item | undefined): readonly Key[] =>
  Array.from({ length: bucketsOf(unit, item) }, (_, bucket) => bucketKey(unit, bucket));

/**
 * Reads what units contribute, strongly consistent: at least as new as any image seen before. Marks stay as they were,
 * so that images on their way are still taken.
 */
export const readParts = async (
  table: Pick<Table, 'getAll'>,
  context: PartialContext,
  units: readonly {
    readonly unit: UnitKey;
    readonly item: Item | undefined;
    readonly known?: UnitEntry | undefined;
  }[],
): Promise<ReadonlyMap<UnitKey, UnitPart>> => {
  const read = await readBuckets(
    table,
    context,
    units.map(({ unit, item }) => ({ unit, item, asRead: true })),
  );
  return new Map(
    units.map(({ unit, item, known }, index) => [
      unit,
      isFactUnit(unit)
        ? { kind: 'facts', buckets: rereadBuckets(known, read[index] ?? []) }
        : rereadParty(known, item),
    ]),
  );
};

const rereadBuckets = (
  known: UnitEntry | undefined,
  read: readonly BucketRead[],
): ReadonlyMap<number, BucketPart> => {
  const before = known?.kind === 'facts' ? known.buckets : new Map<number, BucketPart>();
  return new Map([
    ...before,
    ...read.map(({ bucket, partial }): [number, BucketPart] => [
      bucket,
      { mark: before.get(bucket)?.mark ?? '', partial },
    ]),
  ]);
};

const rereadParty = (known: UnitEntry | undefined, item: Item | undefined): UnitPart => {
  const row = partyRow(item);
  const old = known?.kind === 'party' ? known.part : undefined;
  const part = row && { mark: old?.mark ?? '', row, ...keptLookups(old, row) };
  return part ? { kind: 'party', part } : { kind: 'party' };
};

/** Adds up what a bucket's image holds. */
export const bucketPartial = (context: PartialContext, bucket: Item): FactsPartial =>
  factsPartial(context, factsIn(bucket));

/** The party row that an item holds; nothing when it is another item, or the row is gone. */
export const partyRow = (item: Item | undefined): PartyRow | undefined => {
  const said = partySaidIn(item);
  if (!item || !said) return undefined;
  return { rowKey: item.pk.slice(2) as SourceRowKey, ...said, stamp: stampOf(item) };
};

const stampOf = (item: Item): Stamp => {
  const { v, at } = lastChangeIn(item);
  const version = v as RowVersion;
  return typeof at === 'number' ? { version, at } : { version };
};

/** Keys of units' own items. */
export const readUnitItems = (
  table: Pick<Table, 'getAll'>,
  units: readonly UnitKey[],
): Promise<readonly (Item | undefined)[]> => table.getAll(units.map(unitItemKey));
