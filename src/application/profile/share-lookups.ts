/**
 * Sharing of lookups: one row of a customer is found by a term, and stands for all others of it that have the term, too.
 *
 * A summary notes of its party rows which of their terms they have a lookup for. What no row has one for is wanted, and
 * written before the summary is; so a note never tells of a lookup that nobody wrote. When the row that stands for a term
 * leaves the customer, goes, or loses the term, the next summary wants it for another one.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import { longestTermsOf, type SearchTerm } from '#domain/profile/search-terms.ts';
import type { PartyPart, UnitEntry } from './summary.ts';

/** A lookup that has to be there, of a row by one of its terms. */
export interface WantedLookup {
  readonly row: SourceRowKey;
  readonly term: SearchTerm;
}

/** The most telling terms that a row can be found by, in a fixed order. */
export const termsOfRow = ({ fields, identifiers }: PartyRow): readonly SearchTerm[] =>
  longestTermsOf({ ...fields, identifiers });

const nameOf = ({ kind, value }: SearchTerm): string => `${kind} ${value}`;

/** Notes in the entries of a summary what rows are found by from now on; tells which lookups that takes. */
export const shareLookups = (
  entries: Map<UnitKey, UnitEntry>,
  before: ReadonlyMap<UnitKey, UnitEntry> | undefined,
): readonly WantedLookup[] => {
  if (isAsBefore(entries, before)) return [];
  const parties = [...entries].flatMap(([unit, entry]) =>
    entry.kind === 'party' && entry.part
      ? [{ unit, part: entry.part, terms: termsOfRow(entry.part.row) }]
      : [],
  );
  const found = new Set(parties.flatMap(({ part, terms }) => foundBy(part, terms).map(nameOf)));
  return parties.flatMap(({ unit, part, terms }): readonly WantedLookup[] => {
    const wanted = terms.filter((term) => !found.has(nameOf(term)));
    for (const term of wanted) found.add(nameOf(term));
    const lookups = placesOf(terms, new Set([...foundBy(part, terms), ...wanted]));
    entries.set(unit, { kind: 'party', part: { ...part, lookups } });
    return wanted.map((term) => ({ row: part.row.rowKey, term }));
  });
};

// Rows that are all as they were, and looked at before, have what they need.
const isAsBefore = (
  entries: ReadonlyMap<UnitKey, UnitEntry>,
  before: ReadonlyMap<UnitKey, UnitEntry> = new Map(),
): boolean =>
  [...entries].every(([unit, entry]) => isKnown(entry, before.get(unit))) &&
  [...before].every(([unit, { kind }]) => kind !== 'party' || entries.has(unit));

const isKnown = (entry: UnitEntry, before: UnitEntry | undefined): boolean =>
  entry.kind !== 'party' || (entry === before && (!entry.part || entry.part.lookups !== undefined));

const foundBy = (
  { lookups = [] }: PartyPart,
  terms: readonly SearchTerm[],
): readonly SearchTerm[] => lookups.flatMap((place) => terms[place] ?? []);

const placesOf = (
  terms: readonly SearchTerm[],
  chosen: ReadonlySet<SearchTerm>,
): readonly number[] => terms.flatMap((term, place) => (chosen.has(term) ? [place] : []));

/** What a row that changed is still found by. */
export const keptLookups = (
  old: PartyPart | undefined,
  row: PartyRow,
): Pick<PartyPart, 'lookups'> => {
  if (old?.lookups === undefined) return {};
  const known = new Set(foundBy(old, termsOfRow(old.row)).map(nameOf));
  const terms = termsOfRow(row);
  const kept = terms.filter((term) => known.has(nameOf(term)));
  return { lookups: placesOf(terms, new Set(kept)) };
};
