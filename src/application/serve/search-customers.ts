/**
 * Search customers: by name, by the last digits of a phone number, or both. For service desks.
 *
 * Bounded: of every term at most {@link MAX_ROWS} rows are looked at, and at most {@link MAX_FOUND} customers shown.
 * Who is shown must have the terms now: the row is read again.
 * @module
 */
import {
  type LookupPorts,
  lookupPlace,
  rowOfLookup,
} from '#application/profile/maintain-lookups.ts';
import { rowItemKey, type ScopeId } from '#application/shared/items.ts';
import { partySaidIn } from '#application/shared/party-row.ts';
import type { Key } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import { type SearchTerm, termsOf } from '#domain/profile/search-terms.ts';
import { readOwners } from './read-owners.ts';

/** Rows looked at per term. */
const MAX_ROWS = 300;
/** Customers shown. */
const MAX_FOUND = 20;

/** Who has all the terms, and whether there may be more. */
export interface SearchResult {
  readonly customers: readonly OneId[];
  readonly hasMore: boolean;
}

/** Finds the customers with a party row, or several, that have all the terms. */
export const searchCustomers = async (
  ports: LookupPorts,
  terms: readonly SearchTerm[],
): Promise<SearchResult> => {
  const pages = await Promise.all(terms.map((term) => rowsOf(ports, term)));
  const rows = [...new Set(pages.flatMap((page) => page.rows))];
  const owners = await ownersOf(
    ports,
    rows.map((row) => rowItemKey(row as SourceRowKey)),
  );
  const all = [...owners].filter(([, held]) => terms.every((term) => held.has(nameOf(term))));
  return {
    customers: all
      .map(([id]) => id)
      .sort()
      .slice(0, MAX_FOUND),
    hasMore: all.length > MAX_FOUND || pages.some((page) => page.hasMore),
  };
};

const rowsOf = async ({ table, pseudonymise }: LookupPorts, term: SearchTerm) => {
  const place = lookupPlace(pseudonymise, term);
  const { items, next } = await table.query({ ...place, limit: MAX_ROWS });
  return { rows: items.map(rowOfLookup), hasMore: next !== undefined };
};

const nameOf = ({ kind, value }: SearchTerm): string => `${kind} ${value}`;

/** Customers of these rows, each with the terms that its rows have. */
const ownersOf = async (
  { table }: LookupPorts,
  rows: readonly Key[],
): Promise<ReadonlyMap<OneId, ReadonlySet<string>>> => {
  const { placed, ownerOf } = await readOwners(table, () => partiesOf(table, rows));
  const held = new Map<OneId, Set<string>>();
  for (const { unit, said } of placed) {
    const owner = ownerOf.get(unit);
    if (owner === undefined) continue;
    const terms = held.get(owner) ?? new Set();
    const { fields, identifiers } = said;
    for (const term of termsOf({ ...fields, identifiers })) terms.add(nameOf(term));
    held.set(owner, terms);
  }
  return held;
};

/** Party rows that are there, as units. */
const partiesOf = async (table: LookupPorts['table'], rows: readonly Key[]) =>
  (await table.getAll(rows)).flatMap((item) => {
    const said = partySaidIn(item);
    if (!item || !said || typeof item['scope'] !== 'string') return [];
    const unit = item.pk.slice('R#'.length) as UnitKey;
    return [{ unit, scope: item['scope'] as ScopeId, said }];
  });
