/**
 * Parting of changes that are too much for one transaction.
 * @module
 */
import type { StructuralChange } from './world.ts';

/**
 * Where to part changes, as near to the middle as can be; `undefined` when they cannot be parted. A row whose primary
 * key changed stays with the row it was, or its ids would not follow it; a decision is written to both its units at once.
 */
export const middleOf = (changes: readonly StructuralChange[]): number | undefined =>
  Array.from({ length: Math.max(0, changes.length - 1) }, (_, index) => index + 1)
    .sort((a, b) => Math.abs(2 * a - changes.length) - Math.abs(2 * b - changes.length))
    .find((index) => !partsRename(changes.slice(0, index), changes.slice(index)));

const partsRename = (
  before: readonly StructuralChange[],
  after: readonly StructuralChange[],
): boolean =>
  isRenamedTo(before, after) || isRenamedTo(after, before) || isOneDecision(before, after);

const isOneDecision = (
  before: readonly StructuralChange[],
  after: readonly StructuralChange[],
): boolean =>
  before.some(({ decision }) => decision && after.some((other) => other.decision === decision));

const isRenamedTo = (
  some: readonly StructuralChange[],
  others: readonly StructuralChange[],
): boolean => {
  const keys = new Set(others.map(({ key }) => key));
  return some.some(({ renamedFrom }) => renamedFrom !== undefined && keys.has(renamedFrom));
};
