/**
 * Reading a fact anew: a change that is there already, delivered again, names another unit by the definitions in force than
 * by those that it was written under. It moves the row as a later change would.
 * @module
 */
import { parseRowItem } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { FactChange } from './row-change.ts';
import type { FactStep } from './write-facts.ts';

/** The step of a change of just the version that the registry has; `undefined` when it says what is there. */
export const rereadFact = (change: FactChange, item: Item | undefined): FactStep | undefined => {
  if (!item || !change.after || change.columns) return undefined;
  const row = parseRowItem(item);
  const to = change.after.unit?.key;
  if (row.version !== change.version || row.deleted || row.unit === to) return undefined;
  return { step: 'move', row, ...(to === undefined ? {} : { to }) };
};
