/**
 * Log of an erasure: which objects it changed, and how many records it took out of each.
 *
 * An entry is written before its object is touched and never again, so a crash in between neither hides a change nor
 * counts it twice.
 * @module
 */
import { LOG_PREFIX, logKey } from '#application/shared/erasure-items.ts';
import type { Table } from '#application/shared/table.ts';
import type { ErasedObject } from '#domain/operate/erasure-certificate.ts';
import { planItems } from './plan.ts';

/** Notes that an object is about to be changed. */
export const logObject = async (
  table: Table,
  id: string,
  { store, object, records, outcome }: ErasedObject,
): Promise<void> => {
  await table.write({
    kind: 'put',
    item: { ...logKey(id, store, object), store, object, records, outcome },
    when: { missing: ['pk'] },
  });
};

/** The objects that were changed, in the order of their stores and keys. */
export const loggedObjects = async (table: Table, id: string): Promise<readonly ErasedObject[]> => {
  const objects: ErasedObject[] = [];
  for await (const item of planItems(table, id, LOG_PREFIX)) {
    const { store, object, records, outcome } = item;
    objects.push({
      store: String(store),
      object: String(object),
      records: Number(records),
      outcome: outcome as ErasedObject['outcome'],
    });
  }
  return objects;
};
