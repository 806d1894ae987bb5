/**
 * Stored customers: every id of a table with where it leads, and the units that its scope lists of it.
 */
import { customersIn } from '#application/identity/customer-units.ts';
import { scopesAmong } from '#application/identity/scope-store.ts';
import { type CustomerItem, isLive, parseCustomerItem } from '#application/shared/items.ts';
import type { Item } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';

export interface StoredCustomer extends CustomerItem {
  readonly units: readonly UnitKey[];
}

/** Ids that were issued, in the items' order; one that was laid, and whose commit never came, is none. */
export const issuedIn = (items: readonly Item[]): readonly CustomerItem[] => {
  const listed = new Set(
    [...scopesAmong(items).values()].flatMap(({ ledger }) => ledger.map(({ id }) => id)),
  );
  return items
    .filter(({ sk }) => sk === 'CUSTOMER')
    .map(parseCustomerItem)
    .filter((entry) => !isLive(entry) || listed.has(entry.id));
};

/** The same, with their units. */
export const customersOf = (items: readonly Item[]): readonly StoredCustomer[] => {
  const listed = customersIn(items);
  return issuedIn(items).map((entry) => ({ ...entry, units: listed.get(entry.id) ?? [] }));
};
