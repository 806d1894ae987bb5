/**
 * Units left: those that a fact row has been under before, as its registry and its change tell.
 *
 * A worker may die before it has settled them, so the registry keeps them until somebody has.
 * @module
 */
import { parseRowItem } from '#application/shared/items.ts';
import type { Condition } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { asReadThere } from './as-read.ts';
import type { DecidedFact } from './decide-facts.ts';
import { asRewritten, placeAfter } from './rewrite-facts.ts';

/** How one row came out: `again` lost a race and must be read again. */
export type RowResult = 'applied' | 'stale' | 'again';

/**
 * Where a row's registry may forget the units that were settled, and on which condition: that it still names those. A move
 * writes the units left together with its version, so the version tells which ones were settled here.
 */
export const settledAt = (
  { change, row, step, buckets }: DecidedFact,
  result: RowResult | undefined,
): { readonly key: SourceRowKey; readonly when: Condition } | undefined => {
  const { rowKey: key, version } = change;
  if (result === 'again') return undefined;
  if (step.step === 'move' || step.step === 'rewrite') {
    if (result !== 'applied') return undefined;
    if (step.step === 'move') return { key, when: { equals: [['v'], version] } };
    return { key, when: asRewritten(change, step.row, placeAfter(change, step, buckets)) };
  }
  const registry = row && parseRowItem(row);
  return registry && registry.leaving.length > 0 ? { key, when: asReadThere(registry) } : undefined;
};

/** Units that a row may have left: they are settled whatever became of the row. */
export const unitsLeft = ({ change, row, step }: DecidedFact): readonly UnitKey[] => {
  const left = row ? parseRowItem(row).leaving : [];
  if (step.step === 'move' || step.step === 'rewrite') {
    const { unit } = step.row ?? {};
    return unit === undefined || unit === step.to ? left : [...left, unit];
  }
  if (step.step === 'contribute' && !change.after) return [...left, step.place.unit];
  return left;
};
