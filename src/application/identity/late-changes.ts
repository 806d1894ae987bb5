/**
 * Late changes: of a row that its bucket knows in a later version than its registry does.
 *
 * The registry keeps the version at which a row came to its place; what changed there since stands in the bucket. The
 * commit of a move finds that out, too, but only after an id was issued for its unit. A replay of old changes over live
 * data must not even do that, so whoever is about to move a row, or to found a unit, looks at the bucket first. Any other
 * change finds out when its contribution is refused, and looks then.
 * @module
 */
import { versionIn } from '#application/shared/contributions.ts';
import { bucketKey, parseRowItem } from '#application/shared/items.ts';
import type { Item, Key, Table } from '#application/shared/table.ts';
import { type DecidedFact, isLiving, isThere } from './decided-fact.ts';
import { type Place, placeOf } from './write-facts.ts';

/**
 * Turns changes that come too late into skips, and notes the buckets that it looked at. The first bucket of a unit that
 * the change names costs no read.
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
  return entries.map((entry) => judged(entry, read));
};

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

const judged = (entry: DecidedFact, read: ReadonlyMap<string, Item | undefined>): DecidedFact => {
  const { place, ...unplaced } = entry;
  const { change, step } = entry;
  const at = (one: Place): Item | undefined =>
    firstBucket(entry, one) ?? read.get(bucketKey(one.unit, one.bucket).pk);
  const from = placeBefore(entry);
  const known = from ? versionIn(at(from), change.rowKey) : '';
  const isLate = step.step === 'contribute' ? known >= change.version : known > change.version;
  if (isLate && IN_QUESTION.has(step.step)) return { ...unplaced, step: { step: 'skip' } };
  const bucket = place && at(place);
  return bucket ? { ...entry, bucket } : entry;
};

const IN_QUESTION: ReadonlySet<string> = new Set(['contribute', 'move', 'rewrite']);
