/**
 * Drop erased: leaves out of a batch what it says of rows that were erased.
 *
 * Every reader that keeps rows asks this first, so a replay, a redrive or a source that sends the row once more brings
 * nothing back. A record that makes another row of an erased one is dropped as well, and the new row is erased with it.
 * @module
 */
import type { ErasedRows } from '#application/shared/erased-rows.ts';
import type { StreamRecord } from '#application/shared/ports.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { SourceRowKey } from '#domain/capture/source-row.ts';
import type { Definitions } from '#domain/definitions/types.ts';

/** A batch without its erased rows. */
export interface Remaining {
  readonly records: readonly StreamRecord[];
  /** Records left out. */
  readonly dropped: number;
}

/** Leaves out the records of erased rows. What cannot be understood stays. */
export const dropErased = async (
  erased: ErasedRows,
  definitions: Definitions,
  records: readonly StreamRecord[],
): Promise<Remaining> => {
  if (records.length === 0 || !(await erased.any())) return { records, dropped: 0 };
  const rows = records.map(({ bytes }) => rowsIn(bytes, definitions));
  const gone = await erased.among([...new Set(rows.flat())]);
  const isGone = (of: readonly SourceRowKey[]) => of.some((row) => gone.has(row));
  const heirs = rows.filter(isGone).flatMap((of) => of.filter((row) => !gone.has(row)));
  if (heirs.length > 0) await erased.add([...new Set(heirs)]);
  const kept = records.filter((_, index) => !isGone(rows[index] ?? []));
  return { records: kept, dropped: records.length - kept.length };
};

const rowsIn = (bytes: Uint8Array, definitions: Definitions): readonly SourceRowKey[] => {
  const decoded = decodeChange(bytes, definitions);
  return decoded.ok && decoded.value.kind === 'changes'
    ? decoded.value.records.map(({ rowKey }) => rowKey)
    : [];
};
