/**
 * Customer rows: the live rows of a customer, whatever units they lie under.
 *
 * The stored view holds sums; who lists entries or may see a part needs the rows themselves. One read of the units, one
 * of their buckets.
 * @module
 */
import { bucketKeysOf, partyRow } from '#application/profile/unit-parts.ts';
import { liveContributionsIn } from '#application/shared/contributions.ts';
import { unitItemKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { FactRow } from '#domain/profile/facts-partial.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';

/** Live rows of one customer. */
export interface CustomerRows {
  readonly parties: readonly PartyRow[];
  readonly facts: readonly FactRow[];
}

/** Reads the rows of the customer that consists of these units. */
export const readCustomerRows = async (
  table: Table,
  units: readonly UnitKey[],
): Promise<CustomerRows> => {
  const items = await table.getAll(units.map(unitItemKey));
  const buckets = await table.getAll(
    units.flatMap((unit, index) => bucketKeysOf(unit, items[index])),
  );
  return {
    parties: items.flatMap((item) => partyRow(item) ?? []),
    facts: buckets.flatMap((bucket) =>
      liveContributionsIn(bucket).map(({ rowKey, fact }) => ({ rowKey, ...fact })),
    ),
  };
};
