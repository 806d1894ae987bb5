/**
 * Remove: takes away the items that retracted rows leave: tombstones, which name the row, and ids, which name the anchor.
 *
 * Of an id nothing stays but that it was erased, so that it answers 410 for ever.
 * @module
 */
import { correctionPartition } from '#application/shared/corrections.ts';
import { erasedIdKey } from '#application/shared/erasure-items.ts';
import { customerKey } from '#application/shared/items.ts';
import type { Item, Table, Write } from '#application/shared/table.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { ErasurePlan } from './plan.ts';

/** Removes what a plan names. Safe to repeat. */
export const removeItems = async (
  table: Table,
  { ids, items }: Pick<ErasurePlan, 'ids' | 'items'>,
  erasedAt: number,
): Promise<void> => {
  await table.writeAll(items.map(({ pk, sk }): Write => ({ kind: 'delete', key: { pk, sk } })));
  for (const id of ids) await removeCustomer(table, id, erasedAt);
};

const removeCustomer = async (table: Table, id: OneId, erasedAt: number): Promise<void> => {
  const mark = erasedIdKey(id);
  await table.write({
    kind: 'put',
    item: { ...mark, at: new Date(erasedAt).toISOString() },
    when: { missing: ['pk'] },
  });
  const own = await itemsOf(table, customerKey(id).pk);
  const corrections = await itemsOf(table, correctionPartition(id));
  const keys = [...own.filter(({ sk }) => sk !== mark.sk), ...corrections];
  await table.writeAll(keys.map(({ pk, sk }): Write => ({ kind: 'delete', key: { pk, sk } })));
};

const itemsOf = async (table: Table, pk: string): Promise<readonly Item[]> => {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    const page = await table.query({ pk, ...(after === undefined ? {} : { after }) });
    items.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return items;
};
