/**
 * Contribute: writes the contributions of a batch, bucket by bucket.
 *
 * Rows of one bucket go in one write, since a write costs the whole bucket however many rows it changes. A write that is
 * refused is done again row by row, which tells the rows that were late from the others.
 * @module
 */
import { bucketKey } from '#application/shared/items.ts';
import type { Table, Write } from '#application/shared/table.ts';
import { must } from '#domain/shared/assert.ts';
import { chunksOf } from '#domain/shared/chunks.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { DecidedFact } from './decide-facts.ts';
import { contribution, firstContribution, type Place } from './write-facts.ts';

/** A change, and where its contribution goes. */
export interface PlacedFact {
  readonly entry: DecidedFact;
  readonly place: Place;
}

/** Most rows in one write: a condition names each of them twice. */
const MAX_ROWS_PER_WRITE = 30;

/** Writes contributions, at most one per row; `false` for a row of which an equal or later version is there. */
export const contribute = async (
  table: Table,
  rows: readonly PlacedFact[],
): Promise<readonly boolean[]> => {
  const groups = [...groupBy(rows, ({ place }) => bucketKey(place.unit, place.bucket).pk).values()];
  const parts = groups.flatMap((group) => chunksOf(group, MAX_ROWS_PER_WRITE));
  const written = await table.writeAll(parts.map(writeOf));
  const done = new Set(parts.filter((_, index) => written[index]).flat());
  const again = parts.filter((part, index) => !written[index] && isUncertain(part)).flat();
  const singly = await table.writeAll(
    again.map(({ entry, place }) => contribution(place, entry.change)),
  );
  for (const [index, row] of again.entries()) if (singly[index]) done.add(row);
  return rows.map((row) => done.has(row));
};

const writeOf = (rows: readonly PlacedFact[]): Write => {
  const { place, entry } = must(rows[0], 'row of a bucket');
  const changes = rows.map((row) => row.entry.change);
  return entry.known ? contribution(place, ...changes) : firstContribution(place, ...changes);
};

// One row that was refused in a bucket that may exist was late; anything else may have been refused for another's sake.
const isUncertain = (rows: readonly PlacedFact[]): boolean =>
  rows.length > 1 || rows[0]?.entry.known === false;
