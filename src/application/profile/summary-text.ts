/**
 * Summary text: a summary and its parts as compact JSON. Measures are named once and by their place afterwards.
 * @module
 */
import { type ScopeId, summaryKey } from '#application/shared/items.ts';
import {
  type IdentifierText,
  identifierTexts,
  parseIdentifier,
} from '#application/shared/party-row.ts';
import { type Item, PackedText, type Write } from '#application/shared/table.ts';
import { shortVersion, versionOfShort } from '#domain/capture/row-version.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { OneId } from '#domain/identity/one-id.ts';
import type { BrandPartial, FactsPartial, SourceShare } from '#domain/profile/facts-partial.ts';
import type { Cell, Kept } from '#domain/profile/kept.ts';
import type { PartyRow } from '#domain/profile/profile-view.ts';
import { assertNever } from '#domain/shared/assert.ts';
import type {
  ApartEntry,
  BucketPart,
  PartyPart,
  StoredSummary,
  StreamMark,
  Summary,
  UnitEntry,
  UnitPart,
} from './summary.ts';

type PartyText = readonly [
  StreamMark,
  PartyRow['fields'],
  readonly IdentifierText[],
  version: string,
  at?: number | null,
  lookups?: readonly number[],
];
type ShareText = readonly [source: string, rows: number, first: number | null, last: number | null];
type BrandText = readonly [
  brand: string,
  rest: Cell,
  days: Readonly<Record<string, Cell>>,
  shares: readonly ShareText[],
];
/** A partial as it is stored. */
export type PartialText = readonly BrandText[];
type BucketsText = Readonly<Record<string, readonly [StreamMark, PartialText]>>;
type ApartText = readonly [epoch: string, count: number, measures?: string];

/** Of an entry whose parts lie apart, or are being laid apart. */
interface LargeText {
  readonly apart?: ApartText;
  readonly next?: string;
  readonly held?: BucketsText;
}

interface SummaryText {
  readonly h: string;
  /** Scope and version that the units were listed at. */
  readonly l?: readonly [scope: string, version: number];
  readonly m: string;
  /** Unit → its party row (or null), its buckets by number, or where its parts lie. */
  readonly u: Readonly<Record<string, PartyText | null | BucketsText | LargeText>>;
  readonly x?: readonly (readonly [unit: string, epoch: string])[];
}

/** A summary as text. */
export const formatSummary = ({ listed, definitions, measures, units, waste }: Summary): string => {
  const used = measuresIn([...units.values()]);
  const named = used ? measures.filter((measure) => used.has(measure)) : measures;
  return JSON.stringify({
    h: definitions,
    ...(listed ? { l: [listed.scope, listed.version] as const } : {}),
    m: named.join(' '),
    u: Object.fromEntries([...units].map(([unit, entry]) => [unit, entryText(named, entry)])),
    ...(waste.length > 0 ? { x: waste.map(({ unit, epoch }) => [unit, epoch]) } : {}),
  } satisfies SummaryText);
};

/** Measures that some partial has a value of; `undefined` when parts lie apart, which are read by the places of all. */
const measuresIn = (entries: readonly UnitEntry[]): ReadonlySet<string> | undefined => {
  if (entries.some(({ kind }) => kind === 'apart' || kind === 'pending')) return undefined;
  const measures = new Set<string>();
  for (const cell of entries.flatMap(cellsIn))
    for (const measure of Object.keys(cell)) measures.add(measure);
  return measures;
};

const cellsIn = (entry: UnitEntry): readonly Cell[] =>
  entry.kind === 'facts'
    ? [...entry.buckets.values()].flatMap(({ partial }) => partial.flatMap(cellsOf))
    : [];

const cellsOf = ({ rest, days }: BrandPartial): readonly Cell[] => [rest, ...Object.values(days)];

/** The write that replaces a summary as it was read. */
export const summaryWrite = (id: OneId, revision: number, text: string): Write => {
  const doc = { r: revision + 1, d: new PackedText(text) };
  return revision === 0
    ? { kind: 'put', item: { ...summaryKey(id), doc }, when: { missing: ['pk'] } }
    : {
        kind: 'update',
        key: summaryKey(id),
        set: { doc },
        when: { equals: [['doc', 'r'], revision] },
      };
};

/** Text of a summary item; empty when there is none. */
export const summaryTextOf = (item: Item | undefined): string =>
  (item?.['doc'] as { readonly d: string } | undefined)?.d ?? '';

/** Reads a summary item. */
export const parseSummaryItem = (item: Item | undefined): StoredSummary => {
  const doc = item?.['doc'] as { readonly r: number; readonly d: string } | undefined;
  const text = doc && (JSON.parse(doc.d) as SummaryText);
  // A text of an earlier form is of no use; its revision goes on.
  const summary = typeof text?.m === 'string' ? summaryOf(text) : undefined;
  return { revision: doc?.r ?? 0, ...(summary ? { summary } : {}) };
};

const entryText = (measures: readonly string[], entry: UnitEntry): SummaryText['u'][string] => {
  switch (entry.kind) {
    case 'party':
      return entry.part ? partyText(entry.part) : null;
    case 'facts':
      return bucketsText(measures, entry.buckets);
    case 'apart':
      return { apart: apartText(entry) };
    case 'pending':
      return { next: entry.epoch, ...heldText(measures, entry.held) };
    default:
      return assertNever(entry);
  }
};

