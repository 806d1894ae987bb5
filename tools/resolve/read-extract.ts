/**
 * Rows of an extract: every record of every input file, by the mapping that is for its file.
 * @module
 */
import { basename } from 'node:path';
import {
  columnsRead,
  type ExtractDefinition,
  type FileMapping,
} from '#domain/extract/extract-definition.ts';
import { type ExtractRow, readRow, unitKeyOf } from '#domain/extract/extract-row.ts';
import { checkKey } from './check-key.ts';
import { isNdjson, readRecords } from './read-records.ts';
import { ResolveError } from './resolve-error.ts';

/** Is told what whoever runs the command should know, in a sentence. */
type Tell = (line: string) => void;

/**
 * Reads all rows.
 * @param tell hears of fields that no object of a file has: one that is optional may be absent, one that is misspelt is
 * @throws {@link ResolveError} for a file without mapping or without rows, a column that is not there, a primary key that
 * is no key or comes twice
 */
export const readExtract = async (
  definition: ExtractDefinition,
  paths: readonly string[],
  tell: Tell = () => undefined,
): Promise<readonly ExtractRow[]> => {
  const rows = new Map<string, ExtractRow>();
  for (const path of paths) {
    for await (const { row, line } of readFile(definition, path, tell)) {
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
  tell: Tell,
): AsyncGenerator<{ readonly row: ExtractRow; readonly line: number }> {
  const file = basename(path);
  const mapping = mappingOf(definition, file);
  const check = (columns: readonly string[]) => checkColumns(mapping, columns, `${file}:1`);
  const seen = new Set<string>();
  let count = 0;
  for await (const { record, number, line } of readRecords(path, check)) {
    const row = readRow(record, mapping, definition, { file, record: number });
    if (row === undefined) {
      throw new ResolveError(`${file}:${line} has no primary key (${mapping.key.join(', ')}).`);
    }
    checkKey(
      row,
      mapping.key.map((column) => record[column] ?? ''),
      `${file}:${line}`,
    );
    for (const column of Object.keys(record)) seen.add(column);
    count += 1;
    yield { row, line };
  }
  if (count === 0) throw new ResolveError(`${file} has no rows. Leave it out.`);
  if (isNdjson(path)) checkFields(mapping, [...seen], file, tell);
}

const mappingOf = ({ mappings }: ExtractDefinition, file: string): FileMapping => {
  const found = mappings.find(({ files }) => files?.some((name) => isNamed(file, name)) ?? true);
  if (found) return found;
  throw new ResolveError(`No entry of \`sources\` in extract.yaml is for the file ${file}.`);
};

const isNamed = (file: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split('*').map(RegExp.escape).join('.*')}$`).test(file);

const checkColumns = (mapping: FileMapping, columns: readonly string[], place: string): void => {
  const absent = absentOf(mapping, columns);
  if (absent.length > 0) throw new ResolveError(`${place} ${lacking(absent, columns)}`);
};

/** An object leaves out what it does not have; a file whose objects have nothing that is mapped is another file. */
const checkFields = (
  mapping: FileMapping,
  fields: readonly string[],
  file: string,
  tell: Tell,
): void => {
  const absent = absentOf(mapping, fields);
  if (absent.length === 0) return;
  const sentence = `${file} ${lacking(absent, fields)}`;
  const mapped = Object.keys(mapping.columns);
  if (mapped.every((field) => absent.includes(field))) throw new ResolveError(sentence);
  tell(sentence);
};

const absentOf = (mapping: FileMapping, columns: readonly string[]): readonly string[] => {
  return columnsRead(mapping).filter((column) => !columns.includes(column));
};

const lacking = (absent: readonly string[], columns: readonly string[]): string =>
  `has no column ${absent.join(', ')}. It has ${columns.join(', ')}.`;
