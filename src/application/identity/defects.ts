/**
 * Defects: which rows broke which data-quality rule, one item per row and rule.
 *
 * Only rows that have a defect cost a write; a row that is put right is found by its later version when somebody asks
 * (quality-report.ts), so good rows cost nothing.
 * @module
 */
import { defectKey } from '#application/shared/items.ts';
import type { Item, Key, Table, Write } from '#application/shared/table.ts';
import type { RowDefect } from '#domain/capture/check-quality.ts';
import type { RowVersion } from '#domain/capture/row-version.ts';

/** A defect to be recorded, and whether its item is there. */
interface Due {
  readonly key: Key;
  readonly last: { readonly v: RowVersion; readonly severity: string; readonly seenAt: number };
  readonly known: boolean;
}

/** The last of each defect that a batch found: a row may come several times. */
export const lastDefects = (defects: readonly RowDefect[]): readonly RowDefect[] => {
  const latest = new Map<string, RowDefect>();
  for (const defect of defects) {
    const name = JSON.stringify(defectKey(defect));
    if (defect.version >= (latest.get(name)?.version ?? '')) latest.set(name, defect);
  }
  return [...latest.values()];
};

/**
 * What is to be recorded.
 * @param items their items, as they are or were before
 * @param seenAt epoch milliseconds
 */
export const dueDefects = (
  defects: readonly RowDefect[],
  items: readonly (Item | undefined)[],
  seenAt: number,
): readonly Due[] =>
  defects.map((defect, index) => {
    const { version: v, severity } = defect;
    return {
      key: defectKey(defect),
      last: { v, severity, seenAt },
      known: items[index] !== undefined,
    };
  });

/**
 * Records defects together with another write, and tells what that one came to; an older version of a row never replaces a
 * newer one. A new defect is inserted, for a statement that updates never creates; one that somebody else inserted meanwhile
 * is updated after that.
 */
export const recordDefects = async (
  table: Table,
  due: readonly Due[],
  other?: Write,
): Promise<boolean> => {
  const others = other ? [other] : [];
  const written = await table.writeAll([
    ...others,
    ...due.map((one) => (one.known ? updateOf(one) : insertOf(one))),
  ]);
  const overtaken = due.filter((one, index) => !one.known && !written[others.length + index]);
  await table.writeAll(overtaken.map(updateOf));
  return others.length === 0 || written[0] === true;
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
