/**
 * Customer rows: reads the live rows of customers, whatever units they lie under.
 * @module
 */
import {
  asMap,
  bucketKey,
  FACT_UNIT_PREFIX,
  parseUnitItem,
  unitItemKey,
} from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { FactRow, PartyRow } from '#domain/profile/profile-view.ts';
import { must } from '#domain/shared/assert.ts';

/** Live rows of one customer. */
export interface CustomerRows {
  readonly parties: readonly PartyRow[];
  readonly facts: readonly FactRow[];
}

/** Rows of several customers, and the units that hold more rows than their buckets should. */
export interface CustomersRead {
  readonly rows: readonly CustomerRows[];
  /** Crowded unit → its number of buckets. */
  readonly crowded: ReadonlyMap<UnitKey, number>;
}

/** Rows that a bucket should hold: about one KB, which is one write unit. */
const ROWS_PER_BUCKET = 6;
/** Most buckets of a unit. */
const MAX_BUCKETS = 4096;

/** Reads the rows of several customers, given by their units, with one read of units and one of buckets. */
export const readCustomerRows = async (
  table: Table,
  customers: readonly (readonly UnitKey[])[],
): Promise<CustomersRead> => {
  const units = [...new Set(customers.flat())];
  const unitItems = byKey(units, await table.getAll(units.map(unitItemKey)));
  const buckets = units.filter(isFactUnit).flatMap((unit) => bucketKeys(unit, unitItems.get(unit)));
  const bucketItems = await table.getAll(buckets.map(({ key }) => key));
  const factsOf = new Map<UnitKey, FactRow[]>();
  for (const [index, { unit }] of buckets.entries()) {
    factsOf.set(unit, [...(factsOf.get(unit) ?? []), ...factsOfBucket(bucketItems[index])]);
  }
  return {
    rows: customers.map((customer) => ({
      parties: customer.flatMap((unit) => partyRow(unit, unitItems.get(unit))),
      facts: customer.flatMap((unit) => factsOf.get(unit) ?? []),
    })),
    crowded: crowdedOf(factsOf, unitItems),
  };
};

const crowdedOf = (
  factsOf: ReadonlyMap<UnitKey, readonly FactRow[]>,
  items: ReadonlyMap<UnitKey, Item>,
): ReadonlyMap<UnitKey, number> =>
  new Map(
    [...factsOf].flatMap(([unit, facts]) => {
      const { buckets } = parseUnitItem(must(items.get(unit), 'item of a unit with buckets'));
      const crowded = facts.length > ROWS_PER_BUCKET * buckets && buckets < MAX_BUCKETS;
      return crowded ? [[unit, buckets] as const] : [];
    }),
  );

const isFactUnit = (unit: UnitKey): boolean => unit.startsWith(FACT_UNIT_PREFIX);

const byKey = (
  units: readonly UnitKey[],
  items: readonly (Item | undefined)[],
): ReadonlyMap<UnitKey, Item> =>
  new Map(units.flatMap((unit, index) => (items[index] ? [[unit, items[index]]] : [])));

const bucketKeys = (
  unit: UnitKey,
  item: Item | undefined,
): readonly { readonly unit: UnitKey; readonly key: Key }[] =>
  item
    ? Array.from({ length: parseUnitItem(item).buckets }, (_, bucket) => ({
        unit,
        key: bucketKey(unit, bucket),
      }))
    : [];

const factsOfBucket = (item: Item | undefined): readonly FactRow[] =>
  Object.entries(item ?? {}).flatMap(([name, value]) => {
    const { as, f: fields, gone } = asMap(value);
    return name.includes('.') && gone !== true && typeof as === 'string'
      ? [{ rowKey: name as SourceRowKey, as, fields: asMap(fields) }]
      : [];
  });

const partyRow = (unit: UnitKey, item: Item | undefined): readonly PartyRow[] => {
  if (isFactUnit(unit) || item?.['fields'] === undefined) return [];
  const { identifiers, ...fields } = asMap(item['fields']);
  return [
    {
      rowKey: unit as string as SourceRowKey,
      fields,
      identifiers: (identifiers ?? []) as unknown as readonly Identifier[],
    },
  ];
};
