/**
 * Maintain lookups: keeps the items by which service desks search.
 *
 * | item   | pk                    | sk                               | holds |
 * | ------ | --------------------- | -------------------------------- | ----- |
 * | lookup | `L#pseudonym of term` | `longer tails of a phone#row key`| that the row has the term |
 *
 * A lookup names a row and not a customer, so merges and splits touch none. It is only a hint: the search reads the row
 * again, so one that is left behind by a redelivery finds nothing, and a missing one is written with the row's next
 * change. Keys are pseudonyms: nobody reads a name from the table's keys.
 * @module
 */
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Key, Table, Write } from '#application/shared/table.ts';
import { longestTermsOf, type SearchTerm, tailsWithin } from '#domain/profile/search-terms.ts';
import type { TableChange } from './touched.ts';

type Pseudonymise = (namespace: string, scope: string | undefined, value: string) => string;

/** Where a term is looked up: a partition, and what sort keys in it begin with. */
export interface LookupPlace {
  readonly pk: string;
  readonly skPrefix: string;
}

/** Characters of a pseudonym that stand for a longer tail: 36 bits tell those apart that share four digits. */
const NARROWING = 6;
/** Characters of a sort key before the row: two longer tails, and a mark. */
const BEFORE_ROW = 2 * NARROWING + 1;

/** Where a term is looked up. A longer tail of a phone lies where the shortest does, under a narrower sort key. */
export const lookupPlace = (
  pseudonymise: Pseudonymise,
  { kind, value }: SearchTerm,
): LookupPlace => {
  const [first = value, ...longer] = kind === 'phone-tail' ? tailsWithin(value) : [];
  return {
    pk: `L#${pseudonymise('search', kind, first)}`,
    skPrefix: longer.map((tail) => pseudonymise('search', kind, tail).slice(0, NARROWING)).join(''),
  };
};

/** Key of the lookup by which a term finds a row. */
const lookupKey = (pseudonymise: Pseudonymise, term: SearchTerm, row: string): Key => {
  const { pk, skPrefix } = lookupPlace(pseudonymise, term);
  return { pk, sk: `${skPrefix.padEnd(BEFORE_ROW - 1, '-')}#${row}` };
};

/** The row that a lookup names. */
export const rowOfLookup = ({ sk }: Key): string => sk.slice(BEFORE_ROW);

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
    ...[...now]
      .filter(([name]) => !old.has(name))
      // Only when it is not there, which makes it a statement: it holds nothing but its key.
      .map(([, key]): Write => ({ kind: 'put', item: { ...key }, when: { missing: ['pk'] } })),
    ...[...old]
      .filter(([name]) => !now.has(name))
      .map(([, key]): Write => ({ kind: 'delete', key })),
  ];
};

/** The lookups of an item, by key; none unless it is a party row that is not gone. */
export const lookupsOf = (
  pseudonymise: Pseudonymise,
  item: Item | undefined,
): ReadonlyMap<string, Key> => {
  const said = partySaidIn(item);
  if (!item || !said) return new Map();
  const row = item.pk.slice('R#'.length);
  const keys = longestTermsOf({ ...said.fields, identifiers: said.identifiers }).map((term) =>
    lookupKey(pseudonymise, term, row),
  );
  return new Map(keys.map((key) => [`${key.pk} ${key.sk}`, key]));
};