const partyText = ({ mark, row, lookups }: PartyPart): PartyText => {
  const { fields, identifiers, stamp } = row;
  const { version, at } = stamp;
  const said = identifierTexts(identifiers);
  const text = [mark, fields, said, shortVersion(version)] as const;
  if (lookups !== undefined) return [...text, at ?? null, lookups];
  return at === undefined ? text : [...text, at];
};

const heldText = (
  measures: readonly string[],
  held: UnitPart | ApartEntry | undefined,
): LargeText => {
  if (held?.kind === 'apart') return { apart: apartText(held) };
  return held?.kind === 'facts' ? { held: bucketsText(measures, held.buckets) } : {};
};

const apartText = ({ epoch, count, measures }: ApartEntry): ApartText =>
  measures ? [epoch, count, measures.join(' ')] : [epoch, count];

const bucketsText = (
  measures: readonly string[],
  buckets: ReadonlyMap<number, BucketPart>,
): BucketsText =>
  Object.fromEntries(
    [...buckets].map(([bucket, { mark, partial }]) => [
      bucket,
      [mark, partialText(measures, partial)],
    ]),
  );

/** A partial by the places of its measures. A measure that has no place is left out. */
export const partialText = (measures: readonly string[], partial: FactsPartial): PartialText => {
  const placed = (cell: Cell): Cell => {
    const text: Record<number, Kept> = {};
    for (const [measure, kept] of Object.entries(cell)) {
      const place = measures.indexOf(measure);
      if (place >= 0) text[place] = kept;
    }
    return text;
  };
  return partial.map(({ brand, rest, days, sources }) => [
    brand,
    placed(rest),
    Object.fromEntries(Object.entries(days).map(([day, cell]) => [day, placed(cell)])),
    sources.map(({ source, rows, firstSeenAt, lastSeenAt }) => [
      source,
      rows,
      firstSeenAt,
      lastSeenAt,
    ]),
  ]);
};

/** Reads a partial. */
export const partialOf = (measures: readonly string[], text: PartialText): FactsPartial => {
  const named = (cell: Cell): Cell => {
    const read: Record<string, Kept> = {};
    for (const [place, kept] of Object.entries(cell)) read[measures[Number(place)] ?? ''] = kept;
    return read;
  };
  return text.map(
    ([brand, rest, days, shares]): BrandPartial => ({
      brand,
      rest: named(rest),
      days: Object.fromEntries(Object.entries(days).map(([day, cell]) => [day, named(cell)])),
      sources: shares.map(shareOf),
    }),
  );
};

const shareOf = ([source, rows, firstSeenAt, lastSeenAt]: ShareText): SourceShare => ({
  source,
  rows,
  firstSeenAt,
  lastSeenAt,
});

const summaryOf = ({ h, l, m, u, x = [] }: SummaryText): Summary => {
  const measures = namesIn(m);
  return {
    ...(l ? { listed: { scope: l[0] as ScopeId, version: l[1] } } : {}),
    definitions: h,
    measures,
    units: new Map(
      Object.entries(u).map(([unit, text]) => [unit as UnitKey, entryOf(measures, unit, text)]),
    ),
    waste: x.map(([unit, epoch]) => ({ unit: unit as UnitKey, epoch })),
  };
};

const namesIn = (text: string): readonly string[] => (text === '' ? [] : text.split(' '));

const entryOf = (
  measures: readonly string[],
  unit: string,
  text: SummaryText['u'][string],
): UnitEntry => {
  if (text === null) return { kind: 'party' };
  if (isParty(text)) {
    const [mark, fields, said, version, at, lookups] = text;
    const stamp = { version: versionOfShort(version), ...(typeof at === 'number' ? { at } : {}) };
    const identifiers = said.map((one) => parseIdentifier(one));
    const row = { rowKey: unit as SourceRowKey, fields, identifiers, stamp };
    return { kind: 'party', part: { mark, row, ...(lookups ? { lookups } : {}) } };
  }
  return isLarge(text) ? largeOf(measures, text) : factsOf(measures, text);
};

const isParty = (text: PartyText | BucketsText | LargeText): text is PartyText =>
  Array.isArray(text);

const isLarge = (text: BucketsText | LargeText): text is LargeText =>
  Object.hasOwn(text, 'apart') || Object.hasOwn(text, 'next');

const largeOf = (measures: readonly string[], { apart, next, held }: LargeText): UnitEntry => {
  const known = apart ? apartOf(apart) : held && factsOf(measures, held);
  if (next !== undefined) {
    return { kind: 'pending', epoch: next, ...(known ? { held: known } : {}) };
  }
  return known ?? { kind: 'facts', buckets: new Map() };
};

const apartOf = ([epoch, count, measures]: ApartText): ApartEntry => ({
  kind: 'apart',
  epoch,
  count,
  ...(measures === undefined ? {} : { measures: namesIn(measures) }),
});

const factsOf = (measures: readonly string[], text: BucketsText): UnitPart => ({
  kind: 'facts',
  buckets: new Map(
    Object.entries(text).map(([bucket, [mark, partial]]) => [
      Number(bucket),
      { mark, partial: partialOf(measures, partial) },
    ]),
  ),
});
