/**
 * Stale moves: a row that was changed or deleted in its place has a later version there than in the registry.
 *
 * The commit of a move finds that out, too, but only after a unit was made for it, and an id with the unit. A replay of
 * old changes over live data must not even issue an id, so whoever is about to move a row looks at it first.
 * @module
 */
import { versionIn } from '#application/shared/contributions.ts';
import { bucketKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { FactChange } from './row-change.ts';
import type { FactStep } from './write-facts.ts';

/** Turns moves that come too late into skips; costs a read when there are moves. */
export const skipStaleMoves = async <
  Entry extends { readonly change: FactChange; readonly step: FactStep },
>(
  table: Table,
  entries: readonly Entry[],
): Promise<readonly Entry[]> => {
  const moves = entries.flatMap(({ change, step }) => {
    const { unit, bucket } = step.step === 'move' ? step.row : {};
    if (unit === undefined || bucket === undefined) return [];
    return [{ row: change.rowKey, key: bucketKey(unit, bucket) }];
  });
  if (moves.length === 0) return entries;
  const buckets = await table.getAll(moves.map(({ key }) => key));
  const versions = new Map(moves.map(({ row }, index) => [row, versionIn(buckets[index], row)]));
  return entries.map((entry) =>
    (versions.get(entry.change.rowKey) ?? '') > entry.change.version
      ? { ...entry, step: { step: 'skip' } }
      : entry,
  );
};
