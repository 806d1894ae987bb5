/**
 * The rows that the five systems hold after a history and a shop day on top of it, without any database.
 */
import { worldAfter } from '../../../bench/workload/shop-world.ts';
import { type Row, rowKeyOf, TABLES } from '../../../local/sources/catalogue.ts';
import type { Change } from '../../../local/sources/shop/changes.ts';
import { drawChanges } from '../../../local/sources/shop/daily-round.ts';
import type { MadeRow } from '../../../local/sources/shop/fact-rows.ts';
import { makeHistory } from '../../../local/sources/shop/history.ts';

const NOW = Date.UTC(2026, 10, 22);

/** Rows after a history of so many people, and a day of so many draws of the daily round. */
export const rowsAfterDay = (
  seed: number,
  customers: number,
  draws: number,
): readonly MadeRow[] => {
  const history = makeHistory({ seed, customers, now: NOW });
  const rows = new Map(history.rows.map((made) => [rowKeyOf(made.table, made.row), made]));
  const world = worldAfter(history, seed);
  for (let draw = 0; draw < draws; draw++) {
    for (const change of drawChanges(world, NOW + draw * 20)) apply(rows, change);
  }
  return [...rows.values()];
};

const apply = (rows: Map<string, MadeRow>, change: Change): void => {
  if (change.op === 'insert') {
    rows.set(rowKeyOf(change.table, change.row), change);
    return;
  }
  for (const made of found(rows, change)) {
    rows.delete(rowKeyOf(made.table, made.row));
    if (change.op === 'delete') continue;
    const after = { ...made, row: { ...made.row, ...change.set } };
    rows.set(rowKeyOf(after.table, after.row), after);
  }
};

const found = (
  rows: ReadonlyMap<string, MadeRow>,
  { table, where }: Extract<Change, { where: Row }>,
): readonly MadeRow[] => {
  if (TABLES[table].key.every((column) => column in where)) {
    const made = rows.get(rowKeyOf(table, where));
    return made ? [made] : [];
  }
  return [...rows.values()].filter(
    (made) =>
      made.table === table &&
      Object.entries(where).every(([column, value]) => made.row[column] === value),
  );
};
