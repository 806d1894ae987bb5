/**
 * Joining changes of one row: of whole images the latest counts alone, of partial ones each adds its columns.
 * @module
 */
import { joinImages, type RowImage } from '#domain/capture/row-image.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { FactChange, PartyChange, RowChange } from './row-change.ts';

/** One change per row, which stands for all of its changes and carries the sequence numbers of all. */
export const foldToLatest = (changes: readonly RowChange[]): readonly RowChange[] =>
  [...groupBy(changes, (change) => change.rowKey).values()].map((ofRow) => ({
    ...ofRow.reduce(joined),
    ...(ofRow.length > 1 ? { since: earliestOf(ofRow) } : {}),
    sequences: ofRow.flatMap((change) => change.sequences),
  }));

const earliestOf = (changes: readonly RowChange[]): RowVersion =>
  changes
    .map(({ version, since = version }) => since)
    .reduce((one, other) => (one < other ? one : other));

const joined = (a: RowChange, b: RowChange): RowChange => {
  const latest = b.version > a.version ? b : a;
  const [one, other] = [imageOf(a), imageOf(b)];
  if (latest.kind === 'heartbeat' || !one || !other) return latest;
  return withImage(latest, joinImages(one, other));
};

const imageOf = (change: RowChange): RowImage | undefined =>
  change.kind === 'heartbeat' ? undefined : change.columns?.image;

/** The change that a row's joined image amounts to. */
export const withImage = <Change extends PartyChange | FactChange>(
  change: Change,
  image: RowImage,
): Change => {
  if (!change.columns || image === change.columns.image) return change;
  const { after: _after, committedAt, ...rest } = change;
  const { read } = change.columns;
  const isLatest = image.version === change.version;
  const after = read(image);
  return {
    ...rest,
    ...(isLatest && committedAt !== undefined ? { committedAt } : {}),
    version: image.version,
    columns: { image, read },
    ...(after ? { after } : {}),
    // Spreading a type parameter loses it: kind, columns and what they read belong to one kind of change.
  } as Change;
};
