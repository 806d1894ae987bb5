/**
 * Parts of scopes that workers left behind who died: found and removed as the reconciler does it.
 */
import { examineItem } from '#application/operate/reconcile/examine-items.ts';
import { surroundingsOn } from '#application/operate/reconcile/surroundings.ts';
import type { Item, Table } from '#application/shared/table.ts';

/** Whether an item is a part of a scope. */
export const isPart = ({ sk }: Item): boolean => sk === 'PART';

/** Removes a part if no scope names it; tells whether it did. */
export const removePartLeft = async (table: Table, part: Item): Promise<boolean> => {
  const [finding] = await examineItem(surroundingsOn(table), part);
  if (finding === undefined) return false;
  const { remedy } = finding;
  if (typeof remedy !== 'object' || remedy.kind !== 'write') throw new Error('no remedy');
  return (await table.transact(remedy.actions)).done;
};
