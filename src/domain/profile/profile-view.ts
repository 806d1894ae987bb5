/**
 * Profile view: what is served of one customer, computed from the rows of its evidence units.
 *
 * A pure function of the set of live rows and the view's definition; the order of rows never matters.
 * @module
 */
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { ProfileFieldDefinition, ViewDefinition } from '#domain/definitions/types.ts';
import { byText } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import { must } from '#domain/shared/assert.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import { combineMeasure, type Fact, foldMeasure, latestOf, type MeasureValue } from './measure.ts';

/** A live party row of a customer. */
export interface PartyRow {
  readonly rowKey: SourceRowKey;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly identifiers: readonly Identifier[];
}

/** A live fact row of a customer. */
export interface FactRow extends Fact {
  readonly rowKey: SourceRowKey;
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

/** What one source contributes. */
export interface SourceShare {
  readonly source: string;
  readonly rows: number;
  /** Latest business time (`at`) among its facts, epoch milliseconds. */
  readonly lastSeenAt: number | null;
}

/** The view of one customer. */
export interface ProfileView {
  readonly profile: Readonly<Record<string, ProfileField>>;
  readonly identifiers: readonly KnownIdentifier[];
  readonly measures: Readonly<Record<string, MeasureValue>>;
  readonly sources: readonly SourceShare[];
  readonly lastSeenAt: number | null;
}

/** `pos.receipt.7` → `pos`. */
export const sourceOf = (row: SourceRowKey): string => row.slice(0, row.indexOf('.'));

/** What some fact rows of a customer add up to. */
export interface FactsPartial {
  /** One value per measure of the view, in the definition's order. */
  readonly measures: readonly MeasureValue[];
  readonly sources: readonly SourceShare[];
}

/** Adds fact rows up. */
export const factsPartial = (
  { measures }: ViewDefinition,
  facts: readonly FactRow[],
): FactsPartial => ({
  measures: measures.map((measure) => foldMeasure(measure, facts)),
  sources: sharesOf(
    facts.map(({ rowKey, fields }) => ({
      source: sourceOf(rowKey),
      rows: 1,
      lastSeenAt: typeof fields['at'] === 'number' ? fields['at'] : null,
    })),
  ),
});

/** The view of a customer, from its live party rows and partials that hold each of its live fact rows once. */
export const profileView = (
  definition: ViewDefinition,
  parties: readonly PartyRow[],
  partials: readonly FactsPartial[],
): ProfileView => {
  const sources = sharesOf([
    ...parties.map(({ rowKey }) => ({ source: sourceOf(rowKey), rows: 1, lastSeenAt: null })),
    ...partials.flatMap((partial) => partial.sources),
  ]);
  return {
    profile: profileFields(definition.profile, parties),
    identifiers: knownIdentifiers(parties),
    measures: Object.fromEntries(
      definition.measures.map((measure, index) => [
        measure.measure,
        combineMeasure(
          measure,
          partials.map(({ measures }) => measures[index] ?? null),
        ),
      ]),
    ),
    sources,
    lastSeenAt: latestOf(sources.map(({ lastSeenAt }) => lastSeenAt)),
  };
};

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

const sharesOf = (parts: readonly SourceShare[]): readonly SourceShare[] =>
  [...groupBy(parts, ({ source }) => source)]
    .sort(([a], [b]) => byText(a, b))
    .map(([source, ofSource]) => ({
      source,
      rows: ofSource.reduce((sum, { rows }) => sum + rows, 0),
      lastSeenAt: latestOf(ofSource.map(({ lastSeenAt }) => lastSeenAt)),
    }));
