/**
 * Composition of a summary: what was stored, what was read, and the images of a batch put together. Pure.
 * @module
 */
import type { Write } from '#application/shared/table.ts';
import type { UnitKey } from '#domain/identity/evidence.ts';
import type { PartialContext } from '#domain/profile/facts-partial.ts';
import type { Draft } from './draft.ts';
import { setName } from './lay-apart.ts';
import { partWrite } from './parts-apart.ts';
import { shareLookups, type WantedLookup } from './share-lookups.ts';
import {
  type ApartEntry,
  heldBy,
  type Summary,
  type UnitEntry,
  type UnitPart,
  type Waste,
} from './summary.ts';
import { formatSummary } from './summary-text.ts';
import type { Buckets } from './tasks.ts';
import type { PartImage } from './touched.ts';
import { bucketPartial, emptyPart, withImage, withMark } from './unit-parts.ts';

/**
 * Most buckets of a unit whose parts lie in the summary: 96 rows, some 6 KB of text. A customer whose changes cost as
 * much as this is rare, and one that has more costs less, because its parts lie apart.
 */
const MAX_BUCKETS_INSIDE = 16;

/** Longest text of a summary; above it the largest units are laid apart. Well below the 100 KB of an item. */
const MAX_SUMMARY_TEXT = 64 * 1024;

/** What a summary may hold itself. */
export interface SummaryLimits {
  readonly buckets: number;
  /** Characters. */
  readonly text: number;
}

/** The limits, unless a test sets others. */
export const SUMMARY_LIMITS: SummaryLimits = {
  buckets: MAX_BUCKETS_INSIDE,
  text: MAX_SUMMARY_TEXT,
};

/** What was read for drafts. */
export interface Readings {
  readonly hash: string;
  readonly limits: SummaryLimits;
  readonly context: PartialContext;
  /** Whether lookups are kept as well. */
  readonly sharesLookups: boolean;
  /** Names of the view's measures, in order. */
  readonly measures: readonly string[];
  /** Buckets of fact units, as far as known. */
  readonly buckets: Buckets;
  /** Parts of missing units that lie in the summary. */
  readonly parts: ReadonlyMap<UnitKey, UnitPart>;
  /** Sets of parts laid apart. */
  readonly laid: ReadonlyMap<string, number>;
}

/** A summary and what is to be written with it. */
export interface Composed {
  readonly summary: Summary;
  readonly text: string;
  readonly partWrites: readonly Write[];
  /** Lookups that are to be written before the summary is. */
  readonly lookups: readonly WantedLookup[];
  /** Units that are to be laid apart in a further round, which reads them after all images of this one. */
  readonly announced: ReadonlySet<UnitKey>;
}

/** Composes the summary of a draft. */
export const compose = (draft: Draft, readings: Readings): Composed => {
  const epoch = (draft.stored.revision + 1).toString(36);
  const entries = new Map(draft.units.map((unit) => [unit, entryOf(draft, unit, readings, epoch)]));
  const partWrites = takeImages(draft, entries, readings, epoch);
  const lookups = readings.sharesLookups ? shareLookups(entries, draft.stored.summary?.units) : [];
  const whole = asSummary(draft, entries, readings);
  const isLong = whole.text.length > readings.limits.text;
  if (isLong) shrink(draft, entries, readings, epoch);
  const { summary, text } = isLong ? asSummary(draft, entries, readings) : whole;
  return {
    summary,
    text,
    partWrites,
    lookups,
    announced: new Set(
      [...entries].flatMap(([unit, it]) =>
        it.kind === 'pending' && it.epoch === epoch ? [unit] : [],
      ),
    ),
  };
};

const asSummary = (
  draft: Draft,
  units: ReadonlyMap<UnitKey, UnitEntry>,
  { hash, measures }: Readings,
): Pick<Composed, 'summary' | 'text'> => {
  const { listed } = draft;
  const waste = wasteOf(draft, units);
  const summary = { listed, definitions: hash, measures, units, waste };
  return { summary, text: formatSummary(summary) };
};

