/**
 * As read: the condition under which the registry item of a fact row is still the one that a decision was made on.
 * @module
 */
import type { RowItem } from '#application/shared/items.ts';
import type { Condition } from '#application/shared/table.ts';
import { formatParts } from '#domain/capture/row-image.ts';

/**
 * Holds while the item is as it was read, or still absent: the same columns at the same versions, in the same place, since
 * columns may be placed after they were read.
 */
export const asReadThere = (row: RowItem | undefined): Condition => {
  if (!row) return { missing: ['pk'] };
  const { version, image, unit, bucket } = row;
  const parts = image ? formatParts(image) : '';
  const there: readonly Condition[] =
    unit === undefined || bucket === undefined
      ? [{ missing: ['unit'] }]
      : [{ equals: [['unit'], unit] }, { equals: [['bucket'], bucket] }];
  return {
    all: [
      { equals: [['v'], version] },
      parts === '' ? { missing: ['parts'] } : { equals: [['parts'], parts] },
      ...there,
    ],
  };
};
