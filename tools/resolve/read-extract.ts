/**
 * Rows of an extract: every record of every input file, by the mapping that is for its file.
 * @module
 */
import { basename } from 'node:path';
import type { ExtractDefinition, FileMapping } from '#domain/extract/extract-definition.ts';
import { type ExtractRow, readRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { readRecords } from './read-records.ts';
import { ResolveError } from './resolve-error.ts';

/**
 * Reads all rows.
 * @throws {@link ResolveError} for a file without mapping, a column that is not there, a primary key that comes twice
 */
export const readExtract = async (
  definition: ExtractDefinition,
  paths: readonly string[],
): Promise<readonly ExtractRow[]> => {
  const rows = new Map<string, ExtractRow>();
  for (const path of paths) {
    for await (const { row, line } of readFile(definition, path)) {
      const key = unitKeyOf(row);
      if (rows.has(key)) {
        throw new ResolveError(
          `${basename(path)}:${line} The primary key ${row.key} of source ${row.source} comes twice. ` +
            'Correct `key` or `source` in extract.yaml.',
        );
      }
      rows.set(key, row);
    }
  }
  return [...rows.values()];
};

async function* readFile(
  definition: ExtractDefinition,
  path: string,
): AsyncGenerator<{ readonly row: ExtractRow; readonly line: number }> {
  const file = basename(path);
  const mapping = mappingOf(definition, file);
  // Objects leave out what they do not have, so only a header can lack a column.
  const isTable = !/\.(?:ndjson|jsonl|json)$/i.test(file);
  for await (const { record, number, line } of readRecords(path)) {
    if (isTable && number === 1) checkColumns(mapping, Object.keys(record), file);
    const row = readRow(record, mapping, definition, { file, record: number });
    if (row === undefined) {
      throw new ResolveError(`${file}:${line} has no primary key (${mapping.key.join(', ')}).`);
    }
    yield { row, line };
  }
}

const mappingOf = ({ mappings }: ExtractDefinition, file: string): FileMapping => {
  const found = mappings.find(({ files }) => files?.some((name) => isNamed(file, name)) ?? true);
  if (found) return found;
  throw new ResolveError(`No entry of \`sources\` in extract.yaml is for the file ${file}.`);
};

const isNamed = (file: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(file);

const checkColumns = (mapping: FileMapping, header: readonly string[], file: string): void => {
  const source = mapping.source && 'column' in mapping.source ? [mapping.source.column] : [];
  const wanted = [...source, ...mapping.key, ...Object.keys(mapping.columns)];
  const absent = wanted.filter((column) => !header.includes(column));
  if (absent.length > 0) {
    throw new ResolveError(
      `${file}:1 has no column ${absent.join(', ')}. It has ${header.join(', ')}.`,
    );
  }
};
