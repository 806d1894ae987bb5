/**
 * Growth of units: a unit gets twice the buckets when the later half of those it has is full. Rows keep their bucket, new
 * rows spread over what is the later half then.
 *
 * Of a unit in the summary the rows are known. Of one whose parts lie apart they are estimated: when a row comes to a
 * bucket that holds more than it should by half, which is rare while there are enough buckets, some parts are looked at.
 * @module
 */
import {
  earlierBuckets,
  IS_THERE,
  IS_UNSEALED,
  MAX_BUCKETS,
  ROWS_IN_SECOND_BUCKET,
  ROWS_PER_BUCKET,
} from '#application/identity/write-facts.ts';
import { unitItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { PartialContext } from '#domain/profile/facts-partial.ts';
import type { Composed } from './compose.ts';
import type { Draft } from './draft.ts';
import { sampleRows } from './parts-apart.ts';
import { rowsIn, rowsOf } from './summary.ts';
import type { Buckets } from './tasks.ts';
import { bucketPartial } from './unit-parts.ts';

/** Parts looked at to estimate the rows of a unit. */
const SAMPLE = 8;
/** Rows that the buckets which rows are spread over hold on average, so that few hold more than one should. */
const SPREAD_ROWS = 0.75 * ROWS_PER_BUCKET;
/** Rows from which on a bucket makes one look. */
const CROWDED = 1.5 * ROWS_PER_BUCKET;

/** Doubles the buckets of units that have outgrown theirs, of those just changed. */
export const growUnits = async (
  table: Table,
  context: PartialContext,
  drafts: readonly Draft[],
  composed: readonly Composed[],
  buckets: Buckets,
): Promise<void> => {
  const full = new Map<UnitKey, number>();
  for (const [index, draft] of drafts.entries()) {
    for (const unit of new Set(draft.task.images.map((image) => image.unit))) {
      const has = buckets.get(unit);
      if (has === undefined || has >= MAX_BUCKETS) continue;
      const mean = await rowsPerBucket(table, context, draft, composed[index], unit, has);
      if (mean >= fullAt(has)) full.set(unit, has);
    }
  }
  await table.writeAll(
    [...full].map(([unit, has]) => ({
      kind: 'update',
      key: unitItemKey(unit),
      set: { buckets: has * 2 },
      when: { all: [IS_THERE, IS_UNSEALED, { equals: [['buckets'], has] }] },
    })),
  );
};

const fullAt = (buckets: number): number => (buckets > 2 ? SPREAD_ROWS : ROWS_IN_SECOND_BUCKET);

/** Mean of the rows in the later half of a unit's buckets. */
const rowsPerBucket = async (
  table: Table,
  context: PartialContext,
  { task }: Draft,
  composed: Composed | undefined,
  unit: UnitKey,
  has: number,
): Promise<number> => {
  const entry = composed?.summary.units.get(unit);
  const first = earlierBuckets(has);
  if (entry?.kind === 'facts') {
    const later = [...entry.buckets].filter(([bucket]) => bucket >= first);
    return rowsIn({ ...entry, buckets: new Map(later) }) / (has - first);
  }
  if (composed === undefined || entry?.kind !== 'apart') return 0;
  const images = task.images.filter((image) => image.unit === unit);
  const isFull = images.some(
    ({ item, adds }) => adds && rowsOf(bucketPartial(context, item)) >= CROWDED,
  );
  if (!isFull) return 0;
  const places = Array.from({ length: SAMPLE }, (_, n) => ({
    id: task.id,
    unit,
    epoch: entry.epoch,
    bucket: first + Math.floor((n * (has - first)) / SAMPLE),
  }));
  return sampleRows(table, places, composed.summary.measures);
};
