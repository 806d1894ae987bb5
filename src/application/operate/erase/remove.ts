/**
 * Remove: takes away the items that retracted rows leave: tombstones, which name the row, and ids, which name the anchor.
 *
 * Of an id nothing stays but that it was erased, so that it answers 410 for ever.
 * @module
 */
import { correctionPartition } from '#application/shared/corrections.ts';
import { erasedIdKey } from '#application/shared/erasure-items.ts';
import { inParallel } from '#application/shared/in-parallel.ts';
import { customerKey, parseCustomerItem } from '#application/shared/items.ts';
import { allItemsIn } from '#application/shared/partition-items.ts';
import type { Table, Write } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { ErasurePlan } from './plan.ts';
import type { ErasePorts } from './ports.ts';

/** Removes what a plan names, and ids that were laid for its units and never issued. Safe to repeat. */
export const removeItems = async (
  ports: Pick<ErasePorts, 'table' | 'mint'>,
  plan: Pick<ErasurePlan, 'rows' | 'units' | 'ids' | 'items'>,
  erasedAt: number,
): Promise<void> => {
  const { table } = ports;
  const keys = plan.items.map(({ pk, sk }): Write => ({ kind: 'delete', key: { pk, sk } }));
  await table.writeAll(keys);
  const anchored = await inParallel(anchorsOf(plan), (anchor) => idsAnchoredAt(ports, anchor));
  for (const id of new Set([...plan.ids, ...anchored.flat()]))
    await removeCustomer(table, id, erasedAt);
};

/** Units that may have anchored an id; of a row that only the archive knows, what would have been its unit. */
const anchorsOf = ({ rows, units }: Pick<ErasurePlan, 'rows' | 'units'>): readonly UnitKey[] => [
  ...new Set([
    ...units,
    ...rows.filter(({ kind }) => kind !== 'fact').map(({ rowKey }) => rowKey as string as UnitKey),
  ]),
];

/**
 * A worker that lost a race has laid an id that no scope lists, and its item names the anchor. No scope leads to it, so it is
 * looked for by minting: ids of an anchor are taken in order.
 */
const idsAnchoredAt = async (
  { table, mint }: Pick<ErasePorts, 'table' | 'mint'>,
  anchor: UnitKey,
): Promise<readonly OneId[]> => {
  const found: OneId[] = [];
  for (let attempt = 0; ; attempt++) {
    const id = mint(anchor, attempt);
    const [item, erased] = await table.getAll([customerKey(id), erasedIdKey(id)]);
    if (item && parseCustomerItem(item).anchor === anchor) found.push(id);
    if (!item && !erased) return found;
  }
};

const removeCustomer = async (table: Table, id: OneId, erasedAt: number): Promise<void> => {
  const mark = erasedIdKey(id);
  await table.write({
    kind: 'put',
    item: { ...mark, at: new Date(erasedAt).toISOString() },
    when: { missing: ['pk'] },
  });
  const own = await allItemsIn(table, { pk: customerKey(id).pk });
  const corrections = await allItemsIn(table, { pk: correctionPartition(id) });
  const keys = [...own.filter(({ sk }) => sk !== mark.sk), ...corrections];
  await table.writeAll(keys.map(({ pk, sk }): Write => ({ kind: 'delete', key: { pk, sk } })));
};
