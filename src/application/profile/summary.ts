/**
 * Summary: what is stored of a customer's view, as one text.
 *
 * It keeps one part per evidence unit: a party row as it is, or of a fact unit one partial per bucket. A change replaces
 * the part it is about, so its cost does not depend on what else the customer has, and repeating it changes nothing.
 * Reading folds the parts. Each part remembers the position in the table's stream it was taken from; parts read from the
 * table itself keep the position they had.
 * @module
 */
import { summaryKey } from '#application/shared/items.ts';
import type { Item, Write } from '#application/shared/table.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { ViewDefinition } from '#domain/definitions/types.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { Identifier } from '#domain/identity/identifier.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import {
  type FactsPartial,
  type PartyRow,
  type ProfileView,
  profileView,
} from '#domain/profile/profile-view.ts';

/** Position in the table's stream: base 36 of the sequence number; empty before the first. */
export type StreamMark = string;

/** A party row and where it was taken from. */
export interface PartyPart {
  readonly mark: StreamMark;
  readonly row: PartyRow;
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

/** The parts of a customer's view. */
export interface Summary {
  /** Hash of the definitions that the partials were made by, and their measures. */
  readonly definitions: string;
  readonly measures: readonly string[];
  readonly units: ReadonlyMap<UnitKey, UnitPart>;
}

/** A summary and its revision, as read; revision 0 is none. */
export interface StoredSummary {
  readonly revision: number;
  readonly summary?: Summary;
}

/** Whether a mark is later than another. */
export const isLater = (mark: StreamMark, than: StreamMark): boolean =>
  mark.length === than.length ? mark > than : mark.length > than.length;

/** Mark of a stream record. Source: DynamoDB Streams API, SequenceNumber: digits, growing for each item. */
export const markOf = (sequenceNumber: string): StreamMark => BigInt(sequenceNumber).toString(36);

/** Computes the view; `undefined` for a customer without units: a redirect, or an id at rest. */
export const viewOf = (definition: ViewDefinition, summary: Summary): ProfileView | undefined => {
  if (summary.units.size === 0) return undefined;
  const parts = [...summary.units.values()];
  const places = definition.measures.map(({ measure }) => summary.measures.indexOf(measure));
  const inPlace = ({ measures, sources }: FactsPartial): FactsPartial => ({
    measures: places.map((place) => measures[place] ?? null),
    sources,
  });
  return profileView(
    definition,
    parts.flatMap((part) => (part.kind === 'party' && part.part ? [part.part.row] : [])),
    parts.flatMap((part) =>
      part.kind === 'facts'
        ? [...part.buckets.values()].map(({ partial }) => inPlace(partial))
        : [],
    ),
  );
};

/** Fact rows that a unit's partials hold. */
export const rowsIn = (part: UnitPart | undefined): number =>
  part?.kind === 'facts'
    ? [...part.buckets.values()]
        .flatMap(({ partial }) => partial.sources)
        .reduce((sum, { rows }) => sum + rows, 0)
    : 0;

type PartyText = readonly [StreamMark, PartyRow['fields'], readonly Identifier[]];
type BucketText = readonly [StreamMark, FactsPartial['measures'], readonly ShareText[]];
type ShareText = readonly [source: string, rows: number, lastSeenAt: number | null];

interface SummaryText {
  readonly h: string;
  readonly m: readonly string[];
  /** Unit → its party row (or null), or its buckets by number. */
  readonly u: Readonly<Record<string, PartyText | null | Readonly<Record<string, BucketText>>>>;
}

/** The write that replaces a summary as it was read. */
export const summaryWrite = (id: OneId, revision: number, summary: Summary): Write => {
  const doc = { r: revision + 1, d: JSON.stringify(textOf(summary)) };
  return revision === 0
    ? { kind: 'put', item: { ...summaryKey(id), doc }, when: { missing: ['pk'] } }
    : {
        kind: 'update',
        key: summaryKey(id),
        set: { doc },
        when: { equals: [['doc', 'r'], revision] },
      };
};

/** Reads a summary item. */
export const parseSummaryItem = (item: Item | undefined): StoredSummary => {
  const doc = item?.['doc'] as { readonly r: number; readonly d: string } | undefined;
  return doc ? { revision: doc.r, summary: summaryOf(JSON.parse(doc.d)) } : { revision: 0 };
};

const textOf = ({ definitions, measures, units }: Summary): SummaryText => ({
  h: definitions,
  m: measures,
  u: Object.fromEntries([...units].map(([unit, part]) => [unit, partText(part)])),
});

const partText = (part: UnitPart): SummaryText['u'][string] => {
  if (part.kind === 'party') {
    return part.part ? [part.part.mark, part.part.row.fields, part.part.row.identifiers] : null;
  }
  return Object.fromEntries(
    [...part.buckets].map(([bucket, { mark, partial }]) => [
      bucket,
      [
        mark,
        partial.measures,
        partial.sources.map(({ source, rows, lastSeenAt }) => [source, rows, lastSeenAt]),
      ],
    ]),
  );
};

const summaryOf = ({ h, m, u }: SummaryText): Summary => ({
  definitions: h,
  measures: m,
  units: new Map(Object.entries(u).map(([unit, text]) => [unit as UnitKey, partOf(unit, text)])),
});

const partOf = (unit: string, text: SummaryText['u'][string]): UnitPart => {
  if (text === null) return { kind: 'party' };
  if (isParty(text)) {
    const [mark, fields, identifiers] = text;
    return {
      kind: 'party',
      part: { mark, row: { rowKey: unit as SourceRowKey, fields, identifiers } },
    };
  }
  return {
    kind: 'facts',
    buckets: new Map(
      Object.entries(text).map(([bucket, part]) => [Number(bucket), bucketPart(part)]),
    ),
  };
};

const isParty = (text: PartyText | Readonly<Record<string, BucketText>>): text is PartyText =>
  Array.isArray(text);

const bucketPart = ([mark, measures, shares]: BucketText): BucketPart => ({
  mark,
  partial: {
    measures,
    sources: shares.map(([source, rows, lastSeenAt]) => ({ source, rows, lastSeenAt })),
  },
});
