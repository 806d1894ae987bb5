/**
 * Profile view: what is served of one customer, computed from the rows of its evidence units.
 *
 * A pure function of the set of live rows, the view's definition and the question: at which instant, of which brands. The
 * order of rows never matters.
 * @module
 */
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
import { type Survivor, type SurvivorRow, survive } from './survivorship.ts';

/** A live party row of a customer. */
export interface PartyRow extends SurvivorRow {
  readonly identifiers: readonly Identifier[];
}

/** An identifier with the sources that know it. */
export interface KnownIdentifier extends Identifier {
  readonly sources: readonly string[];
}

/** The view of one customer. */
export interface ProfileView {
  /** Values by field, each with what speaks for and against it. */
  readonly profile: Readonly<Record<string, Survivor>>;
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

const profileFields = (
  definitions: readonly ProfileFieldDefinition[],
  parties: readonly PartyRow[],
): Readonly<Record<string, Survivor>> =>
  Object.fromEntries(
    definitions.flatMap((definition) => {
      const survivor = survive(definition, parties);
      return survivor ? [[definition.field, survivor] as const] : [];
    }),
  );

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
