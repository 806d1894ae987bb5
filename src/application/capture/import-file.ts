/**
 * File import: the rows of a dropped file become records of the change stream.
 *
 * A file lies under `drops/<source>/<table>/<name>`; its report stands under `reports/` by the same name and says how
 * far the import came. Whoever repeats it goes on from there, and rows that are published twice change nothing, for
 * their versions follow from the file alone. Lines that cannot be understood are named in the report and left out.
 * @module
 */
import type { Publish, StreamMessage } from '#application/shared/ports.ts';
import { type Arrival, arrivedRecord } from '#domain/capture/arrived-record.ts';
import { findPlace } from '#domain/capture/change-assembly.ts';
import { decodeChange } from '#domain/capture/decode-change.ts';
import type { Definitions, FileFormat } from '#domain/definitions/types.ts';
import type { Clock } from '#domain/shared/clock.ts';
import type { JsonObject } from '#domain/shared/json.ts';

/** A row of a file, or a line that is none. */
export type FileRow = { readonly line: number } & (
  | { readonly row: JsonObject }
  | { readonly rejected: string }
);

/** Reads the rows of a file; `undefined` when its name says that it is of no known kind. */
export type ReadRows = (
  name: string,
  open: () => AsyncIterable<Uint8Array>,
  format: FileFormat,
) => AsyncIterable<FileRow> | undefined;

/** A dropped file. */
export interface DroppedFile {
  /** Reads it from the beginning, as often as it is asked; throws when it was written anew meanwhile. */
  readonly open: () => AsyncIterable<Uint8Array>;
  /** When it was written, epoch milliseconds. */
  readonly modifiedAt: number;
}

/** What an import needs. */
export interface ImportPorts {
  readonly definitions: () => Promise<{ readonly definitions: Definitions }>;
  readonly readFile: (key: string) => Promise<DroppedFile | undefined>;
  readonly readRows: ReadRows;
  readonly readReport: (key: string) => Promise<ImportReport | undefined>;
  readonly writeReport: (key: string, report: ImportReport) => Promise<void>;
  readonly publish: Publish;
  /** 24 hexadecimal digits that follow from a text. */
  readonly digest: (text: string) => string;
  readonly clock: Clock;
  readonly hasTimeLeft: () => boolean;
}

/** A line that was left out. */
export interface RejectedLine {
  readonly line: number;
  readonly reason: string;
}

