/**
 * Recording defects: which rows broke which data-quality rule, one item per row and rule.
 *
 * Only rows that have a defect cost a write; a row that is put right is found by its later version when somebody asks
 * (quality-report.ts), so good rows cost nothing.
 * @module
 */
import { defectKey } from '#application/shared/items.ts';
import type { Table } from '#application/shared/table.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';
import type { Clock } from '#domain/shared/clock.ts';

/** Records defects. Safe to repeat; an older version of a row never replaces a newer one. */
export const recordDefects = async (
  { table, clock }: { readonly table: Table; readonly clock: Clock },
  defects: readonly RowDefect[],
): Promise<void> => {
  const seenAt = clock();
  await table.writeAll(
    latestOf(defects).map((defect) => ({
      kind: 'update',
      key: defectKey(defect),
      set: { v: defect.version, severity: defect.severity, seenAt },
      when: { any: [{ missing: ['v'] }, { less: [['v'], defect.version] }] },
    })),
  );
};

/** One per item: a row may come several times in a batch. */
const latestOf = (defects: readonly RowDefect[]): readonly RowDefect[] => {
  const latest = new Map<string, RowDefect>();
  for (const defect of defects) {
    const name = JSON.stringify(defectKey(defect));
    if (defect.version >= (latest.get(name)?.version ?? '')) latest.set(name, defect);
  }
  return [...latest.values()];
};
