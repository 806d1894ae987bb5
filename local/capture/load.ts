/**
 * Full load: every row of every captured table, read in one snapshot.
 * @module
 */
import type { ClientBase } from 'pg';
import type { Clock } from '#domain/shared/clock.ts';
import { type CapturedTable, createTableRecord, type RowText, rowRecord } from './dms-records.ts';
import type { Outbox } from './outbox.ts';

/** What a load needs. */
export interface LoadOptions {
  /** A connection whose values come back as text. */
  readonly client: ClientBase;
  readonly tables: readonly CapturedTable[];
  readonly outbox: Outbox;
  readonly task: string;
  readonly generation: number;
  readonly clock: Clock;
}

const ROWS_PER_FETCH = 2_000;

/** Loads all tables; returns the number of rows when the last one is on the stream. */
export const loadTables = async (options: LoadOptions): Promise<number> => {
  const { client, tables, outbox } = options;
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  let rows = 0;
  for (const table of tables) rows += await loadTable(options, table);
  await client.query('COMMIT');
  await outbox.drained();
  return rows;
};

const loadTable = async (
  { client, outbox, task, generation, clock }: LoadOptions,
  table: CapturedTable,
): Promise<number> => {
  outbox.push({ record: createTableRecord(table, task, { now: clock() }) });
  await client.query(`DECLARE load NO SCROLL CURSOR FOR SELECT * FROM public."${table.table}"`);
  let count = 0;
  for (;;) {
    const { rows } = await client.query<RowText>(`FETCH ${ROWS_PER_FETCH} FROM load`);
    if (rows.length === 0) break;
    const context = { generation, now: clock() };
    outbox.push(
      ...rows.map((row) => ({ record: rowRecord(table, { operation: 'load', row }, context) })),
    );
    count += rows.length;
    await outbox.drained();
  }
  await client.query('CLOSE load');
  return count;
};