/** What became of a file. */
export interface ImportReport {
  readonly file: string;
  /** ISO 8601. */
  readonly modifiedAt: string;
  /** `running`: it was stopped on the way and goes on after `rows`. `failed`: nothing can be read of it. */
  readonly state: 'running' | 'done' | 'failed';
  /** Why it failed. */
  readonly reason?: string;
  /** Rows looked at, rejected ones included. */
  readonly rows: number;
  readonly published: number;
  readonly rejected: number;
  /** The first {@link MAX_LISTED} of them. */
  readonly rejectedLines: readonly RejectedLine[];
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/** Folder of dropped files and of their reports. */
export const DROPS = 'drops/';
export const REPORTS = 'reports/';

/** Rejected lines that a report names. */
const MAX_LISTED = 1000;
/** Rows between two looks at the clock; a request of Kinesis takes as many records. */
const CHUNK = 500;

/** `drops/crm/member/2026.csv` → `reports/crm/member/2026.csv.json`. */
export const reportKey = (key: string): string => `${REPORTS}${key.slice(DROPS.length)}.json`;

/**
 * Imports a file, or goes on with it. Safe to repeat.
 * @returns the report; `undefined` when there is no such file, or it has been imported already
 * @throws what the stream or the store throws; then the report says where to go on
 */
export const importFile = async (
  ports: ImportPorts,
  key: string,
): Promise<ImportReport | undefined> => {
  const file = await ports.readFile(key);
  if (file === undefined) return undefined;
  const known = await ports.readReport(reportKey(key));
  const report = begin(ports, key, file, known);
  if (report.state !== 'running') return undefined;
  const opened = await openFile(ports, key, file);
  if (typeof opened === 'string')
    return save(ports, key, { ...report, state: 'failed', reason: opened });
  return importRows(ports, key, report, opened);
};

/** A file with everything that reading its rows takes. */
interface OpenFile {
  readonly definitions: Definitions;
  readonly arrival: Arrival;
  readonly rows: AsyncIterable<FileRow>;
}

/** Opens a file, or says why nothing can be read of it. */
const openFile = async (
  ports: ImportPorts,
  key: string,
  { open, modifiedAt }: DroppedFile,
): Promise<OpenFile | string> => {
  const { definitions } = await ports.definitions();
  const [source = '', table = '', name = ''] = key.slice(DROPS.length).split('/', 3);
  const place = findPlace(definitions, source, table);
  if (!place.ok) return place.error.detail;
  if (place.value.source.engine !== 'files')
    return `Source "${source}" is no source of files; say "engine: files" in its definition.`;
  const rows = ports.readRows(name, open, place.value.table.file ?? {});
  if (rows === undefined)
    return 'The name ends in none of .csv, .ndjson, .jsonl, with or without .gz.';
  return {
    definitions,
    rows,
    arrival: { source, table, at: modifiedAt, digest: ports.digest(key) },
  };
};

const importRows = async (
  ports: ImportPorts,
  key: string,
  begun: ImportReport,
  { definitions, arrival, rows }: OpenFile,
): Promise<ImportReport> => {
  let report = begun;
  let chunk: ReadRow[] = [];
  let number = 0;
  const flush = async () => {
    await ports.publish(chunk.flatMap(({ message }) => message ?? []));
    report = add(report, chunk);
    chunk = [];
    if (!ports.hasTimeLeft()) throw new ImportUnfinishedError(`${report.rows} rows are in`);
  };
  try {
    for await (const row of rows) {
      number += 1;
      if (number > begun.rows) chunk.push(read(definitions, arrival, number, row));
      if (chunk.length === CHUNK) await flush();
    }
    await flush();
  } catch (error) {
    await ports.writeReport(reportKey(key), report);
    throw error;
  }
  return save(ports, key, { ...report, state: 'done' });
};

/** A function's time is over before the file is; it is to be invoked again. */
export class ImportUnfinishedError extends Error {
  override readonly name = 'ImportUnfinishedError';
}

/** A row as a message, or why it is left out. */
interface ReadRow {
  readonly message?: StreamMessage;
  readonly rejected?: RejectedLine;
}

/** The decoder of the stream says whether a row will be understood, and which row it is. */
const read = (
  definitions: Definitions,
  arrival: Arrival,
  number: number,
  row: FileRow,
): ReadRow => {
  if ('rejected' in row) return { rejected: { line: row.line, reason: row.rejected } };
  const text = arrivedRecord(arrival, number, row.row);
  const decoded = decodeChange(text, definitions);
  if (!decoded.ok) return { rejected: { line: row.line, reason: decoded.error.reason } };
  const [record] = decoded.value.kind === 'changes' ? decoded.value.records : [];
  if (record === undefined) return { rejected: { line: row.line, reason: 'not-read' } };
  return { message: { partitionKey: record.rowKey, bytes: encoder.encode(text) } };
};

const encoder = new TextEncoder();

const add = (report: ImportReport, rows: readonly ReadRow[]): ImportReport => {
  const rejected = rows.flatMap((row) => row.rejected ?? []);
  return {
    ...report,
    rows: report.rows + rows.length,
    published: report.published + rows.length - rejected.length,
    rejected: report.rejected + rejected.length,
    rejectedLines: [...report.rejectedLines, ...rejected].slice(0, MAX_LISTED),
  };
};

const save = async (
  ports: ImportPorts,
  key: string,
  report: ImportReport,
): Promise<ImportReport> => {
  const finished = { ...report, finishedAt: new Date(ports.clock()).toISOString() };
  await ports.writeReport(reportKey(key), finished);
  return finished;
};

const begin = (
  { clock }: ImportPorts,
  key: string,
  { modifiedAt }: DroppedFile,
  known: ImportReport | undefined,
): ImportReport => {
  const written = new Date(modifiedAt).toISOString();
  if (known?.modifiedAt === written) return known;
  return {
    file: key,
    modifiedAt: written,
    state: 'running',
    rows: 0,
    published: 0,
    rejected: 0,
    rejectedLines: [],
    startedAt: new Date(clock()).toISOString(),
  };
};
