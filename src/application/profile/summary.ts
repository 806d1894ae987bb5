/**
 * Summary: what is stored of a customer's view.
 *
 * It has an entry per evidence unit: a party row as it is, or of a fact unit one partial per bucket. A change replaces
 * the part it is about, so its cost does not depend on what else the customer has, and repeating it changes nothing.
 * Reading folds the parts. Each part remembers the position in the table's stream it was taken from; parts read from the
 * table itself keep the position they had.
 *
 * The parts of a large unit lie apart, in items of their own beside the summary (ADR 0038).
 * @module
 */
import type { Listing } from '#application/identity/customer-units.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import { brandOf, type FactsPartial } from '#domain/profile/facts-partial.ts';
import {
  type PartyRow,
  type ProfileView,
  profileView,
  type ViewQuestion,
} from '#domain/profile/profile-view.ts';

/** Position in the table's stream: base 36 of the sequence number; empty before the first. */
export type StreamMark = string;

/** A party row and where it was taken from. */
export interface PartyPart {
  readonly mark: StreamMark;
  readonly row: PartyRow;
  /** Places, among the row's search terms, of those that it has a lookup for; absent before anybody has seen to it. */
  readonly lookups?: readonly number[];
}

/** A partial of one bucket and where it was taken from. */
export interface BucketPart {
  readonly mark: StreamMark;
  readonly partial: FactsPartial;
}

/** What a unit contributes: its party row, or a partial per bucket. */
export type UnitPart =
  | { readonly kind: 'party'; readonly part?: PartyPart }
  | { readonly kind: 'facts'; readonly buckets: ReadonlyMap<number, BucketPart> };

/** A unit whose parts lie beside the summary. */
export interface ApartEntry {
  readonly kind: 'apart';
  /** Names the set of parts that counts; those of any other are waste. */
  readonly epoch: string;
  /** Parts there were when the set was complete; they never become fewer. */
  readonly count: number;
  /** Measures that the parts were made by; the summary's own when absent. */
  readonly measures?: readonly string[];
}

/** A unit whose parts are being laid apart, and what answers until then. */
export interface PendingEntry {
  readonly kind: 'pending';
  readonly epoch: string;
  readonly held?: UnitPart | ApartEntry;
}

/** What a summary says of a unit. */
export type UnitEntry = UnitPart | ApartEntry | PendingEntry;

/** A set of parts that no longer counts and is to be removed. */
export interface Waste {
  readonly unit: UnitKey;
  readonly epoch: string;
}

/** The parts of a customer's view. */
export interface Summary {
  /** Where its units were listed; absent when no scope lists any. */
  readonly listed?: Listing | undefined;
  /** {@link markOfDefinitions} of those that the partials were made by, and their measures. */
  readonly definitions: string;
  readonly measures: readonly string[];
  readonly units: ReadonlyMap<UnitKey, UnitEntry>;
  readonly waste: readonly Waste[];
}

/** A summary and its revision, as read; revision 0 is none. */
export interface StoredSummary {
  readonly revision: number;
  readonly summary?: Summary;
}

/** What a summary names definitions by: the beginning of their hash, enough to tell those of one system apart. */
export const markOfDefinitions = (hash: string): string => hash.slice(0, 16);

/** Whether a mark is later than another. */
export const isLater = (mark: StreamMark, than: StreamMark): boolean =>
  mark.length === than.length ? mark > than : mark.length > than.length;

/** Mark of a stream record. Source: DynamoDB Streams API, SequenceNumber: digits, growing for each item. */
export const markOf = (sequenceNumber: string): StreamMark => BigInt(sequenceNumber).toString(36);

/** What a unit's entry holds for answers. */
export const heldBy = (entry: UnitEntry | undefined): UnitPart | ApartEntry | undefined =>
  entry?.kind === 'pending' ? entry.held : entry;

/**
 * Computes the view of a summary whose parts are all in it; `undefined` for a customer without units: a redirect, or an
 * id at rest.
 */
export const viewOf = (
  definition: ViewDefinition,
  { units }: Pick<Summary, 'units'>,
  question: ViewQuestion,
): ProfileView | undefined => {
  if (units.size === 0) return undefined;
  const entries = [...units.values()];
  return profileView(
    definition,
    entries.flatMap((entry) => (entry.kind === 'party' && entry.part ? [entry.part.row] : [])),
    entries.flatMap((entry) =>
      entry.kind === 'facts' ? [...entry.buckets.values()].flatMap(({ partial }) => partial) : [],
    ),
    question,
  );
};

/** Brands that a summary has rows of. */
export const brandsIn = ({ units }: Pick<Summary, 'units'>): ReadonlySet<string> =>
  new Set([...units.values()].flatMap(brandsOfEntry));

const brandsOfEntry = (entry: UnitEntry): readonly string[] => {
  if (entry.kind === 'party') return entry.part ? [brandOf(entry.part.row.fields)] : [];
  if (entry.kind !== 'facts') return [];
  return [...entry.buckets.values()].flatMap(({ partial }) => partial.map(({ brand }) => brand));
};

/** Fact rows that a unit's partials hold. */
export const rowsIn = (entry: UnitEntry | undefined): number =>
  entry?.kind === 'facts'
    ? [...entry.buckets.values()].reduce((sum, { partial }) => sum + rowsOf(partial), 0)
    : 0;

/** Fact rows that a partial holds. */
export const rowsOf = (partial: FactsPartial): number =>
  partial.flatMap(({ sources }) => sources).reduce((sum, { rows }) => sum + rows, 0);
