/**
 * Stored customers: every id of a table with where it leads, and the units that its scope lists of it.
 */
import { customersIn } from '#application/identity/customer-units.ts';
import { type CustomerItem, parseCustomerItem } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';

export interface StoredCustomer extends CustomerItem {
  readonly units: readonly UnitKey[];
}

/** Ids that have an item, in the items' order. */
export const customersOf = (items: readonly Item[]): readonly StoredCustomer[] => {
  const listed = customersIn(items);
  return items
    .filter(({ sk }) => sk === 'CUSTOMER')
    .map(parseCustomerItem)
    .map((entry) => ({ ...entry, units: listed.get(entry.id) ?? [] }));
};
