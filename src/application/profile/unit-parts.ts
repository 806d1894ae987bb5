/**
 * Unit parts: what units contribute to a view, taken from an image of the table's stream or read from the table.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  FACT_UNIT_PREFIX,
  parseUnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import {
  type FactRow,
  type FactsPartial,
  factsPartial,
  type PartyRow,
} from '#domain/profile/profile-view.ts';
import { isLater, type UnitPart } from './summary.ts';
import type { PartImage } from './touched.ts';

/** A part of a unit that has nothing yet. */
export const emptyPart = (unit: UnitKey): UnitPart =>
  isFactUnit(unit) ? { kind: 'facts', buckets: new Map() } : { kind: 'party' };

/** Whether a unit stands for facts, not for a party row. */
export const isFactUnit = (unit: UnitKey): boolean => unit.startsWith(FACT_UNIT_PREFIX);

/** Puts an image in place of what its part was, unless the part is from a later one. */
export const withImage = (view: ViewDefinition, part: UnitPart, image: PartImage): UnitPart => {
  const { mark, item, bucket } = image;
  if (part.kind === 'party') {
    const row = partyRow(item);
    return row && isLater(mark, part.part?.mark ?? '')
      ? { kind: 'party', part: { mark, row } }
      : part;
  }
  const known = bucket === undefined ? undefined : part.buckets.get(bucket);
  if (bucket === undefined || !isLater(mark, known?.mark ?? '')) return part;
  return {
    kind: 'facts',
    buckets: new Map([...part.buckets, [bucket, { mark, partial: bucketPartial(view, item) }]]),
  };
};

/**
 * Reads what units contribute, strongly consistent: at least as new as any image seen before. Marks stay as they were,
 * so that images on their way are still taken.
 */
export const readParts = async (
  table: Pick<Table, 'getAll'>,
  view: ViewDefinition,
  units: readonly UnitKey[],
  known: ReadonlyMap<UnitKey, UnitPart>,
): Promise<ReadonlyMap<UnitKey, UnitPart>> => {
  const items = await table.getAll(units.map(unitItemKey));
  const buckets = units.flatMap((unit, index) => bucketsOf(unit, items[index]));
  const bucketItems = await table.getAll(
    buckets.map(({ unit, bucket }) => bucketKey(unit, bucket)),
  );
  const parts = new Map<UnitKey, UnitPart>(
    units.map((unit, index) => [
      unit,
      rereadParty(known.get(unit) ?? emptyPart(unit), items[index]),
    ]),
  );
  for (const [index, { unit, bucket }] of buckets.entries()) {
    const item = bucketItems[index];
    const part = parts.get(unit);
    if (!item || part?.kind !== 'facts') continue;
    const mark = part.buckets.get(bucket)?.mark ?? '';
    const read = { mark, partial: bucketPartial(view, item) };
    parts.set(unit, { kind: 'facts', buckets: new Map([...part.buckets, [bucket, read]]) });
  }
  return parts;
};

const rereadParty = (part: UnitPart, item: Item | undefined): UnitPart => {
  const row = part.kind === 'party' ? partyRow(item) : undefined;
  if (part.kind !== 'party') return part;
  return row ? { kind: 'party', part: { mark: part.part?.mark ?? '', row } } : { kind: 'party' };
};

const bucketsOf = (
  unit: UnitKey,
  item: Item | undefined,
): readonly { readonly unit: UnitKey; readonly bucket: number }[] =>
  item && isFactUnit(unit)
    ? Array.from({ length: parseUnitItem(item).buckets }, (_, bucket) => ({ unit, bucket }))
    : [];

const bucketPartial = (view: ViewDefinition, bucket: Item): FactsPartial =>
  factsPartial(
    view,
    liveContributionsIn(bucket).map(
      ({ rowKey, fact }): FactRow => ({ rowKey, as: fact.as, fields: fact.fields }),
    ),
  );

const partyRow = (item: Item | undefined): PartyRow | undefined => {
  const said = partySaidIn(item);
  return item && said && { rowKey: item.pk.slice(2) as SourceRowKey, ...said };
};
