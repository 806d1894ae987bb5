/**
 * Maintain lookups: keeps the items by which service desks search.
 *
 * | item   | pk                    | sk            | holds |
 * | ------ | --------------------- | ------------- | ----- |
 * | lookup | `L#pseudonym of term` | `ROW#row key` | that the row has the term |
 *
 * A lookup names a row and not a customer, so merges and splits touch none. It is only a hint: the search reads the row
 * again, so one that is left behind by a redelivery finds nothing, and a missing one is written with the row's next
 * change. Keys are pseudonyms: nobody reads a name from the table's keys.
 * @module
 */
import type { TableChange } from '#application/profile/touched.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Key, Table, Write } from '#application/shared/table.ts';
import { type SearchTerm, termsOf } from '#domain/serve/search-terms.ts';

type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** Sort key prefix of lookups. */
export const LOOKUP_PREFIX = 'ROW#';

/** Partition of a term. */
export const lookupPartition = (pseudonymise: Pseudonymise, { kind, value }: SearchTerm): string =>
  `L#${pseudonymise('search', kind, value)}`;

/** What maintaining needs. */
export interface LookupPorts {
  readonly table: Table;
  readonly pseudonymise: Pseudonymise;
}

/** Writes and removes the lookups that a batch of table changes asks for; gives their number. Safe to repeat. */
export const maintainLookups = async (
  { table, pseudonymise }: LookupPorts,
  changes: readonly TableChange[],
): Promise<number> => {
  const writes = new Map<string, Write>();
  // Later changes of an item come later in the batch, and win.
  for (const write of changes.flatMap((change) => writesFor(pseudonymise, change))) {
    const key = write.kind === 'put' ? write.item : write.key;
    writes.set(`${key.pk} ${key.sk}`, write);
  }
  await table.writeAll([...writes.values()]);
  return writes.size;
};

const writesFor = (
  pseudonymise: Pseudonymise,
  { before, after }: TableChange,
): readonly Write[] => {
  const [old, now] = [lookupsOf(pseudonymise, before), lookupsOf(pseudonymise, after)];
  return [
    ...[...now.values()]
      .filter(({ pk }) => !old.has(pk))
      // Only when it is not there, which makes it a statement: it holds nothing but its key.
      .map((key): Write => ({ kind: 'put', item: { ...key }, when: { missing: ['pk'] } })),
    ...[...old.values()]
      .filter(({ pk }) => !now.has(pk))
      .map((key): Write => ({ kind: 'delete', key })),
  ];
};

const lookupsOf = (
  pseudonymise: Pseudonymise,
  item: Item | undefined,
): ReadonlyMap<string, Key> => {
  const said = partySaidIn(item);
  if (!item || !said) return new Map();
  const row = item.pk.slice('R#'.length);
  const partitions = termsOf({ ...said.fields, identifiers: said.identifiers }).map((term) =>
    lookupPartition(pseudonymise, term),
  );
  return new Map(partitions.map((pk) => [pk, { pk, sk: `${LOOKUP_PREFIX}${row}` }]));
};
