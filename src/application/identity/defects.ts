/**
 * Defects: which rows broke which data-quality rule, one item per row and rule.
 *
 * Only rows that have a defect cost a write; a row that is put right is found by its later version when somebody asks
 * (quality-report.ts), so good rows cost nothing.
 * @module
 */
import { defectKey } from '#application/shared/items.ts';
import type { Write } from '#application/shared/table.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';

/** The writes that record defects; an older version of a row never replaces a newer one. `seenAt` in epoch milliseconds. */
export const defectWrites = (seenAt: number, defects: readonly RowDefect[]): readonly Write[] =>
  latestOf(defects).map((defect) => {
    const { version: v, severity } = defect;
    return {
      kind: 'update',
      key: defectKey(defect),
      set: { last: { v, severity, seenAt } },
      when: { any: [{ missing: ['last'] }, { less: [['last', 'v'], v] }] },
    };
  });

/** One per item: a row may come several times in a batch. */
const latestOf = (defects: readonly RowDefect[]): readonly RowDefect[] => {
  const latest = new Map<string, RowDefect>();
  for (const defect of defects) {
    const name = JSON.stringify(defectKey(defect));
    if (defect.version >= (latest.get(name)?.version ?? '')) latest.set(name, defect);
  }
  return [...latest.values()];
};
