/**
 * Defects: which rows broke which data-quality rule, one item per row and rule.
 *
 * Only rows that have a defect cost a write; a row that is put right is found by its later version when somebody asks
 * (quality-report.ts), so good rows cost nothing.
 * @module
 */
import { defectKey } from '#application/shared/items.ts';
import type { Key, Table, Write } from '#application/shared/table.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';

/** A defect to be recorded, and whether its item is there. */
interface Due {
  readonly key: Key;
  readonly last: { readonly v: RowVersion; readonly severity: string; readonly seenAt: number };
  readonly known: boolean;
}

/** Finds which of a batch's defects are recorded already; reads when there are any. `seenAt` in epoch milliseconds. */
export const readDefects = async (
  table: Table,
  seenAt: number,
  defects: readonly RowDefect[],
): Promise<readonly Due[]> => {
  const latest = latestOf(defects);
  const items = await table.getAll(latest.map(defectKey));
  return latest.map((defect, index) => {
    const { version: v, severity } = defect;
    return {
      key: defectKey(defect),
      last: { v, severity, seenAt },
      known: items[index] !== undefined,
    };
  });
};

/**
 * Records defects together with other writes; an older version of a row never replaces a newer one. A new one is
 * inserted, for a statement that updates never creates; one that somebody else inserted meanwhile is updated after that.
 */
export const recordDefects = async (
  table: Table,
  due: readonly Due[],
  others: readonly Write[],
): Promise<void> => {
  const written = await table.writeAll([
    ...others,
    ...due.map((one) => (one.known ? updateOf(one) : insertOf(one))),
  ]);
  const overtaken = due.filter((one, index) => !one.known && !written[others.length + index]);
  await table.writeAll(overtaken.map(updateOf));
};

const insertOf = ({ key, last }: Due): Write => ({
  kind: 'put',
  item: { ...key, last },
  when: { missing: ['pk'] },
});

const updateOf = ({ key, last }: Due): Write => ({
  kind: 'update',
  key,
  set: { last },
  when: { less: [['last', 'v'], last.v] },
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
