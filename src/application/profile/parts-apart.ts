/**
 * Parts apart: the parts of a large unit as items of their own, one per bucket, beside the summary.
 *
 * A bucket's image is put in place with one write and nothing read: it is conditioned on the position in the table's
 * stream, which grows for each bucket. So the cost of a change does not depend on the number of rows, and repeating it
 * or doing it late changes nothing. What is read from the bucket itself stands for the latest image seen before.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import { customerKey, partKey, partPrefix } from '#application/shared/items.ts';
import { type Item, PackedText, type Table, type Write } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { FactsPartial } from '#domain/profile/facts-partial.ts';
import {
  type ApartEntry,
  type BucketPart,
  heldBy,
  rowsOf,
  type StoredSummary,
  type StreamMark,
  type Summary,
  type UnitPart,
  type Waste,
} from './summary.ts';
import { type PartialText, parseSummaryItem, partialOf, partialText } from './summary-text.ts';

/** Where a part lies. */
export interface PartPlace {
  readonly id: OneId;
  readonly unit: UnitKey;
  readonly epoch: string;
  readonly bucket: number;
}

/** Puts a part in place of an earlier one; without a mark, where there is none. */
export const partWrite = (
  { id, unit, epoch, bucket }: PartPlace,
  measures: readonly string[],
  part: BucketPart,
): Write => {
  const doc = docOf(measures, part);
  return {
    kind: 'update',
    key: partKey(id, unit, epoch, bucket),
    set: { doc },
    when: { any: [{ missing: ['doc'] }, { less: [['doc', 'm'], doc.m] }] },
  };
};

const docOf = (measures: readonly string[], { mark, partial }: BucketPart) => ({
  m: sortable(mark),
  d: new PackedText(JSON.stringify(partialText(measures, partial))),
});

// Marks have different lengths, and the store compares text: the length goes first.
const sortable = (mark: StreamMark): string => `${String(mark.length).padStart(2, '0')}${mark}`;

/** The positions that parts are from; empty for one that is not there. */
export const readMarks = async (
  table: Table,
  places: readonly PartPlace[],
): Promise<readonly StreamMark[]> => {
  const items = await table.getAll(
    places.map(({ id, unit, epoch, bucket }) => partKey(id, unit, epoch, bucket)),
  );
  return items.map((item) => (item ? (item['doc'] as { m: string }).m.slice(2) : ''));
};

/** A customer's summary with all its parts, and whether some were missing: then it changed while it was read. */
export interface WholeSummary extends StoredSummary {
  readonly torn: boolean;
}

/** Puts the summary of a customer's items and the parts among them together. */
export const wholeSummary = (items: readonly Item[]): WholeSummary => {
  const stored = parseSummaryItem(items.find(({ sk }) => sk === 'SUMMARY'));
  if (!stored.summary) return { ...stored, torn: false };
  const { measures, units } = stored.summary;
  let torn = false;
  const resolved = [...units].map(([unit, entry]): [UnitKey, UnitPart] => {
    const held = heldBy(entry) ?? { kind: 'facts', buckets: new Map() };
    if (held.kind !== 'apart') return [unit, held];
    const buckets = bucketsIn(items, unit, held, held.measures ?? measures);
    torn ||= buckets.size < held.count;
    return [unit, { kind: 'facts', buckets }];
  });
  const summary: Summary = { ...stored.summary, units: new Map(resolved) };
  return { revision: stored.revision, summary, torn };
};

const bucketsIn = (
  items: readonly Item[],
  unit: UnitKey,
  { epoch }: ApartEntry,
  measures: readonly string[],
): ReadonlyMap<number, BucketPart> => {
  const prefix = partPrefix(unit, epoch);
  return new Map(
    items
      .filter(({ sk }) => sk.startsWith(prefix))
      .map((item) => [
        Number(item.sk.slice(prefix.length)),
        { mark: '', partial: partialIn(item, measures) },
      ]),
  );
};

const partialIn = (item: Item, measures: readonly string[]): FactsPartial =>
  partialOf(measures, JSON.parse((item['doc'] as { d: string }).d) as PartialText);

/** Mean number of rows in some parts of a unit; 0 when none of them is there. */
export const sampleRows = async (
  table: Table,
  places: readonly PartPlace[],
  measures: readonly string[],
): Promise<number> => {
  const items = await table.getAll(
    places.map(({ id, unit, epoch, bucket }) => partKey(id, unit, epoch, bucket)),
  );
  const rows = items.map((item) => (item ? rowsOf(partialIn(item, measures)) : 0));
  return rows.reduce((sum, count) => sum + count, 0) / Math.max(1, places.length);
};

/** Removes sets of parts that no longer count. */
export const removeWaste = async (
  table: Table,
  id: OneId,
  waste: readonly Waste[],
): Promise<void> => {
  for (const { unit, epoch } of waste) {
    let after: string | undefined;
    do {
      const page = await table.query({
        pk: customerKey(id).pk,
        skPrefix: partPrefix(unit, epoch),
        ...(after === undefined ? {} : { after }),
      });
      await inParallel(page.items, ({ pk, sk }) =>
        table.write({ kind: 'delete', key: { pk, sk } }),
      );
      after = page.next;
    } while (after !== undefined);
  }
};
