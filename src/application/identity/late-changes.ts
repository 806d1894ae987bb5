/**
 * Late changes: of a row that its bucket knows in a later version than its registry does.
 *
 * The registry keeps the version at which a row came to its place; what changed there since stands in the bucket. The
 * commit of a move finds that out, too, but only after an id was issued for its unit. A replay of old changes over live
 * data must not even do that, so whoever is about to move a row, or to found a unit, looks at the bucket first. Any other
 * change finds out when its contribution is refused, and looks then.
 *
 * Of a row whose columns are kept, a later bucket shows that the registry was read too early, unless it is still the same:
 * then the row was changed while no columns were kept of it. An earlier change may have columns to add, and is no late one.
 * @module
 */
import { versionIn } from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem, rowItemKey } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import { asReadThere } from './as-read.ts';
import { type DecidedFact, isLiving, isThere, withBucketOf } from './decided-fact.ts';
import { type Place, placeOf } from './write-facts.ts';

/**
 * Turns changes that come too late into skips, those of rows that were read too early into ones to read again, and notes the
 * buckets that it looked at. The first bucket of a unit that the change names costs no read.
 * @param again looks at every bucket
 */
export const skipLateChanges = async (
  table: Table,
  entries: readonly DecidedFact[],
  again: boolean,
): Promise<readonly DecidedFact[]> => {
  const looks = entries.map((entry) => looksOf(entry, again));
  const keys = new Map(looks.flat().map((key) => [key.pk, key]));
  const items = keys.size > 0 ? await table.getAll([...keys.values()]) : [];
  const read = new Map([...keys.keys()].map((pk, index) => [pk, items[index]]));
  const late = new Set(entries.filter((entry) => isLate(entry, read)));
  const early = await readEarly(table, [...late]);
  return entries.map((entry) => {
    if (late.has(entry)) return without(entry, early.has(entry) ? 'again' : 'skip');
    const first = entry.place && firstBucket(entry, entry.place);
    return first ? { ...entry, bucket: first } : withBucketOf(entry, read);
  });
};

/** Of rows whose columns are kept, those whose registry is no longer as it was read. */
const readEarly = async (
  table: Table,
  late: readonly DecidedFact[],
): Promise<ReadonlySet<DecidedFact>> => {
  const kept = late.filter(({ step }) => step.step === 'rewrite');
  const items = await table.getAll(kept.map(({ change }) => rowItemKey(change.rowKey)));
  return new Set(kept.filter(({ row }, index) => shownBy(row) !== shownBy(items[index])));
};

const shownBy = (item: Item | undefined): string =>
  JSON.stringify(asReadThere(item && parseRowItem(item)));

const without = ({ place: _, ...entry }: DecidedFact, step: 'again' | 'skip'): DecidedFact => ({
  ...entry,
  step: { step },
});

const looksOf = (entry: DecidedFact, again: boolean): readonly Key[] => {
  const { step, place } = entry;
  const from = placeBefore(entry);
  const isMoving = step.step === 'move' || (step.step === 'rewrite' && again);
  const isFounding = step.step === 'contribute' && isLiving(entry) && !isThere(entry);
  const wanted = [
    ...(from && isMoving ? [from] : []),
    ...(place && (isFounding || again) ? [place] : []),
  ];
  return wanted
    .filter((one) => firstBucket(entry, one) === undefined)
    .map((one) => bucketKey(one.unit, one.bucket));
};

const placeBefore = ({ row }: DecidedFact): Place | undefined => row && placeOf(parseRowItem(row));

const firstBucket = ({ change, unit }: DecidedFact, place: Place): Item | undefined =>
  place.bucket === 0 && place.unit === change.after?.unit?.key ? unit : undefined;

const isLate = (entry: DecidedFact, read: ReadonlyMap<string, Item | undefined>): boolean => {
  const { change, step } = entry;
  const at = (one: Place): Item | undefined =>
    firstBucket(entry, one) ?? read.get(bucketKey(one.unit, one.bucket).pk);
  const from = placeBefore(entry);
  const known = from ? versionIn(at(from), change.rowKey) : '';
  if (!IN_QUESTION.has(step.step)) return false;
  return step.step === 'contribute' ? known >= change.version : known > change.version;
};

const IN_QUESTION: ReadonlySet<string> = new Set(['contribute', 'move', 'rewrite']);
