/**
 * Joining changes of one row: of whole images the latest counts alone, of partial ones each adds its columns.
 * @module
 */
import { isLive, joinImages, type RowImage } from '#domain/capture/row-image.ts';
import { groupBy } from '#domain/shared/multimap.ts';
import type { PartyChange, RowChange } from './row-change.ts';

/** One change per row, which stands for all of its changes and carries the sequence numbers of all. */
export const foldToLatest = (changes: readonly RowChange[]): readonly RowChange[] =>
  [...groupBy(changes, (change) => change.rowKey).values()].map((ofRow) => ({
    ...ofRow.reduce(joined),
    sequences: ofRow.flatMap((change) => change.sequences),
  }));

const joined = (a: RowChange, b: RowChange): RowChange => {
  const latest = b.version > a.version ? b : a;
  if (latest.kind !== 'party' || a.kind !== 'party' || b.kind !== 'party') return latest;
  if (!a.columns || !b.columns) return latest;
  return withImage(latest, joinImages(a.columns.image, b.columns.image));
};

/** The change that a row's joined image amounts to. */
export const withImage = (change: PartyChange, image: RowImage): PartyChange => {
  if (!change.columns || image === change.columns.image) return change;
  const { after: _after, committedAt, ...rest } = change;
  const { read } = change.columns;
  const isLatest = image.version === change.version;
  return {
    ...rest,
    ...(isLatest && committedAt !== undefined ? { committedAt } : {}),
    version: image.version,
    columns: { image, read },
    ...(isLive(image) ? { after: read(image.values) } : {}),
  };
};
