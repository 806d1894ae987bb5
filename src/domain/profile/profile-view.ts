/**
 * Profile view: what is served of one customer, computed from the rows of its evidence units.
 *
 * A pure function of the set of live rows, the view's definition and the question: at which instant, of which brands. The
 * order of rows never matters.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { ProfileFieldDefinition, ViewDefinition } from '#domain/definitions/types.ts';
import { byText } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import {
  brandOf,
  extreme,
  type FactsPartial,
  type SourceShare,
  sharesOf,
  sourceOf,
  todayOf,
} from './facts-partial.ts';
import type { Figures } from './figure-values.ts';
import { figuresOf } from './figures.ts';

/** A live party row of a customer. */
export interface PartyRow {
  readonly rowKey: SourceRowKey;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly identifiers: readonly Identifier[];
}

/** A field of the profile and the row it came from. */
export interface ProfileField {
  readonly value: string | number | boolean;
  readonly source: string;
  readonly row: SourceRowKey;
}

/** An identifier with the sources that know it. */
export interface KnownIdentifier extends Identifier {
  readonly sources: readonly string[];
}

/** The view of one customer. */
export interface ProfileView {
  readonly profile: Readonly<Record<string, ProfileField>>;
  readonly identifiers: readonly KnownIdentifier[];
  readonly measures: Figures;
  readonly sources: readonly SourceShare[];
  readonly lastSeenAt: number | null;
}

/** At which instant a view is asked for, and of which brands. */
export interface ViewQuestion {
  /** Epoch milliseconds. */
  readonly now: number;
  /** All when absent; rows that name no brand are of {@link NO_BRAND}. */
  readonly brands?: readonly string[];
}

/** The view of a customer, from its live party rows and partials that hold each of its live fact rows once. */
export const profileView = (
  definition: ViewDefinition,
  allParties: readonly PartyRow[],
  allPartials: FactsPartial,
  { now, brands }: ViewQuestion,
): ProfileView => {
  const isAsked = (brand: string): boolean => brands === undefined || brands.includes(brand);
  const parties = allParties.filter(({ fields }) => isAsked(brandOf(fields)));
  const partials = allPartials.filter(({ brand }) => isAsked(brand));
  const sources = sharesOf([...parties.map(partyShare), ...partials.flatMap((it) => it.sources)]);
  const { measures, timeZone = 'UTC' } = definition;
  return {
    profile: profileFields(definition.profile, parties),
    identifiers: knownIdentifiers(parties),
    measures: figuresOf(measures, partials, todayOf(definition, now), timeZone),
    sources,
    lastSeenAt: extreme(
      Math.max,
      sources.map(({ lastSeenAt }) => lastSeenAt),
    ),
  };
};

const partyShare = ({ rowKey }: PartyRow): SourceShare => ({
  source: sourceOf(rowKey),
  rows: 1,
  firstSeenAt: null,
  lastSeenAt: null,
});

// The first source listed that has a value wins; within a source the smallest row key, so that ties are settled too.
const profileFields = (
  definitions: readonly ProfileFieldDefinition[],
  parties: readonly PartyRow[],
): Readonly<Record<string, ProfileField>> => {
  const bySource = groupBy(
    [...parties].sort((a, b) => byText(a.rowKey, b.rowKey)),
    ({ rowKey }) => sourceOf(rowKey),
  );
  return Object.fromEntries(
    definitions.flatMap(({ field, sources }) => {
      const winner = sources
        .flatMap((source) => bySource.get(source) ?? [])
        .find((row) => isScalar(row.fields[field]));
      return winner ? [[field, fieldOf(winner, field)] as const] : [];
    }),
  );
};

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const fieldOf = (row: PartyRow, field: string): ProfileField => ({
  value: row.fields[field] as string | number | boolean,
  source: sourceOf(row.rowKey),
  row: row.rowKey,
});

const knownIdentifiers = (parties: readonly PartyRow[]): readonly KnownIdentifier[] => {
  const claims = parties.flatMap(({ rowKey, identifiers }) =>
    identifiers.map((identifier) => ({ identifier, source: sourceOf(rowKey) })),
  );
  const groups = groupBy(claims, ({ identifier: { namespace, scope, value } }) =>
    JSON.stringify([namespace, scope ?? '', value]),
  );
  return [...groups]
    .sort(([a], [b]) => byText(a, b))
    .map(([, known]) => ({
      ...must(known[0], 'claim').identifier,
      verified: known.some(({ identifier }) => identifier.verified),
      sources: [...new Set(known.map(({ source }) => source))].sort(byText),
    }));
};
