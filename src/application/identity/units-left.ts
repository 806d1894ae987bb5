/**
 * Units left: those that a fact row has been under before, as its registry and its change tell.
 *
 * A worker may die before it has settled them, so the registry keeps them until somebody has.
 * @module
 */
import { parseRowItem, type RowItem } from '#application/shared/items.ts';
import type { Condition } from '#application/shared/table.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { asReadThere } from './as-read.ts';
import type { DecidedFact } from './decided-fact.ts';
import { asRewritten } from './rewrite-facts.ts';
import type { Place } from './write-facts.ts';

/** How one row came out: `again` must be read again, for something was not as believed; `failed` is to be delivered again. */
export type RowResult = 'applied' | 'stale' | 'again' | 'failed';

/**
 * Where a row's registry may forget the units that were settled, and on which condition: that it still names those. A move
 * writes the units left together with its version and place, so these tell which ones were settled here.
 */
export const settledAt = (
  { change, row, step, place }: DecidedFact,
  result: RowResult | undefined,
): { readonly key: SourceRowKey; readonly when: Condition } | undefined => {
  const { rowKey: key, version } = change;
  if (isToCome(result)) return undefined;
  if (step.step === 'move' || step.step === 'rewrite') {
    if (result !== 'applied') return undefined;
    if (step.step === 'move') return { key, when: asMoved(step.row, version, place) };
    return { key, when: asRewritten(change, step.row, place) };
  }
  const registry = row && parseRowItem(row);
  return registry && registry.leaving.length > 0 ? { key, when: asReadThere(registry) } : undefined;
};

// One that is read anew moves at the version that it has.
const asMoved = (row: RowItem, version: RowVersion, place: Place | undefined): Condition => {
  const { unit: _unit, bucket: _bucket, ...moved } = row;
  return asReadThere({ ...moved, ...place, version });
};

const isToCome = (result: RowResult | undefined): boolean =>
  result === 'again' || result === 'failed';

/**
 * Units that a row may have left: they are settled whatever became of the row.
 * @param supported whether another row of its unit was live when it was taken out there
 */
export const unitsLeft = (
  { change, row, step }: DecidedFact,
  supported: boolean,
): readonly UnitKey[] => {
  const { unit, leaving = [] } = row ? parseRowItem(row) : {};
  const isLeft = MOVES.has(step.step) || (!change.after && !supported);
  const to = 'to' in step ? step.to : undefined;
  return isLeft && unit !== undefined && unit !== to ? [...leaving, unit] : leaving;
};

const MOVES: ReadonlySet<string> = new Set(['move', 'rewrite']);
