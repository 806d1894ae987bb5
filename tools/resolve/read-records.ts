/**
 * Records of a file, CSV or NDJSON, one after the other and never the whole file at once.
 * @module
 */
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { RawRecord } from '#domain/extract/extract-row.ts';
import { checkFile, readHead, readLines, readText } from './read-text.ts';
import { ResolveError } from './resolve-error.ts';

/** A record with its place. */
export interface PlacedRecord {
  readonly record: RawRecord;
  /** Number of the record in its file, from 1. */
  readonly number: number;
  /** Line on which it ends, from 1. */
  readonly line: number;
}

/** Is told the columns of a table before its first record; what it throws ends the reading. */
export type OnHeader = (columns: readonly string[]) => void;

/** Whether a file is one JSON object per line, by its name; anything else is CSV with a header line. */
export const isNdjson = (path: string): boolean => /\.(?:ndjson|jsonl|json)$/i.test(path);

/**
 * Reads a file by its name: `.ndjson`, `.jsonl` and `.json` are one JSON object per line, anything else is CSV with a
 * header line, separated by commas, semicolons, tabs or vertical bars.
 * @throws {@link ResolveError} naming file and line of what cannot be read
 */
export const readRecords = (path: string, onHeader?: OnHeader): AsyncIterable<PlacedRecord> => {
  checkFile(path);
  return isNdjson(path) ? readNdjson(path) : readCsv(path, onHeader);
};

async function* readCsv(path: string, onHeader?: OnHeader): AsyncGenerator<PlacedRecord> {
  const file = basename(path);
  let last = 0;
  const parser = parse({
    delimiter: separatorOf(await readHead(path)),
    columns: (header: readonly string[]) => {
      last = 1;
      return columnsOf(header, file, onHeader);
    },
    info: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
  });
  // What fails on either side ends the loop below.
  pipeline(Readable.from(readText(path)), parser, () => undefined);
  try {
    for await (const { record, info } of parser) {
      last = info.lines;
      yield { record, number: info.records, line: last };
    }
  } catch (error) {
    throw error instanceof CsvError ? explained(error, file, last) : error;
  }
}

const SEPARATORS = [',', ';', '\t', '|'];

/** The separator that the header line has most of, outside of quotes. */
const separatorOf = (header: string): string => {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  const count = (char: string) => bare.split(char).length;
  return SEPARATORS.reduce((best, char) => (count(char) > count(best) ? char : best));
};

const columnsOf = (
  header: readonly string[],
  file: string,
  onHeader: OnHeader | undefined,
): string[] => {
  const columns = header.map((name) => name.trim());
  // Columns without a name, which a separator at the end of the line makes, cannot be meant by anybody.
  const twice = columns.find((name, at) => name !== '' && columns.indexOf(name) < at);
  if (twice !== undefined) {
    throw new ResolveError(`${file}:1 has two columns ${twice}. Give each a name of its own.`);
  }
  onHeader?.(columns);
  return columns;
};

/** @param last line on which the last record ended */
const explained = (error: CsvError, file: string, last: number): ResolveError => {
  // An open quote takes in all lines to the end of the file; what has to be corrected is where it begins.
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    return new ResolveError(
      `${file}:${last + 1} has a double quote that is not closed. ` +
        'One that belongs to a value is written twice, in a value in quotes.',
    );
  }
  const { lines = '?', record, columns } = error;
  const place = `${file}:${lines}`;
  if (error.code === 'CSV_RECORD_INCONSISTENT_COLUMNS') {
    return new ResolveError(
      `${place} has ${lengthOf(record)} values, the header has ${lengthOf(columns)} columns. ` +
        'A value with a separator or a line break in it must be in double quotes.',
    );
  }
  return new ResolveError(`${place} ${error.message}`);
};

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

async function* readNdjson(path: string): AsyncGenerator<PlacedRecord> {
  const file = basename(path);
  if ((await readHead(path)).trimStart().startsWith('[')) {
    throw new ResolveError(
      `${file}:1 is a JSON array; one object per line is read. Convert it: jq -c '.[]' ${file}`,
    );
  }
  let [line, number] = [0, 0];
  for await (const text of readLines(path)) {
    line += 1;
    if (text.trim() === '') continue;
    number += 1;
    yield { record: recordOf(text, `${file}:${line}`), number, line };
  }
}

/** Fields as text; one that is null is empty, nested ones are left out. */
const recordOf = (text: string, place: string): RawRecord => {
  const value = parsed(text, place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ResolveError(`${place} is no JSON object.`);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      typeof inner === 'object' && inner !== null ? [] : [[name, String(inner ?? '')]],
    ),
  );
};

const parsed = (text: string, place: string): unknown => {
  try {
    return JSON.parse(text, exactly);
  } catch {
    throw new ResolveError(`${place} is no JSON; each line is one whole object.`);
  }
};

/** A long number as it is written: its last digits are lost when it is read as a number. */
const exactly = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source : value;
