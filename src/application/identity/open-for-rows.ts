/**
 * Opens units for rows that are about to come to them: takes off the seal of somebody who is about to remove the unit,
 * or died over it, and gives a unit the buckets that its rows were placed in.
 * @module
 */
import { inParallel } from '#application/shared/in-parallel.ts';
import { markIn, parseUnitItem } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { type DecidedFact, placeIn } from './decided-fact.ts';
import { growTo, openBuckets, openUnit } from './settle-unit.ts';

/**
 * Opens the units of rows that are to lie there, as far as what was read shows the need. All of them are there.
 * @returns rows that may not be written as decided: their unit did not get the buckets that they were placed in, and
 * nobody seals a bucket that a unit does not have
 */
export const openForRows = async (
  table: Table,
  rows: readonly DecidedFact[],
): Promise<ReadonlySet<DecidedFact>> => {
  const groups = [...groupBy(rows.filter(isClosed), (row) => placeIn(row).unit).values()];
  const opened = await inParallel(groups, (group) => openOne(table, group));
  return new Set(groups.filter((_, index) => !opened[index]).flat());
};

const isClosed = ({ unit, bucket, buckets }: DecidedFact): boolean =>
  markIn(unit) !== undefined ||
  markIn(bucket) !== undefined ||
  (parseUnitItem(unit)?.buckets ?? 0) < buckets;

/** `false` when the unit did not get its buckets. */
const openOne = async (table: Table, rows: readonly DecidedFact[]): Promise<boolean> => {
  const { unit } = must(rows[0], 'row of a unit');
  const { evidence, dying, buckets } = must(parseUnitItem(unit), 'unit that is there');
  if (dying !== undefined) await openUnit(table, evidence.key);
  const wanted = Math.max(...rows.map((row) => row.buckets));
  if (wanted > buckets && !(await growTo(table, evidence.key, wanted))) return false;
  const sealed = rows.filter((row) => markIn(row.bucket) !== undefined).map(placeIn);
  const numbers = new Set(sealed.map(({ bucket }) => bucket));
  numbers.delete(0);
  await openBuckets(table, evidence.key, [...numbers]);
  return true;
};
