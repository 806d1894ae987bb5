/**
 * Records of a file, CSV or NDJSON, one after the other and never the whole file at once.
 * @module
 */
import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { CsvError, parse } from 'csv-parse';
import type { RawRecord } from '#domain/extract/extract-row.ts';
import { ResolveError } from './resolve-error.ts';

/** A record with its place. */
export interface PlacedRecord {
  readonly record: RawRecord;
  /** Number of the record in its file, from 1. */
  readonly number: number;
  /** Line on which it ends, from 1. */
  readonly line: number;
}

/**
 * Reads a file by its name: `.ndjson`, `.jsonl` and `.json` are one JSON object per line, anything else is CSV with a
 * header line, separated by commas, semicolons or tabs.
 * @throws {@link ResolveError} naming file and line of what cannot be read
 */
export const readRecords = (path: string): AsyncIterable<PlacedRecord> => {
  if (!existsSync(path)) throw new ResolveError(`There is no file ${path}.`);
  return /\.(?:ndjson|jsonl|json)$/i.test(path) ? readNdjson(path) : readCsv(path);
};

async function* readCsv(path: string): AsyncGenerator<PlacedRecord> {
  const delimiter = await delimiterOf(path);
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter,
      columns: (header: readonly string[]) => header.map((name) => name.trim()),
      info: true,
      relax_column_count_less: true,
      skip_empty_lines: true,
      trim: true,
    }),
  );
  try {
    for await (const { record, info } of parser) {
      yield { record, number: info.records, line: info.lines };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ResolveError(`${basename(path)}:${error['lines'] ?? '?'} ${error.message}`);
  }
}

const HEAD_BYTES = 64 * 1024;

/** The separator that the header line has most of. */
const delimiterOf = async (path: string): Promise<string> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES);
    const [header = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
    const count = (char: string) => header.split(char).length;
    return [',', ';', '\t'].reduce((best, char) => (count(char) > count(best) ? char : best), ',');
  } finally {
    await file.close();
  }
};

async function* readNdjson(path: string): AsyncGenerator<PlacedRecord> {
  let [line, number] = [0, 0];
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line += 1;
    if (text.trim() === '') continue;
    number += 1;
    yield { record: recordOf(text, `${basename(path)}:${line}`), number, line };
  }
}

const recordOf = (text: string, place: string): RawRecord => {
  const value = parsed(text, place);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ResolveError(`${place} is no JSON object.`);
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null || typeof inner === 'object' ? [] : [[name, String(inner)]],
    ),
  );
};

const parsed = (text: string, place: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ResolveError(`${place} is no JSON.`);
  }
};
