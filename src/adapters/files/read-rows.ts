/**
 * Rows of a dropped file: CSV with a header line, or one JSON object per line; plain or gzip.
 *
 * A file is read as a stream, and twice: a quote that is never closed swallows rows, and text in another encoding is
 * found out late, so nothing of a file is taken before it was readable to its end. What is held is a chunk and a row.
 * @module
 */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { FileRow, ReadRows } from '#application/capture/import-file.ts';
import type { FileFormat } from '#domain/definitions/types.ts';
import { isJsonObject, type Json } from '#domain/shared/json.ts';

/** Reads the rows of a file, by the ending of its name: `.csv`, `.ndjson` or `.jsonl`, each also with `.gz`. */
export const readRows: ReadRows = (name, open, format) => {
  const kind = /\.(csv|ndjson|jsonl)(\.gz)?$/i.exec(name);
  if (kind === null) return undefined;
  const read = kind[1]?.toLowerCase() === 'csv' ? csvRows : jsonRows;
  const rows = () => read(textOf(kind[2] ? unpacked(open()) : open(), format), format);
  return {
    async *[Symbol.asyncIterator]() {
      const flaw = await flawIn(rows());
      if (flaw) yield flaw;
      else yield* rows();
    },
  };
};

/** The file cannot be read from a line on. */
class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  readonly line: number;

  constructor(reason: string, line = 1) {
    super(reason);
    this.line = line;
  }
}

const flawIn = async (rows: AsyncIterable<FileRow>): Promise<FileRow | undefined> => {
  try {
    for await (const _ of rows);
    return undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return broken(error.line, error.message);
    throw error;
  }
};

const broken = (line: number, reason: string): FileRow => ({ line, rejected: reason });

async function* unpacked(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    // What goes wrong on the way is thrown by the last of the streams.
    yield* pipeline(Readable.from(packed), createGunzip(), () => {}) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code = '' } = error as { readonly code?: string };
    throw code.startsWith('Z_') ? new UnreadableError('not-gzip') : error;
  }
}

async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  { encoding = 'utf-8' }: FileFormat,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of chunks) yield decode(() => decoder.decode(chunk, { stream: true }));
  yield decode(() => decoder.decode());
}

const decode = (read: () => string): string => {
  try {
    return read();
  } catch {
    throw new UnreadableError('not-text');
  }
};

async function* csvRows(text: AsyncIterable<string>, format: FileFormat): AsyncGenerator<FileRow> {
  let names: readonly string[] | undefined;
  for await (const { record, info } of csvRecords(text, format)) {
    if (names) yield csvRow(names, record, info.lines);
    else names = record.map((header) => columnOf(header, format));
  }
}

async function* csvRecords(
  text: AsyncIterable<string>,
  { delimiter = ',' }: FileFormat,
): AsyncGenerator<CsvRecord> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  try {
    yield* pipeline(Readable.from(text), parser, () => {}) as AsyncIterable<CsvRecord>;
  } catch (error) {
    if (error instanceof CsvError)
      throw new UnreadableError('not-csv', Number(error['lines'] ?? 1));
    throw error;
  }
}

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

async function* jsonRows(text: AsyncIterable<string>, format: FileFormat): AsyncGenerator<FileRow> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number += 1;
    if (line.trim() === '') continue;
    const value = parsed(line);
    yield isJsonObject(value)
      ? { line: number, row: renamed(value, format) }
      : broken(number, 'not-json');
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const part of text) {
    const lines = `${rest}${part}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  yield rest;
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
