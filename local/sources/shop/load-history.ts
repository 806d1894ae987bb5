/**
 * Loading of history: fills the five systems once, with multi-row inserts, and writes the truth beside them.
 * @module
 */

import { chunksOf } from '#domain/shared/chunks.ts';
import type { Clock } from '#domain/shared/clock.ts';
import { type Row, TABLES, type TableName } from '../catalogue.ts';
import {
  type Connect,
  closeDatabases,
  type Databases,
  openDatabases,
  SOURCES,
  type SourceId,
} from '../databases.ts';
import { createSchemas } from '../schema.ts';
import { type DirtReport, measureDirt } from './dirt-report.ts';
import type { MadeRow } from './fact-rows.ts';
import { makeHistory } from './history.ts';
import { forgetTruth, noteDirt, notePeople, noteRows, readDirt } from './truth.ts';

/** What {@link loadHistory} needs. */
export interface LoadOptions {
  readonly connect: Connect;
  /** Number of people; about twelve rows come with each. */
  readonly customers: number;
  readonly seed: number;
  /** Folder for the truth. */
  readonly truthDir: string;
  readonly clock: Clock;
  /** Takes the number of rows written so far, and of all. */
  readonly onProgress?: (written: number, total: number) => void;
}

/** What was loaded, printed with the truth. */
export interface LoadReport extends DirtReport {
  /** Whether an earlier run had loaded it; nothing was written then. */
  readonly reused: boolean;
}

const ROWS_PER_INSERT = 1_000;

/**
 * Loads history once; a second call finds it complete and does nothing. A load that was cut short starts over.
 * A reused history keeps its own size and seed, whatever the options say.
 */
export const loadHistory = async (options: LoadOptions): Promise<LoadReport> => {
  const databases = openDatabases(options.connect);
  try {
    await createSchemas(databases);
    const earlier = readDirt(options.truthDir) as DirtReport | undefined;
    if (earlier && (await holdsRows(databases))) return { ...earlier, reused: true };
    return { ...(await loadAnew(databases, options)), reused: false };
  } finally {
    await closeDatabases(databases);
  }
};

const loadAnew = async (databases: Databases, options: LoadOptions): Promise<DirtReport> => {
  const { seed, customers, clock, truthDir } = options;
  forgetTruth(truthDir);
  await emptyTables(databases);
  const history = makeHistory({ seed, customers, now: clock() });
  notePeople(truthDir, history.people);
  noteRows(truthDir, history.rows);
  await insertAll(databases, history.rows, options.onProgress ?? (() => undefined));
  const report = measureDirt(seed, history);
  noteDirt(truthDir, report);
  return report;
};

const holdsRows = async (databases: Databases): Promise<boolean> => {
  const { rows } = await databases.erp.query('SELECT 1 FROM store LIMIT 1');
  return rows.length > 0;
};

// Deleted and not truncated: a capture that is running already would not hear of a TRUNCATE.
const emptyTables = async (databases: Databases): Promise<void> => {
  for (const { source, table } of Object.values(TABLES)) {
    await databases[source].query(`DELETE FROM ${table}`);
  }
};

const insertAll = async (
  databases: Databases,
  rows: readonly MadeRow[],
  onProgress: (written: number, total: number) => void,
): Promise<void> => {
  let written = 0;
  const insertInto = async (source: SourceId): Promise<void> => {
    for (const [name, batch] of batchesOf(source, rows)) {
      await insertRows(databases, name, batch);
      written += batch.length;
      onProgress(written, rows.length);
    }
  };
  await Promise.all(SOURCES.map(insertInto));
};

const batchesOf = (
  source: SourceId,
  rows: readonly MadeRow[],
): readonly (readonly [TableName, readonly Row[]])[] => {
  const tables = Map.groupBy(
    rows.filter((made) => TABLES[made.table].source === source),
    (made) => made.table,
  );
  return [...tables].flatMap(([name, made]) =>
    chunksOf(
      made.map(({ row }) => row),
      ROWS_PER_INSERT,
    ).map((batch) => [name, batch] as const),
  );
};

// One statement and one parameter whatever the table: PostgreSQL turns the JSON into rows of the table's own type.
const insertRows = async (
  databases: Databases,
  name: TableName,
  rows: readonly Row[],
): Promise<void> => {
  const { source, table } = TABLES[name];
  await databases[source].query(
    `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows)],
  );
};
