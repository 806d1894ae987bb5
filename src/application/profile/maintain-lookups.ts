/**
 * Maintain lookups: keeps the items by which service desks search.
 *
 * | item   | pk                    | sk                               | holds |
 * | ------ | --------------------- | -------------------------------- | ----- |
 * | lookup | `L#pseudonym of term` | `longer tails of a phone#row key`| that the row has the term |
 *
 * A lookup names a row and not a customer, so it stays right through merges and splits. Of the rows of a customer that share
 * a term one has the lookup ({@link module:application/profile/share-lookups}). It is only a hint: the search reads the
 * row again, so one that is left behind finds nothing. Keys are pseudonyms: nobody reads a name from the table's keys.
 * @module
 */
import { LOOKUP_PREFIX, rowItemKey } from '#application/shared/items.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Item, Key, Table, Write } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import { longestTermsOf, type SearchTerm, tailsWithin } from '#domain/profile/search-terms.ts';
import type { WantedLookup } from './share-lookups.ts';
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
    pk: `${LOOKUP_PREFIX}${pseudonymise('search', kind, first)}`,
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

/** Writes lookups; gives their number. Safe to repeat. */
export const putLookups = async (
  { table, pseudonymise }: LookupPorts,
  wanted: readonly WantedLookup[],
): Promise<number> => {
  // Only when it is not there, which makes it a statement: it holds nothing but its key.
  const writes = wanted.map(({ row, term }): Write => {
    const item = { ...lookupKey(pseudonymise, term, row) };
    return { kind: 'put', item, when: { missing: ['pk'] } };
  });
  await table.writeAll(writes);
  return writes.length;
};

/**
 * Removes the lookups of terms that rows have lost with a batch of table changes; gives their number. Rows are read as they
 * are now, so repeating an old batch removes nothing that counts. A lookup that was never there is removed as well.
 */
export const removeLookups = async (
  ports: () => Promise<LookupPorts>,
  changes: readonly TableChange[],
): Promise<number> => {
  const losing = changes.filter(({ before, after }) => mayLose(before, after));
  if (losing.length === 0) return 0;
  const { table, pseudonymise } = await ports();
  const lost = new Map<string, Key>();
  for (const { before, after } of losing) {
    const now = lookupsOf(pseudonymise, after);
    for (const [name, key] of lookupsOf(pseudonymise, before))
      if (!now.has(name)) lost.set(name, key);
  }
  const rows = [...new Set([...lost.values()].map(rowOfLookup))];
  const items = await table.getAll(rows.map((row) => rowItemKey(row as SourceRowKey)));
  const kept = new Set(items.flatMap((item) => [...lookupsOf(pseudonymise, item).keys()]));
  const deletes = [...lost].flatMap(([name, key]): readonly Write[] =>
    kept.has(name) ? [] : [{ kind: 'delete', key }],
  );
  await table.writeAll(deletes);
  return deletes.length;
};

const mayLose = (before: Item | undefined, after: Item | undefined): boolean =>
  before?.['said'] !== undefined && before['said'] !== after?.['said'];

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
