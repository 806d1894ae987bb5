/**
 * Find order: who placed an order, by its number, for the counter where it is picked up.
 *
 * The number is the primary key of an order table, so it names a registry item directly; unit and scope lead from there
 * to the customer. No index is needed, and the search is one read per table that has orders.
 * @module
 */
import { parseRowItem, parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Key, Table } from '#application/shared/table.ts';
import { type SourceRowKey, sourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { type PlacedUnit, readOwners } from './read-owners.ts';

/** Who placed the orders of this number; several when two sources use the same number. */
export const findOrder = async (
  table: Table,
  definitions: Definitions,
  orderNumber: string,
): Promise<readonly OneId[]> => {
  const rows = orderRows(definitions, orderNumber).map(rowItemKey);
  const { ownerOf } = await readOwners(table, () => unitsOf(table, rows));
  return [...new Set(ownerOf.values())];
};

const unitsOf = async (table: Table, rows: readonly Key[]): Promise<readonly PlacedUnit[]> => {
  const units = (await table.getAll(rows)).flatMap((item) => {
    const row = item && parseRowItem(item);
    return row?.unit !== undefined && !row.deleted ? [row.unit] : [];
  });
  const items = await table.getAll(units.map(unitItemKey));
  return units.flatMap((unit, index) => {
    const scope = parseUnitItem(items[index])?.scope;
    return scope === undefined ? [] : [{ unit, scope }];
  });
};

const orderRows = ({ sources }: Definitions, orderNumber: string): readonly SourceRowKey[] =>
  Object.values(sources).flatMap(({ source, tables }) =>
    Object.values(tables)
      .filter(({ as, kind, key }) => as === 'order' && kind === 'fact' && key.length === 1)
      .map(({ table }) => sourceRowKey(source, table, [orderNumber])),
  );