const entryOf = (
  draft: Draft,
  unit: UnitKey,
  { limits, buckets, parts, laid }: Readings,
  epoch: string,
): UnitEntry => {
  const known = draft.stored.summary?.units.get(unit);
  const isMissing = draft.missing.includes(unit);
  const liesInside = isMissing || known?.kind === 'facts';
  if (liesInside && (buckets.get(unit) ?? 0) > limits.buckets) return pending(draft, known, epoch);
  if (isMissing) return parts.get(unit) ?? emptyPart(unit);
  const count =
    known?.kind === 'pending' ? laid.get(setName(draft.task.id, unit, known.epoch)) : undefined;
  return known?.kind === 'pending' && count !== undefined
    ? { kind: 'apart', epoch: known.epoch, count }
    : (known ?? emptyPart(unit));
};

const pending = ({ stored }: Draft, known: UnitEntry | undefined, epoch: string): UnitEntry => {
  const held = heldBy(known);
  if (held === undefined) return { kind: 'pending', epoch };
  return { kind: 'pending', epoch, held: withMeasures(held, stored.summary?.measures ?? []) };
};

// Parts that were laid by other definitions are read by the measures of those.
const withMeasures = (
  held: UnitPart | ApartEntry,
  measures: readonly string[],
): UnitPart | ApartEntry => (held.kind === 'apart' ? { measures, ...held } : held);

/** Puts images into the entries; returns the writes for those of parts that lie apart. */
const takeImages = (
  draft: Draft,
  entries: Map<UnitKey, UnitEntry>,
  readings: Readings,
  epoch: string,
): readonly Write[] =>
  draft.task.images.flatMap((image) => {
    const entry = entries.get(image.unit);
    if (entry === undefined) return [];
    if (entry.kind === 'party' || entry.kind === 'facts') {
      entries.set(image.unit, withNews(draft, entry, image, readings.context));
      return [];
    }
    // What is announced only now is read after this image.
    return entry.kind === 'pending' && entry.epoch === epoch
      ? []
      : [imageWrite(draft.task.id, entry.epoch, image, readings)];
  });

// What was read for this draft was read after its images.
const withNews = (
  { missing }: Draft,
  part: UnitPart,
  image: PartImage,
  context: PartialContext,
): UnitPart =>
  missing.includes(image.unit) ? withMark(part, image) : withImage(context, part, image);

const imageWrite = (
  id: Draft['task']['id'],
  epoch: string,
  { unit, bucket = 0, mark, item }: PartImage,
  { context, measures }: Readings,
): Write =>
  partWrite({ id, unit, epoch, bucket }, measures, {
    mark,
    partial: bucketPartial(context, item),
  });

/** Has the largest units laid apart until the rest of the text is short enough. */
const shrink = (
  draft: Draft,
  entries: Map<UnitKey, UnitEntry>,
  { hash, measures, limits }: Readings,
  epoch: string,
): void => {
  const lengthOf = (units: ReadonlyMap<UnitKey, UnitEntry>): number =>
    formatSummary({ definitions: hash, measures, units, waste: [] }).length;
  const bySize = [...entries]
    .filter(([, { kind }]) => kind === 'facts')
    .map(([unit, entry]) => ({ unit, size: lengthOf(new Map([[unit, entry]])) }))
    .sort((a, b) => b.size - a.size);
  let length = lengthOf(entries);
  for (const { unit, size } of bySize) {
    if (length <= limits.text) return;
    entries.set(unit, pending(draft, draft.stored.summary?.units.get(unit), epoch));
    length -= size;
  }
};

/** Sets of parts that nothing in the summary names any more. */
const wasteOf = ({ stored }: Draft, entries: ReadonlyMap<UnitKey, UnitEntry>): readonly Waste[] => {
  const before = [...(stored.summary?.units ?? [])].flatMap(([unit, entry]) =>
    epochsOf(entry).map((epoch) => ({ unit, epoch })),
  );
  const isNamed = ({ unit, epoch }: Waste): boolean => epochsOf(entries.get(unit)).includes(epoch);
  return [...(stored.summary?.waste ?? []), ...before.filter((set) => !isNamed(set))];
};

const epochsOf = (entry: UnitEntry | undefined): readonly string[] => {
  const held = heldBy(entry);
  return [
    ...(entry?.kind === 'pending' ? [entry.epoch] : []),
    ...(held?.kind === 'apart' ? [held.epoch] : []),
  ];
};
