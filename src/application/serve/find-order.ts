/**
 * Find order: who placed an order, by its number, for the counter where it is picked up.
 *
 * The number is the primary key of an order table, so it names a registry item directly; unit and scope lead from there
 * to the customer. No index is needed, and the search is one read per table that has orders.
 * @module
 */
import { readScopes } from '#application/identity/world.ts';
import { parseRowItem, parseUnitItem, rowItemKey, unitItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import { type SourceRowKey, sourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';

/** Who placed the orders of this number; several when two sources use the same number. */
export const findOrder = async (
  table: Table,
  definitions: Definitions,
  orderNumber: string,
): Promise<readonly OneId[]> => {
  const rows = await table.getAll(orderRows(definitions, orderNumber).map(rowItemKey));
  const units = rows.flatMap((item) => {
    const row = item && parseRowItem(item);
    return row?.unit !== undefined && !row.deleted ? [row.unit] : [];
  });
  return ownersOf(table, units);
};

const orderRows = ({ sources }: Definitions, orderNumber: string): readonly SourceRowKey[] =>
  Object.values(sources).flatMap(({ source, tables }) =>
    Object.values(tables)
      .filter(({ as, kind, key }) => as === 'order' && kind === 'fact' && key.length === 1)
      .map(({ table }) => sourceRowKey(source, table, [orderNumber])),
  );

/** The customers that units belong to now. */
const ownersOf = async (table: Table, units: readonly UnitKey[]): Promise<readonly OneId[]> => {
  const items = await table.getAll(units.map(unitItemKey));
  const scopes = await readScopes(
    table,
    items.flatMap((item) => parseUnitItem(item)?.scope ?? []),
  );
  const owners = scopes
    .flatMap(({ scope }) => scope.customers)
    .filter((customer) => customer.units.some((unit) => units.includes(unit)));
  return [...new Set(owners.map(({ id }) => id))];
};
