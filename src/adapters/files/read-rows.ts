/**
 * Rows of a dropped file: CSV with a header line, or one JSON object per line; plain or gzip.
 * @module
 */
import { gunzipSync } from 'node:zlib';
import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { FileRow, ReadRows } from '#application/capture/import-file.ts';
import type { FileFormat } from '#domain/definitions/types.ts';
import { isJsonObject, type Json } from '#domain/shared/json.ts';

/** Reads the rows of a file, by the ending of its name: `.csv`, `.ndjson` or `.jsonl`, each also with `.gz`. */
export const readRows: ReadRows = (name, bytes, format) => {
  const kind = /\.(csv|ndjson|jsonl)(\.gz)?$/i.exec(name);
  if (kind === null) return undefined;
  return {
    async *[Symbol.asyncIterator]() {
      const text = textOf(kind[2] ? gunzipSync(bytes) : bytes, format);
      if (text === undefined) yield broken(1, 'not-text');
      else if (kind[1]?.toLowerCase() === 'csv') yield* csvRows(text, format);
      else yield* jsonRows(text, format);
    },
  };
};

const textOf = (bytes: Uint8Array, { encoding = 'utf-8' }: FileFormat): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** A row that cannot be read ends the file when nothing after it can be trusted. */
const broken = (line: number, reason: string): FileRow => ({ line, rejected: reason });

/** Read whole: a quote that is never closed swallows rows, so none of such a file is to be trusted. */
function* csvRows(text: string, format: FileFormat): Generator<FileRow> {
  const records = parsedCsv(text, format);
  if (!Array.isArray(records)) {
    yield broken(records as number, 'not-csv');
    return;
  }
  const [head, ...rows] = records as readonly CsvRecord[];
  const names = (head?.record ?? []).map((header) => columnOf(header, format));
  for (const { record, info } of rows) yield csvRow(names, record, info.lines);
}

/** The records of a CSV text, or the line at which it is none. */
const parsedCsv = (text: string, format: FileFormat): readonly CsvRecord[] | number => {
  try {
    return parse(text, {
      bom: true,
      delimiter: format.delimiter ?? ',',
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as readonly CsvRecord[];
  } catch (error) {
    if (error instanceof CsvError) return Number(error['lines'] ?? 1);
    throw error;
  }
};

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

const columnOf = (header: string, { header: names = {} }: FileFormat): string => {
  const name = header.trim();
  return Object.hasOwn(names, name) ? (names[name] ?? name) : name;
};

const csvRow = (names: readonly string[], cells: readonly string[], line: number): FileRow =>
  cells.length === names.length
    ? { line, row: Object.fromEntries(names.map((name, at) => [name, cells[at] || null])) }
    : broken(line, 'wrong-number-of-columns');

function* jsonRows(text: string, format: FileFormat): Generator<FileRow> {
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const value = parsed(line);
    yield isJsonObject(value)
      ? { line: index + 1, row: renamed(value, format) }
      : broken(index + 1, 'not-json');
  }
}

const renamed = (row: Readonly<Record<string, Json>>, format: FileFormat) =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name, format), value]));

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
