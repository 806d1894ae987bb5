/**
 * Customer rows: the live rows of a customer, whatever units they lie under.
 *
 * The stored view holds sums; who lists entries or may see a part needs the rows themselves. One read of the units, one
 * of their buckets.
 * @module
 */
import { liveContributionsIn } from '#application/shared/contributions.ts';
import {
  bucketKey,
  FACT_UNIT_PREFIX,
  parseUnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { FactRow, PartyRow } from '#domain/profile/profile-view.ts';

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
  const buckets = await table.getAll(units.flatMap((unit, index) => bucketsOf(unit, items[index])));
  return {
    parties: units.flatMap((unit, index) => partyOf(unit, items[index])),
    facts: buckets.flatMap((bucket) =>
      liveContributionsIn(bucket).map(({ rowKey, fact }) => ({ rowKey, ...fact })),
    ),
  };
};

const isFactUnit = (unit: UnitKey): boolean => unit.startsWith(FACT_UNIT_PREFIX);

const bucketsOf = (unit: UnitKey, item: Item | undefined): readonly Key[] =>
  item && isFactUnit(unit)
    ? Array.from({ length: parseUnitItem(item).buckets }, (_, bucket) => bucketKey(unit, bucket))
    : [];

const partyOf = (unit: UnitKey, item: Item | undefined): readonly PartyRow[] => {
  const said = partySaidIn(item);
  return said ? [{ rowKey: unit as string as SourceRowKey, ...said }] : [];
};
