/**
 * Changes of the shop day: what an action wants done in the systems, and the doing of it.
 *
 * Changes to one system that follow each other are one transaction, as a till or a web shop would write them. Every
 * row they touch is counted, because each is one change for capture.
 * @module
 */
import type { PoolClient } from 'pg';
import { type Cell, type Row, TABLES, type TableName } from '../catalogue.ts';
import type { Databases, SourceId } from '../databases.ts';
import type { MadeRow } from './fact-rows.ts';
import { noteRows } from './truth.ts';

/** One statement to be. */
export type Change =
  | ({ readonly op: 'insert' } & MadeRow)
  | {
      readonly op: 'update';
      readonly table: TableName;
      /** Columns that find the rows; the primary key unless several rows are meant. */
      readonly where: Row;
      readonly set: Row;
      /** The person behind the row when its primary key changes: it is then a new row. */
      readonly person?: string;
    }
  | { readonly op: 'delete'; readonly table: TableName; readonly where: Row };

/** An update of the rows that `where` finds. */
export const update = (table: TableName, where: Row, set: Row): Change => ({
  op: 'update',
  table,
  where,
  set,
});

/** Row changes committed, per table and operation: `pos.receipt insert`. */
export type ChangeCounts = Readonly<Record<string, number>>;

/** Commits changes; returns the rows changed, per table and operation. */
export const commitChanges = async (
  databases: Databases,
  truthDir: string,
  changes: readonly Change[],
): Promise<ChangeCounts> => {
  noteRows(truthDir, changes.flatMap(newRows));
  const counts: Record<string, number> = {};
  for (const { source, changes: together } of transactions(changes)) {
    await inTransaction(databases, source, together.length > 1, async (client) => {
      for (const change of together) {
        const name = `${source}.${TABLES[change.table].table} ${change.op}`;
        counts[name] = (counts[name] ?? 0) + (await apply(client, change));
      }
    });
  }
  return counts;
};

const newRows = (change: Change): readonly MadeRow[] => {
  if (change.op === 'insert') return [change];
  if (change.op !== 'update' || change.person === undefined) return [];
  return [{ table: change.table, row: { ...change.where, ...change.set }, person: change.person }];
};

interface Together {
  readonly source: SourceId;
  readonly changes: Change[];
}

const transactions = (changes: readonly Change[]): readonly Together[] => {
  const groups: Together[] = [];
  for (const change of changes) {
    const { source } = TABLES[change.table];
    const last = groups.at(-1);
    if (last?.source === source) last.changes.push(change);
    else groups.push({ source, changes: [change] });
  }
  return groups;
};

const inTransaction = async (
  databases: Databases,
  source: SourceId,
  several: boolean,
  work: (client: PoolClient) => Promise<void>,
): Promise<void> => {
  const client = await databases[source].connect();
  try {
    if (several) await client.query('BEGIN');
    await work(client);
    if (several) await client.query('COMMIT');
    client.release();
  } catch (error) {
    // The connection is thrown away, and with it what was not committed.
    client.release(true);
    throw error;
  }
};

const apply = async (client: PoolClient, change: Change): Promise<number> => {
  const { text, values } = statement(change);
  const { rowCount } = await client.query(text, values);
  return rowCount ?? 0;
};

const statement = (change: Change): { readonly text: string; readonly values: Cell[] } => {
  const { table } = TABLES[change.table];
  switch (change.op) {
    case 'insert': {
      const text = `INSERT INTO ${table} SELECT * FROM json_populate_record(NULL::${table}, $1)`;
      return { text, values: [JSON.stringify(change.row)] };
    }
    case 'update': {
      const set = Object.keys(change.set).map((column, index) => `${column} = $${index + 1}`);
      const text = `UPDATE ${table} SET ${set.join(', ')} WHERE ${matches(change.where, set.length)}`;
      return { text, values: [...Object.values(change.set), ...Object.values(change.where)] };
    }
    case 'delete':
      return {
        text: `DELETE FROM ${table} WHERE ${matches(change.where, 0)}`,
        values: Object.values(change.where),
      };
  }
};

const matches = (where: Row, offset: number): string =>
  Object.keys(where)
    .map((column, index) => `${column} = $${offset + index + 1}`)
    .join(' AND ');
